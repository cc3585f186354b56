"""Forms in YAML: declared, filled, checked, shown.

    groups = read_groups(text)                                   forms/groups.yaml
    form = read_form(text, file, groups, analyse=feel.compile)   raises Refused with every problem
    outcome = validate(form, submitted, stored=…, variables=…, evaluate=…, now=…, permissions=form.permissions(task))
    page = view(form, stored=…, entered=draft, …, lang="zh")

FEEL is given as a callable; registers, people and files by a :class:`Lookup`.
"""

from __future__ import annotations

from engine.forms.field import Field, Option
from engine.forms.form import EDIT_ALL, READ_ALL, Form, FormExpression, Permissions, Rule, Section
from engine.forms.formula import Evaluate, Formula
from engine.forms.frame import Frame, Lookup
from engine.forms.groups import Group, read_groups
from engine.forms.reader import check_form, read_form
from engine.forms.references import BUILT_IN, check_references
from engine.forms.schema import form_schema
from engine.forms.types import FieldType, add_type, field_type, type_names
from engine.forms.validation import Outcome, draft, validate
from engine.forms.view import FieldView, FormView, OptionView, PrintView, RuleView, SectionView, print_view, view
from engine.forms.words import Words, Wrong

__all__ = ["BUILT_IN", "EDIT_ALL", "READ_ALL", "Evaluate", "Field", "FieldType", "FieldView", "Form",
           "FormExpression", "FormView", "Formula", "Frame", "Group", "Lookup", "Option", "OptionView", "Outcome",
           "Permissions", "PrintView", "Rule", "RuleView", "Section", "SectionView", "Words", "Wrong", "add_type",
           "check_form", "check_references", "draft", "field_type", "form_schema", "print_view", "read_form",
           "read_groups", "type_names", "validate", "view"]
