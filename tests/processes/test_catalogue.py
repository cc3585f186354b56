"""The shipped forms are those of the catalogue: ids, types, required marks and values; what differs has a reason."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.content import ROOT
from engine.forms import Field, Form, Formula, read_form, read_groups
from tests.processes.catalogue import CATALOGUE, CatalogueField, CatalogueForm, forms
from tests.processes.catalogue_differences import DIFFERENCES, ELSEWHERE

pytestmark = pytest.mark.skipif(not CATALOGUE.is_dir(), reason="the form catalogue is not checked out beside this")
GROUPS = read_groups((ROOT / "forms" / "groups.yaml").read_bytes())
COMPARED = [form for form in forms() if form.key not in ELSEWHERE] if CATALOGUE.is_dir() else []


def shipped(key: str, pack: str) -> Form:
    path = ROOT / "forms" / pack / f"{key}.yaml"
    return read_form(path.read_bytes(), path.name, GROUPS)


def differences(wanted: CatalogueForm, form: Form) -> Iterator[str]:
    for line in wanted.fields.values():
        yield from compared(f"{wanted.key}.{line.id}", line, form.fields.get(line.id), form)
    for group in wanted.groups:
        present = {column.id for one in form.fields.values() for column in one.columns} | set(form.fields)
        for one in GROUPS[group].fields:
            if one["id"] not in present:
                yield f"{wanted.key}.{one['id']} absent"


def compared(path: str, line: CatalogueField, one: Field | None, form: Form | None = None) -> Iterator[str]:
    if one is None:
        yield f"{path} absent"
        return
    if line.type and one.type.name != line.type:
        yield f"{path} type"
    if line.values and not one.options_formula and {str(option.id) for option in one.options} != set(line.values):
        yield f"{path} values"
    if not marked(line.mark, one, form):
        yield f"{path} mark"
    columns = {column.id: column for column in one.columns}
    for column in line.columns.values():
        yield from compared(f"{path}.{column.id}", column, columns.get(column.id))


def marked(mark: str, one: Field, form: Form | None) -> bool:
    """Whether a field is required as the mark says.

    Y: always, or at the steps that a formula names. N: never. C: by a formula, a rule, or required where it is shown.
    A column that the catalogue leaves open may be required.
    """
    if one.compute is not None or mark not in ("Y", "N", "C"):
        return True
    if mark == "Y":
        return one.required is not False or form is None and one.readonly is not False
    if mark == "N":
        return one.required is False or form is None
    hidden = isinstance(one.visible, Formula) or form is not None and (
        any(rule.field == one.id for rule in form.rules)
        or any(one in section.fields and isinstance(section.visible, Formula) for section in form.sections)
        or any("hide" in (may.otherwise, *may.fields.values()) for may in form.tasks.values()))
    return isinstance(one.required, Formula) or hidden


@pytest.mark.parametrize("wanted", COMPARED, ids=lambda form: form.key)
def test_a_form_is_as_the_catalogue_has_it(wanted: CatalogueForm) -> None:
    found = set(differences(wanted, shipped(wanted.key, wanted.pack)))
    assert sorted(found - set(DIFFERENCES)) == [], "change the form, or give the reason in catalogue_differences.py"


def test_no_difference_is_listed_that_is_none() -> None:
    found = {one for wanted in COMPARED for one in differences(wanted, shipped(wanted.key, wanted.pack))}
    assert sorted(set(DIFFERENCES) - found) == []


def test_the_catalogue_is_read_whole() -> None:
    by_key = {form.key: form for form in forms()}
    assert set(ELSEWHERE) <= set(by_key)
    record = by_key["complaint_record"]
    assert record.fields["channel"].values == ("phone", "email", "face_to_face", "letter", "im", "store", "other")
    assert (record.fields["contact"].type, record.fields["quantity"].mark) == ("contact", "N")
    assert list(by_key["complaint_statistics"].fields["rows"].columns) == [
        "date", "no", "customer", "product", "quantity", "department", "method", "loss", "cause"]
    assert by_key["complaint_plan"].groups == ("approval",)
