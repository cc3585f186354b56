"""Quick fixes over HTTP: a check names them in a few words, one that is chosen is made, a stale one is refused."""

from __future__ import annotations

import json
from typing import Any

from tests.webui.test_studio_sheets import owner, screens, studio_house  # noqa: F401  (a draft of a large process)

PATH = "processes/complaint/complaint-handling-manufacturer.bpmn"


def ask(screen: Any, verb: str, **sent: Any) -> Any:
    return screen.client.post(f"/studio/drafts/{screen.draft}/{verb}", data=json.dumps(sent), headers={
        "X-CSRFToken": screen.token, "Content-Type": "application/json", "Accept": "application/json",
        "Accept-Language": screen.lang})


def broken(screen: Any) -> str:
    """The drawing with every property and form misspelt: a hundred problems, most with several fixes."""
    raw = screen.studio.read(screen.draft, PATH, screen.me).content.decode()
    return raw.replace('name="bihuan:', 'name="bihuan:q').replace('camunda:formKey="', 'camunda:formKey="q')


def test_a_check_of_a_hundred_problems_names_its_fixes_in_a_few_kilobytes(owner: Any) -> None:  # noqa: F811
    answer = ask(owner, "check", files={PATH: broken(owner)})
    problems = answer.get_json()["problems"]
    fixes = [fix for one in problems for fix in one["fixes"]]
    assert len(problems) >= 80 and len(fixes) >= 100 and len(answer.data) < 100_000
    assert all(set(fix) == {"label", "path", "name"} for fix in fixes)
    assert len({fix["name"] for fix in fixes}) == len(fixes)


def test_a_fix_that_is_chosen_is_made_and_not_saved(owner: Any) -> None:  # noqa: F811
    raw = owner.studio.read(owner.draft, PATH, owner.me).content.decode()
    drawn = raw.replace('camunda:formKey="complaint_settlement"', 'camunda:formKey="complaint_settlemnt"')
    problem = next(one for one in ask(owner, "check", files={PATH: drawn}).get_json()["problems"]
                   if one["code"] == "unknown_form")
    made = ask(owner, "mend", fix=problem["fixes"][0]["name"], files={PATH: drawn}).get_json()
    assert made["path"] == PATH and 'camunda:formKey="complaint_settlement"' in made["content"]
    assert not any(one["code"] == "unknown_form" for one in
                   ask(owner, "check", files={PATH: made["content"]}).get_json()["problems"])
    assert owner.studio.read(owner.draft, PATH, owner.me).content.decode() == raw


def test_a_fix_for_another_text_is_refused_with_a_sentence(owner: Any) -> None:  # noqa: F811
    text = broken(owner)
    name = next(fix["name"] for one in ask(owner, "check", files={PATH: text}).get_json()["problems"]
                for fix in one["fixes"])
    answer = ask(owner, "mend", fix=name, files={PATH: text + "\n"})
    assert answer.status_code == 409 and "内容已有变化" in answer.get_json()["sentence"]
    for sent in ({}, {"fix": 7}, {"fix": [], "files": {PATH: "<a/>"}}, {"fix": name, "files": {PATH: ""}}):
        assert ask(owner, "mend", **sent).status_code == 409
    assert ask(owner, "mend", fix=name, files=[]).status_code == 422
