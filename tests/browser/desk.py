"""What a person does at the screen: find the case in the inbox, claim it, fill in the form, press the button."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

WAIT = 10_000
"""Milliseconds a page may take on a slow machine."""


class Desk:
    """A person's page in the browser."""

    def __init__(self, page: Any):
        self.page = page
        page.set_default_timeout(WAIT)

    def open(self, case: str, name: str) -> None:
        """Open the task ``name`` of ``case`` from the inbox, claiming it if it is nobody's yet."""
        line = f".item:has-text('{case}'):has-text('{name}') > a"
        for view in ("mine", "unclaimed"):
            self.page.goto(f"/inbox?view={view}")
            if self.page.locator(line).count():
                self.page.locator(line).first.click()
                self.page.wait_for_selector(f"#pane h2:has-text('{name}')")
                claim = self.page.locator("#pane [data-key=l]")
                if claim.count():
                    claim.click()
                    self.page.wait_for_selector("#pane form[data-task]")
                return
        raise AssertionError(f"{case}: no task {name!r} in this inbox")

    def fill(self, values: Mapping[str, Any], within: str = "") -> str | None:
        """Fill in the fields by their ids; returns the outcome where a value belongs to a button."""
        outcome = None
        for name, value in values.items():
            if self._is_outcome(name, value, within):
                outcome = str(value)
            elif isinstance(value, list) and value and isinstance(value[0], Mapping):
                self._rows(name, value)
            elif isinstance(value, Mapping):
                self._sign(name, value)
            else:
                self._field(f"f.{within}{name}", value)
        return outcome

    def submit(self, outcome: str | None = None) -> None:
        """Press the button and wait for the answer."""
        button = f"#pane button[name=outcome][value='{outcome}']" if outcome else "#pane [data-main]"
        with self.page.expect_response(re.compile(r"/complete$")):
            self.page.locator(button).click()
        self.page.wait_for_load_state("networkidle")

    def does(self, case: str, name: str, values: Mapping[str, Any]) -> None:
        """Open, fill in, submit; what is refused fails with the sentences of the page."""
        self.open(case, name)
        self.submit(self.fill(values))
        wrong = self.page.locator("#pane .note.late li")
        assert wrong.count() == 0, f"{name}: {wrong.all_inner_texts()}"
        self.page.wait_for_selector(".toast-line")

    def _is_outcome(self, name: str, value: Any, within: str) -> bool:
        return (not within and isinstance(value, str) and self.page.locator(f"[name='f.{name}']").count() == 0
                and self.page.locator(f"#pane button[name=outcome][value='{value}']").count() > 0)

    def _field(self, name: str, value: Any) -> None:
        box = self.page.locator(f"#pane [name='{name}']:not([type=hidden])")
        if "." not in name.removeprefix("f."):  # it may come only after the answer before it
            self.page.locator(f"#pane [data-field='{name.removeprefix('f.')}']").wait_for(state="visible")
        kind = box.first.evaluate("el => el.tagName === 'SELECT' ? 'select' : el.type")
        if kind == "select":
            box.first.select_option(str(value))
        elif kind in ("radio", "checkbox"):
            for one in value if isinstance(value, list) else [value]:
                text = str(one).lower() if isinstance(one, bool) else str(one)
                self.page.locator(f"#pane [name='{name}'][value='{text}']").check(force=True)
        else:
            box.first.fill(str(value))

    def _rows(self, table: str, rows: list[Mapping[str, Any]]) -> None:
        for number, row in enumerate(rows):
            if self.page.locator(f"#pane [data-rows='{table}'] tbody tr[data-row='{number}']").count() == 0:
                self.page.locator(f"#pane [data-rows='{table}'] [data-add-row]").click()
            self.fill(row, within=f"{table}.{number}.")

    def _sign(self, name: str, value: Mapping[str, Any]) -> None:
        self.page.locator(f"#pane [name='s.{name}.method'][value='{value['method']}']").check(force=True)
        self.page.fill(f"#pane [name='s.{name}.signer']", value["signer"])
