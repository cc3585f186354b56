"""What is asked of the database, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from engine import SYSTEM, Bilingual
from engine.simulation.past import Ending, Period
from engine.simulation.reading import read_past
from tests.engine.house import House


def test_a_month_is_read_and_an_effect_counted(house: House) -> None:
    # given an order that was returned once and is decided, and one that waits
    house.engine.identity.create_person("zheng.yawen", Bilingual("郑雅文", "Zheng Yawen"), SYSTEM, unit="hq",
                                        roles=[("process_owner", "hq")])
    owner, studio = house("zheng.yawen"), house.engine.studio
    house.deploy("order")
    done, _waits = house.start("order"), house.start("order")
    for minutes in (10, 30):
        task = house.task(done, "take")
        house.after(minutes=minutes)
        house.engine.tasks.claim(task, house("li.na"))
        house.after(minutes=20)
        house.engine.tasks.complete(task, {"price": 2000}, house("li.na"))
        if minutes == 10:
            house.engine.tasks.claim(house.task(done, "decide"), house("zhou.min"))
            house.engine.tasks.return_to(house.task(done, "decide"), "take", "too dear", house("zhou.min"))
    house.after(hours=1)
    house.complete(done, "decide", "zhou.min", {"decision": "approve"})
    house.after(minutes=1)
    # when the month is read
    with house.engine.database.reading() as connection:
        live = house.engine.live.at(connection)
        past = read_past(house.engine, connection, live, "order", Period.ending(house.clock.now(), 30))
    # then the work (the second time nobody claimed: it was given back), the values and the return are there
    take = past.steps["order", "take"]
    assert [round(work.service / 60) for work in take.works] == [20, 20]
    assert take.measured
    first = past.arrivals[0].instances[0]
    assert first.endings["decide"] == (Ending("returned", "take"), Ending("completed", outcome="approve"))
    assert [filling.values["price"] for filling in first.fillings["take"]] == [2000, 2000]
    assert past.leads == [past.leads[0]]
    # and a draft of it counts the one that waits, and is simulated piece by piece
    draft = studio.open("order", owner)
    view = studio.read(draft.id, "t/order.bpmn", owner)
    studio.write(draft.id, view.path, view.content.replace(b'name="take"', b'name="accept"'), view.revision, owner)
    effect = studio.effects.of(draft.id, owner)
    assert (effect.running, effect.touched_cases, effect.tasks) == (1, 1, 1)
    studio.simulations.run(draft.id, owner)
    house.work()
    run = studio.simulations.progress(draft.id, owner)
    assert run is not None and run.result["verdict"]["code"] == "too_little", run
