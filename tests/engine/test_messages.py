"""Messages find the one right receiver, once, early or late; signals reach all who wait."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import SYSTEM, NotPermitted
from engine.messages import ReservedVariable, TwoReceivers
from engine.models.messages import BufferedMessage
from engine.models.runtime import EventSubscription, ProcessInstance
from tests.engine.house import House


@pytest.fixture
def post(house: House) -> House:
    house.deploy("receiver", "sender", "by_message", "mixed")
    return house


def paid(house: House, order: str, **payload: object) -> str:
    return house.engine.instances.correlate("order-paid", {"order": order}, payload, SYSTEM)


def test_a_message_finds_its_case_by_the_keys(post: House) -> None:
    first, second = (post.start("receiver", variables={"order": order}) for order in ("A1", "A2"))
    assert paid(post, "A2", amount=5) == "delivered"
    assert post.work() == 1
    assert (post.open(first), post.open(second)) == ([], ["look"])
    assert post.variables(second)["amount"] == 5
    assert post.verbs(second) == ["started", "message_received"]
    assert post.count(EventSubscription) == 1 and post.count(BufferedMessage) == 0


def test_a_message_that_two_cases_would_take_is_refused(post: House) -> None:
    cases = [post.start("receiver", variables={"order": "A1"}) for _ in range(2)]
    with pytest.raises(TwoReceivers) as refused:
        paid(post, "A1")
    assert refused.value.http_status == 409
    assert refused.value.sentence("zh") == "消息“order-paid”有 2 个案件在等，请用关联键指明一个。"
    assert "2 cases" in refused.value.sentence("en")
    assert post.work() == 0 and [post.open(case) for case in cases] == [[], []]
    assert post.count(BufferedMessage) == 0


def test_a_drawing_whose_message_two_cases_would_take_keeps_its_task(post: House) -> None:
    for _ in range(2):
        post.start("receiver", variables={"order": "A1"})
    case = post.start("sender", variables={"order": "A1"})
    with pytest.raises(TwoReceivers):
        post.complete(case, "write")
    assert post.open(case) == ["write"] and post.jobs() == []


def test_an_early_message_is_kept_and_taken_once(post: House) -> None:
    assert paid(post, "A1", amount=1) == "buffered"
    other = post.start("receiver", variables={"order": "A2"})
    post.clock.move(timedelta(hours=23))
    case = post.start("receiver", variables={"order": "A1"})
    post.work()
    assert (post.open(case), post.open(other)) == (["look"], [])
    late = post.start("receiver", variables={"order": "A1"})
    post.work()
    assert post.open(late) == []


def test_of_two_early_messages_the_earlier_is_taken_first(post: House) -> None:
    for amount in (1, 2):
        paid(post, "A1", amount=amount)
        post.clock.move(timedelta(seconds=1))
    cases = []
    for _ in range(2):
        cases.append(post.start("receiver", variables={"order": "A1"}))
        post.work()
    assert [post.variables(case)["amount"] for case in cases] == [1, 2]


def test_an_early_message_expires(post: House) -> None:
    paid(post, "A1")
    post.clock.move(timedelta(hours=24))
    case = post.start("receiver", variables={"order": "A1"})
    post.work()
    assert post.open(case) == []
    assert paid(post, "A1") == "delivered"


def test_a_message_may_start_a_case(post: House) -> None:
    assert post.engine.instances.correlate("letter-came", {}, {"from": "恒泰"}, SYSTEM) == "started"
    post.work()
    case, = post.rows(select(ProcessInstance.id))
    assert post.open(case.id) == ["look"] and post.variables(case.id)["from"] == "恒泰"
    assert post.row(case.id).case_number.startswith("AJ-20260407-")


def test_a_case_that_another_case_starts_by_message_belongs_to_its_unit(post: House) -> None:
    post.deploy("letter_writer")
    case = post.start("letter-writer", "root", unit="north_desk")
    post.work()
    started, = post.rows(select(ProcessInstance.id).where(ProcessInstance.process_key == "by-message"))
    assert post.row(started.id).unit_id == post.row(case).unit_id


def test_a_case_sends_to_another_case(post: House) -> None:
    receiver = post.start("receiver", variables={"order": "A1"})
    sender = post.start("sender", variables={"order": "A1"})
    post.complete(sender, "write")
    assert post.open(sender) == ["look"] and post.open(receiver) == [], "delivery is a job of its own"
    post.work()
    assert post.open(receiver) == ["look"]


def test_two_messages_for_one_subscription_are_not_lost(post: House) -> None:
    first = post.start("receiver", variables={"order": "A1"})
    assert [paid(post, "A1", amount=amount) for amount in (1, 2)] == ["delivered", "delivered"]
    post.work()
    assert post.variables(first)["amount"] == 1 and post.count(BufferedMessage) == 1
    second = post.start("receiver", variables={"order": "A1"})
    post.work()
    assert post.variables(second)["amount"] == 2


def test_a_message_on_its_way_to_a_case_that_ended_meanwhile_is_kept(post: House) -> None:
    first = post.start("receiver", variables={"order": "A1"})
    paid(post, "A1")
    post.engine.instances.cancel(first, "撤诉", post("zhou.min"))
    post.work()
    assert post.count(BufferedMessage) == 1


def test_after_an_event_gateway_the_loser_is_gone(post: House) -> None:
    case = post.start("mixed", variables={"order": "A1"})
    paid(post, "A1")
    post.work()
    assert post.open(case) == ["look"] and post.jobs() == [] and post.count(EventSubscription) == 0
    other = post.start("mixed", variables={"order": "A2"})
    post.after(hours=1)
    assert post.open(other) == ["remind"] and paid(post, "A2") == "buffered"


def test_a_suspended_case_takes_its_message_when_it_goes_on(post: House) -> None:
    case = post.start("receiver", variables={"order": "A1"})
    post.engine.instances.suspend(case, "等资料", post("zhou.min"))
    assert paid(post, "A1") == "delivered" and post.work() == 0
    post.engine.instances.resume(case, "资料齐", post("zhou.min"))
    post.work()
    assert post.open(case) == ["look"]


def test_a_message_cannot_overwrite_what_belongs_to_the_engine(post: House) -> None:
    case = post.start("receiver", variables={"order": "A1"})
    for name in ("case", "parameters"):
        with pytest.raises(ReservedVariable) as refused:
            paid(post, "A1", **{name: {"number": "X"}})
        assert refused.value.http_status == 422
    with pytest.raises(ReservedVariable):
        post.start("receiver", variables={"case": {}})
    assert post.variables(case)["case"]["id"] == case


def test_who_only_looks_sends_nothing(post: House) -> None:
    with pytest.raises(NotPermitted):
        post.engine.instances.correlate("order-paid", {}, {}, post("xu.shen"))
    with pytest.raises(NotPermitted):
        post.engine.instances.signal("all-clear", {}, post("xu.shen"))


def test_no_message_is_lost_between_senders_and_receivers_at_once(post: House) -> None:
    """Each thread sends for one receiver and starts another, so that some come early and some late."""
    errors: list[BaseException] = []
    count = 6
    barrier = threading.Barrier(2 * count)

    def run(act: object) -> None:
        barrier.wait()
        try:
            act()  # type: ignore[operator]
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)

    by = post("li.na")
    acts = [lambda n=n: post.engine.instances.start("receiver", by, variables={"order": f"B{n}"}) for n in range(count)]
    acts += [lambda n=n: paid(post, f"B{n}", amount=n) for n in range(count)]
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    post.work()
    assert errors == []
    assert post.open() == ["look"] * count
    assert post.count(BufferedMessage) == post.count(EventSubscription) == 0


def test_sender_and_receiver_under_their_locks_do_not_wait_for_each_other(post: House) -> None:
    """The receiver's case is locked by a step while a message for it is sent: sending must not need that lock."""
    case = post.start("receiver", variables={"order": "A1"})
    if post.engine.database.is_sqlite:
        return  # one writer at a time
    from engine.family import lock

    with post.engine.database.transaction() as connection:
        lock(post.engine, connection, case, SYSTEM, post.clock.now())
        sent = threading.Thread(target=paid, args=(post, "A1"), daemon=True)
        sent.start()
        sent.join(timeout=20)
        assert not sent.is_alive()
    post.work()
    assert post.open(case) == ["look"]


def test_a_signal_reaches_every_case_that_waits_and_starts_those_it_starts(house: House) -> None:
    house.deploy("listener", "ringer", "by_signal")
    waiting = [house.start("listener") for _ in range(2)]
    house.start("ringer")
    house.work()
    assert [house.open(case) for case in waiting] == [["look"], ["look"]]
    assert sorted(row.process_key for row in house.tasks()) == ["by-signal", "listener", "listener"]
    later = house.start("listener")
    house.work()
    assert house.open(later) == [], "a signal is not kept"
    assert house.engine.instances.signal("all-clear", {"why": "x"}, SYSTEM) == 2
    house.work()
    assert house.variables(later)["why"] == "x"
