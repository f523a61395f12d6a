from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.files.json_places import find_depth, find_duplicate, find_lone_surrogate, find_token
from mock_knock.files.json_reader import read_json
from mock_knock.files.problems import MAX_DEPTH, MAX_DIGITS, DocumentProblem
from mock_knock.messages import JsonValue

PUBLISHED = Path(__file__).parents[3] / "shared" / "knock"


def problem(text: str) -> tuple[str, int, int]:
    """Return code, line and column of what is wrong with a text; there must be a remedy as well."""
    with pytest.raises(DocumentProblem) as caught:
        read_json(text)
    assert caught.value.what
    assert caught.value.hint
    return caught.value.code, caught.value.line, caught.value.column


def complaint(text: str) -> DocumentProblem | None:
    """Return the problem of a text, if it has one."""
    try:
        read_json(text)
    except DocumentProblem as found:
        return found
    return None


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("{", "json-syntax", 1, 2),
        ('{"a" 1}', "json-syntax", 1, 6),
        ("[1,\n 2,\n b]", "json-syntax", 3, 2),
        ("{a: 1}", "json-syntax", 1, 2),
        ("'a'", "json-syntax", 1, 1),
        ("1 2", "json-syntax", 1, 3),
        ("01", "json-syntax", 1, 2),
        ("[1.]", "json-syntax", 1, 3),
        ('"\t"', "json-syntax", 1, 2),
        ('"\\x"', "json-syntax", 1, 2),
        ("// c\n1", "json-syntax", 1, 1),
        ("[1,\n NaN]", "json-syntax", 2, 2),
        ("[Infinity]", "json-syntax", 1, 2),
        ('{"NaN": -Infinity}', "json-syntax", 1, 9),
        ("[1,\n  1e999]", "json-number", 2, 3),
        ("[-1.5e999]", "json-number", 1, 2),
        ("9" * 5_000, "json-number", 1, 1),
        ('["9", -' + "9" * 5_000 + "]", "json-number", 1, 7),
        ('{"a": 1,\n "b": 2, "a": 3}', "json-duplicate-key", 2, 10),
        ('{"a": {"a": [{"a": 1}, {"a": 2}]}, "b": {"x": 1,\n"x": 2}, "b": 3}', "json-duplicate-key", 2, 1),
        ('{"\\u0061": ":", "x": "a", "a": 2}', "json-duplicate-key", 1, 27),
        ('{"a": 1, "a": 2, ]', "json-syntax", 1, 18),
        ('["a",\n "\\ud800"]', "json-lone-surrogate", 2, 2),
        ('{"\\uDFFF\\uD800": 1}', "json-lone-surrogate", 1, 2),
        ("[" * 20_000 + "]" * 20_000, "json-too-deep", 1, MAX_DEPTH + 1),
        ('{"a":' * 20_000 + "1" + "}" * 20_000, "json-too-deep", 1, 5 * MAX_DEPTH + 1),
        ("[\n" * 101 + "]" * 101, "json-too-deep", 101, 1),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_refused_texts(text: str, code: str, line: int, column: int) -> None:
    """What is not strict JSON is refused with the place where it is not."""
    assert (code, line, column) == problem(text)


@pytest.mark.parametrize(("left", "inner", "right"), [("[", "", "]"), ("[", "1", "]"), ('{"a":', "1", "}")])
def test_the_deepest_text(left: str, inner: str, right: str) -> None:
    """A hundred levels are read and a hundred and one are not, whether the deepest is empty or not."""
    assert read_json(left * MAX_DEPTH + inner + right * MAX_DEPTH)
    deeper = left * MAX_DEPTH + "[" + inner + "]" + right * MAX_DEPTH
    assert ("json-too-deep", 1, len(left) * MAX_DEPTH + 1) == problem(deeper)


def test_depth_is_not_breadth() -> None:
    """Many brackets beside each other are not deep."""
    assert 5_000 == len(read_json("[" + ",".join(["[[]]"] * 5_000) + "]"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        (" [true, false] ", [True, False]),
        ("-0", 0),
        ("1e3", 1000.0),
        ("1e-999", 0.0),
        ('"\\ud83d\\ude00"', "\U0001f600"),
        ('"\\\\ud800"', "\\ud800"),
        ('{"": {"": 1}}', {"": {"": 1}}),
        ("7" * MAX_DIGITS, int("7" * MAX_DIGITS)),
    ],
)
def test_accepted_texts(text: str, value: JsonValue) -> None:
    """Strict JSON gives the value it stands for."""
    assert value == read_json(text)


def test_nothing_to_find() -> None:
    """A search for what is not there ends at the start of the text."""
    text = '[{"a": [1]}, {"a": 2}]'
    assert (0, 0, 0, None) == (
        find_duplicate(text, "a"),
        find_token(text, "7"),
        find_depth(text),
        find_lone_surrogate(text),
    )


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published descriptions are not here")
@pytest.mark.parametrize("path", sorted(PUBLISHED.rglob("*.json")), ids=lambda path: path.name)
def test_the_published_descriptions(path: Path) -> None:
    """The published OpenAPI files have the value that any JSON reader gives them."""
    text = path.read_text(encoding="utf-8")
    assert orjson.loads(text) == read_json(text)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**400), 10**400) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=25,
)  # fmt: skip


@given(values, st.booleans(), st.sampled_from([None, 2]))
def test_what_json_writes_is_read_back(value: JsonValue, is_ascii: bool, indent: int | None) -> None:  # noqa: FBT001  # drawn
    """A value that was written as JSON comes back as it was."""
    assert value == read_json(json.dumps(value, ensure_ascii=is_ascii, indent=indent))


@given(st.text() | st.text(alphabet='{}[]:,"\\ud8017eE.+- \nNatrfls', max_size=60))
def test_any_text_gives_a_value_or_a_problem(text: str) -> None:
    """Whatever the text, reading it ends in a value or in one problem with its place."""
    found = complaint(text)
    assert found is None or (found.code.startswith("json-") and found.hint and found.line > 0 and found.column > 0)


@given(st.dictionaries(st.text(), values, min_size=1, max_size=4), st.data())
def test_a_duplicate_is_found_where_it_stands(value: dict[str, JsonValue], data: st.DataObject) -> None:
    """A name that is written a second time is found at that second place."""
    name = data.draw(st.sampled_from(sorted(value)))
    before = json.dumps(value)[:-1] + ", "
    text = f"{before}{json.dumps(name)}: 0}}"
    assert len(before) == find_duplicate(text, name)
    assert ("json-duplicate-key", 1, len(before) + 1) == problem(text)
