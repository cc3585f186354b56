"""A data store of a drawing is a register: read and written in the transaction of the step."""

from __future__ import annotations

from engine import SYSTEM
from tests.engine.house import CONTENT, House

REGISTER = """
register: member
title: {zh: 会员, en: Member}
key: [phone]
label: '=name'
sections:
  - id: member
    title: {zh: 会员, en: Member}
    fields:
      - {id: phone, label: {zh: 电话, en: Phone}, type: phone, required: true}
      - {id: name, label: {zh: 姓名, en: Name}, type: text}
      - {id: points, label: {zh: 积分, en: Points}, type: int}
""".encode()


def test_a_step_reads_its_record_and_writes_it_back(house: House) -> None:
    house.engine.deployments.deploy({"t/loyalty.bpmn": (CONTENT / "loyalty.bpmn").read_bytes(),
                                     "forms/registers/member.yaml": REGISTER}, SYSTEM)
    house.engine.registers.save("member", {"phone": "13800000001", "name": "王芳", "points": 5}, SYSTEM)
    house.engine.registers.save("member", {"phone": "13800000002", "name": "李娜", "points": 7}, SYSTEM)

    house.engine.instances.start("loyalty", SYSTEM, variables={"phone": "13800000001"})

    with house.engine.database.reading() as connection:
        kept = house.engine.registers.store(connection, "member").find(connection, order="phone")
    assert [(row.values["phone"], row.values["points"]) for row in kept] == [("13800000001", 15), ("13800000002", 7)]
