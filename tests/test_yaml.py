"""The YAML reader: what stays text, what is refused, and that every message has its line."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Refused
from engine.yaml import check_schema, line_of, plain, read_documents, read_yaml


def problems_of(text: str | bytes) -> list[tuple[str, int]]:
    with pytest.raises(Refused) as caught:
        read_yaml(text, "a.yaml")
    assert all(problem.zh and problem.en and problem.file == "a.yaml" for problem in caught.value.problems)
    return [(problem.code, problem.line) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("14:00", "14:00"),
        ("1:30:00", "1:30:00"),
        ("2026-04-07", "2026-04-07"),
        ("2026-04-07T09:00:00+08:00", "2026-04-07T09:00:00+08:00"),
        ("1_000", "1_000"),
        ("0571", "0571"),
        ("02112345678", "02112345678"),
        ("=", "="),
        ("0b1", "0b1"),
        ("1.2.3", "1.2.3"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-7", -7),
        ("0", 0),
        ("0x1F", 31),
        ("0o17", 15),
        ("0.30", Decimal("0.30")),
        ("1e3", Decimal("1e3")),
        ("9" * 41, "9" * 41),
        ("1e99999", "1e99999"),
        (".inf", ".inf"),
        ("<<", "<<"),
        ("中文", "中文"),
    ],
)
def test_a_scalar_has_a_core_type_or_stays_text(text, value):
    read = read_yaml(f"a: {text}")
    assert read == {"a": value}
    assert type(read["a"]) is type(value)


def test_keys_are_text_whatever_they_look_like():
    assert read_yaml("no: 1\n1: b\n14:00: c\ntrue: d\n") == {"no": 1, "1": "b", "14:00": "c", "true": "d"}


def test_nested_lists_and_mappings_keep_their_lines():
    data = read_yaml("form: a\nsections:\n  - id: x\n    fields:\n      - {id: f,\n         type: text}\n  - id: y\n")
    assert data == {"form": "a", "sections": [{"id": "x", "fields": [{"id": "f", "type": "text"}]}, {"id": "y"}]}
    assert line_of(data, "form") == 1
    assert line_of(data, "sections", 0, "fields", 0, "type") == 6
    assert line_of(data, "sections", 1) == 7
    assert line_of(data, "sections", 1, "title") == 7, "what is missing is told at its parent"
    assert line_of(data["sections"][0], "fields") == 4


def test_plain_data_is_ordinary_dictionaries_and_lists():
    data = plain(read_yaml("a: [{b: 1}]"))
    assert (type(data), type(data["a"]), type(data["a"][0])) == (dict, list, dict)


def test_every_duplicate_key_is_told_with_its_line():
    assert problems_of("a: 1\nb: {c: 1, c: 2}\na: 2\n") == [("yaml_duplicate_key", 2), ("yaml_duplicate_key", 3)]


def test_aliases_anchors_and_tags_are_refused():
    assert problems_of("a: &x 1\nb: *x\n") == [("yaml_alias", 1), ("yaml_alias", 2)]
    assert problems_of("a: !!python/object:os.system x\n") == [("yaml_tag", 1)]
    assert problems_of("a: 1\n? *x\n: 2\n")[0] == ("yaml_alias", 2)
    assert problems_of("a: !!str 1\n") == [("yaml_tag", 1)]


def test_a_billion_laughs_is_refused_at_its_first_line():
    assert problems_of('a: &a ["lol"]\nb: &b [*a,*a]\nc: [*b,*b]\n')[0] == ("yaml_alias", 1)


def test_broken_files_are_refused_with_the_line():
    assert problems_of("a: 1\nb: [1\nc: 2\n")[0][0] == "yaml_broken"
    assert problems_of("a: 1\n\tb: 2\n") == [("yaml_broken", 2)]
    assert problems_of("a: \x00") == [("yaml_broken", 0)]


def test_deep_nesting_large_files_and_other_encodings_are_refused():
    assert problems_of("a: " + "[" * 5000)[0] == ("yaml_depth", 1)
    assert problems_of("a: " + "x" * 1_000_000) == [("yaml_too_large", 0)]
    assert problems_of("a: 1\nb: 中".encode("gb18030")) == [("yaml_encoding", 2)]


def test_a_key_must_be_text():
    assert problems_of("a: 1\n? [b]\n: 2\n") == [("yaml_key", 2)]


def test_a_byte_order_mark_is_no_part_of_the_first_key():
    assert read_yaml("\ufeffa: 1".encode()) == {"a": 1}
    assert read_yaml("\ufeffa: 1") == {"a": 1}


def test_several_documents_are_read_only_where_they_are_asked_for():
    assert read_documents("a: 1\n---\na: 2\n") == [{"a": 1}, {"a": 2}]
    assert problems_of("a: 1\n---\na: 2\n") == [("yaml_documents", 0)]
    assert read_yaml("# nothing\n") is None


def test_a_schema_problem_names_place_and_line_in_both_languages():
    schema = {
        "type": "object",
        "required": ["form"],
        "additionalProperties": False,
        "properties": {"form": {"type": "string"}, "kinds": {"type": "array", "items": {"enum": ["a", "b"]}}},
    }
    found = check_schema(read_yaml("kinds:\n  - a\n  - c\nother: 1\n"), schema, "f.yaml")
    assert {(one.code, one.element, one.line) for one in found} == {
        ("schema_additionalProperties", "", 4),
        ("schema_required", "", 1),
        ("schema_enum", "kinds.1", 3),
    }
    assert "缺少 form" in next(one.zh for one in found if one.code == "schema_required")


PIECES = st.sampled_from(
    [
        "a",
        "b: ",
        "- ",
        "? ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "\n",
        "\n  ",
        "\t",
        "'",
        '"',
        "&x ",
        "*x",
        "!t ",
        "|",
        ">",
        "#",
        "%",
        "---",
        "...",
        "<<: ",
        "~",
        "1",
        ".5",
        "\ufeff",
        "\x00",
        "\ud800",
        "\x85",
        "=",
        "@",
        "`",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=40) | st.binary(max_size=40))
def test_whatever_a_file_holds_it_is_read_or_refused(source):
    try:
        documents = read_documents(source, "a.yaml")
    except Refused as refused:
        assert refused.problems
    else:
        assert isinstance(documents, list)
