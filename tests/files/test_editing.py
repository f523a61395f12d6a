from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from mock_knock.errors import MockKnockError
from mock_knock.files.editing import edit_text, find_refusals
from mock_knock.files.json_reader import read_json
from mock_knock.files.yaml_outline import outline_yaml
from mock_knock.files.yaml_reader import read_yaml
from mock_knock.messages import AddItem, AddMember, Edit, Remove, SetText


def edited(text: str, *edits: Edit, is_json: bool = False) -> str:
    """Return a text after edits."""
    return edit_text(text, edits, is_json=is_json)


@pytest.mark.parametrize(
    ("expected", "text", "new"),
    [
        ("a: Bearer {$inputs.x}  # why\nb: 1\n", "a: Bearer $inputs.x  # why\nb: 1\n", "Bearer {$inputs.x}"),
        ("a: '{$inputs.x}'\n", "a: x\n", "{$inputs.x}"),
        ("a: 'it''s'\n", "a: 'x'\n", "it's"),
        ('a: "q\\"\\\\"\n', 'a: "x"\n', 'q"\\'),
        ("a: 'x: y'\n", "a: x\n", "x: y"),
        ("a: 'x #y'\n", "a: x\n", "x #y"),
        ("a: x#y:z\n", "a: x\n", "x#y:z"),
        ("a: 'x:'\n", "a: x\n", "x:"),
        ("a: 'true'\n", "a: x\n", "true"),
        ("a: '12'\n", "a: x\n", "12"),
        ("a: '.inf'\n", "a: x\n", ".inf"),
        ("a: ''\n", "a: x\n", ""),
        ("a: ' x'\n", "a: x\n", " x"),
        ("a: 'x '\n", "a: x\n", "x "),
        ("a: '...'\n", "a: x\n", "..."),
        ("a: '- x'\n", "a: x\n", "- x"),
        ("a: $response.body#/status == 'x'\n", "a: x\n", "$response.body#/status == 'x'"),
        ("a: ü😀\n", "a: x\n", "ü😀"),
        ('a: "\\u0085\\U000E0001\\t\\n"\n', "a: x\n", "\x85\U000e0001\t\n"),
        ("{a: '$x, y', b: [x]}\n", "{a: x, b: [x]}\n", "$x, y"),
        ("{a: $x, b: [x]}\n", "{a: x, b: [x]}\n", "$x"),
        ("a: |\n  one\n  Bearer {$x} two\nb: 1\n", "a: |\n  one\n  Bearer $x two\nb: 1\n", "one\nBearer {$x} two\n"),
        ("a: >-\n  one\n  {$x}\nb: 1\n", "a: >-\n  one\n  $x\nb: 1\n", "one {$x}"),
        ("a: one\n  {$x}\n", "a: one\n  $x\n", "one {$x}"),
    ],
)
def test_setting_a_text(expected: str, text: str, new: str) -> None:
    """A text is written in the style of the one it replaces, with quotes where it would be read as something else."""
    assert expected == edited(text, SetText("/a", new))


@pytest.mark.parametrize(
    ("expected", "text", "edit"),
    [
        ("a:\n  b: 1 # c\n  n: v\nc: 2\n", "a:\n  b: 1 # c\nc: 2\n", AddMember("/a", "n", "v")),
        ("a: 1\nn: 2", "a: 1", AddMember("", "n", 2)),
        ("- a: 1\n  n: null\n- b\n", "- a: 1\n- b\n", AddMember("/0", "n", None)),
        ("a:\n  b: |+\n    x\n\n  n: []\n", "a:\n  b: |+\n    x\n\n", AddMember("/a", "n", [])),
        ("a:\n  b: |\n    x\n  n: {}\n\nc: 1\n", "a:\n  b: |\n    x\n\nc: 1\n", AddMember("/a", "n", {})),
        ("a: {b: 1, 'n,': [x, {y: true}]}\n", "a: {b: 1}\n", AddMember("/a", "n,", ["x", {"y": True}])),
        ("a: {n: v}\n", "a: {}\n", AddMember("/a", "n", "v")),
        (
            "s:\n- a: 1\nn:\n- x:\n  - 1\n  y:\n    z: '{'\n- - 2\n",
            "s:\n- a: 1\n",
            AddMember("", "n", [{"x": [1], "y": {"z": "{"}}, [2]]),
        ),
        ("s:\n  - a: 1\nn:\n  - x\n", "s:\n  - a: 1\n", AddMember("", "n", ["x"])),
        ("a:\r\n- x\r\n- n: 1\r\n  m: 2\r\nb: 1", "a:\r\n- x\r\nb: 1", AddItem("/a", {"n": 1, "m": 2})),
        ("a:\n  # first\n  - n\n  - x\n", "a:\n  # first\n  - x\n", AddItem("/a", "n", is_first=True)),
        ("a: [n, x]\n", "a: [x]\n", AddItem("/a", "n", is_first=True)),
        ("a: [n]\n", "a: []\n", AddItem("/a", "n")),
        ("a: [\n  x,\n  n\n]\n", "a: [\n  x\n]\n", AddItem("/a", "n")),
        ("a: [\n  n,\n  x\n]\n", "a: [\n  x\n]\n", AddItem("/a", "n", is_first=True)),
    ],
)
def test_adding_to_yaml(expected: str, text: str, edit: Edit) -> None:
    """A new member or item stands where the last one ends, indented as its neighbours are."""
    assert expected == edited(text, edit)


@pytest.mark.parametrize(
    ("expected", "text", "pointer"),
    [
        ("a: 1\nc: 3\n", "a: 1\nb: 2 # two\nc: 3\n", "/b"),
        ("# one\n\nb: 2\n", "# one\na:\n  x: 1\n\nb: 2\n", "/a"),
        ("a:\n- y: 2\n", "a:\n- x: 1 # one\n  y: 2\n", "/a/0/x"),
        ("a:\n- # two\n  y: 2\n", "a:\n- x: 1\n  # two\n  y: 2\n", "/a/0/x"),
        ("a:\n- x: 1\n", "a:\n- x: 1\n  y: |\n    z\n", "/a/0/y"),
        ("a:\n- z\n", "a:\n- x: 1\n  y: 2\n- z\n", "/a/0"),
        ("a:\n  - x\n", "a:\n  - x\n  - y", "/a/1"),
        ("{b: 2}\n", "{a: 1, b: 2}\n", "/a"),
        ("{a: 1}\n", "{a: 1, b: 2}\n", "/b"),
        ("a: []\n", "a: [x]\n", "/a/0"),
    ],
)
def test_removing_from_yaml(expected: str, text: str, pointer: str) -> None:
    """A member or item goes with its lines and the comment behind it; comments on lines of their own stay."""
    assert expected == edited(text, Remove(pointer))


OBJECT = '{\n  "a": "x",\n  "l": [\n    {"b": 1}\n  ]\n}\n'


@pytest.mark.parametrize(
    ("expected", "text", "edit"),
    [
        ('{"a": "ü\\n\\""}', '{"a": "x"}', SetText("/a", 'ü\n"')),
        (
            OBJECT.replace("  ]\n}", '  ],\n  "n": {\n    "m": [\n      1\n    ]\n  }\n}'),
            OBJECT,
            AddMember("", "n", {"m": [1]}),
        ),
        (OBJECT.replace('{"b": 1}', '{"b": 1, "n": {"m": 2}}'), OBJECT, AddMember("/l/0", "n", {"m": 2})),
        (OBJECT.replace('{"b": 1}', '"n",\n    {"b": 1}'), OBJECT, AddItem("/l", "n", is_first=True)),
        (OBJECT.replace('"a": "x",\n  ', ""), OBJECT, Remove("/a")),
        (OBJECT.replace(',\n  "l": [\n    {"b": 1}\n  ]', ""), OBJECT, Remove("/l")),
        ('{"n": 1}', "{}", AddMember("", "n", 1)),
    ],
)
def test_editing_json(expected: str, text: str, edit: Edit) -> None:
    """JSON is edited like YAML, and what is new in an indented document is indented."""
    assert expected == edited(text, edit, is_json=True)


def test_several_edits() -> None:
    """Edits are carried out in their order, also on what an earlier one put there or moved."""
    text = "a:\n- x\n- y\nb: 1\n"
    edits = (
        AddItem("/a", "z"),
        SetText("/a/0", "w"),
        AddItem("/a", "v"),
        AddItem("/a", "first", is_first=True),
        SetText("/a/0", "top"),
        Remove("/a/1"),
        AddMember("", "c", {"d": "e"}),
        SetText("/c/d", "f"),
        Remove("/b"),
    )
    assert "a:\n- top\n- y\n- z\n- v\nc:\n  d: f\n" == edited(text, *edits)


def test_edits_do_not_share_their_values() -> None:
    """What an edit adds is not changed by a later one."""
    added: list[Any] = ["x"]
    assert "b: 1\na:\n- x\n- y\n" == edited("b: 1\n", AddMember("", "a", added), AddItem("/a", "y"))
    assert ["x"] == added


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("a: 1\n", SetText("/b", "x")),
        ("a: 1\n", SetText("/a", "x")),
        ("a: 1\n", SetText("/a/b", "x")),
        ("a: [x]\n", SetText("/a/1", "x")),
        ("a: [x]\n", SetText("/a/b", "x")),
        ("a: 1\n", AddMember("/a", "b", 1)),
        ("a: 1\n", AddItem("", "x")),
        ("a: 1\n", AddMember("", "a", 1)),
        ("a: [x]\n", Remove("/a/2")),
        # what an alias or an anchor stands for
        ("a: &x y\nb: *x\n", SetText("/a", "z")),
        ("a: &x y\nb: *x\n", SetText("/b", "z")),
        ("a: &x {c: y}\nb: *x\n", SetText("/b/c", "z")),
        ("a: &x {c: y}\nb: *x\n", SetText("/a/c", "z")),
        ("a: &x {c: y}\nb: *x\n", AddMember("/b", "d", 1)),
        ("a: &x {c: y}\nb: *x\n", AddMember("/a", "d", 1)),
        ("a: &x {c: y}\nb: [*x]\n", AddItem("/b/0", 1)),
        # forms that leave no safe place
        ("a: |\n  x x\n", SetText("/a", "x y x\n")),
        ("a: |\n  x\n  x\n", SetText("/a", "y\nx\n")),
        ("- - x\n  - y\n", Remove("/0/0")),
        ("- - x\n", AddItem("/0", "y", is_first=True)),
        ("a:\n  b: 1\n", Remove("/a/b")),
        ("- a: 1\n", Remove("/0/a")),
        ("? a\n: 1\nb: 1\n", Remove("/a")),
        ("a: [x,]\n", Remove("/a/0")),
        ("a:\n-\n  x: 1\n- y\n", Remove("/a/0")),
    ],
)
def test_edits_that_are_refused(text: str, edit: Edit) -> None:
    """An edit without a safe place, or one that would change something else, is refused with a code."""
    with pytest.raises(MockKnockError) as refusal:
        edited(text, edit)
    assert "edit-impossible" == refusal.value.code
    assert refusal.value.what
    assert refusal.value.hint


NAMES = st.text("abcü~/ ", min_size=1, max_size=4)
TEXTS = st.text("ab$ {}[]#:,'\"\\-ü😀\t\n.0", max_size=12)
DOCUMENTS = st.dictionaries(NAMES, st.dictionaries(NAMES, TEXTS | st.integers(), min_size=1), min_size=1)


def dump(value: Any, *, is_json: bool, is_flow: bool) -> str:
    """Write a document in one of several ways."""
    if is_json:
        return json.dumps(value, indent=2 if is_flow else None)
    return str(yaml.safe_dump(value, allow_unicode=True, default_flow_style=is_flow, width=40))


@given(DOCUMENTS, st.booleans(), st.booleans())
def test_no_edit_changes_nothing(value: Any, is_json: bool, is_flow: bool) -> None:  # noqa: FBT001  # drawn
    """Without an edit a text stays as it is, to the letter."""
    text = dump(value, is_json=is_json, is_flow=is_flow)
    assert text == edited(text, is_json=is_json)


@given(DOCUMENTS, TEXTS, st.data())
def test_an_edit_changes_one_value(value: Any, new: str, data: st.DataObject) -> None:
    """An edit in a block mapping changes the one value and leaves every other line as it is, or is refused."""
    outer = data.draw(st.sampled_from(sorted(value)))
    inner = data.draw(st.sampled_from(sorted(value[outer])))
    escaped = [name.replace("~", "~0").replace("/", "~1") for name in (outer, inner)]
    text, pointer = dump(value, is_json=False, is_flow=False), f"/{escaped[0]}/{escaped[1]}"
    outline = outline_yaml(text)
    node = outline.nodes[pointer]
    try:
        after = edited(text, SetText(pointer, new))
    except MockKnockError:
        assert not isinstance(value[outer][inner], str) or "\n" in text[node.start : node.end]
        return
    value[outer][inner] = new
    assert value == read_yaml(after)
    assert after.startswith(text[: node.start])
    assert after.endswith(text[outline.line_end(node.end) :])


@given(DOCUMENTS, TEXTS, st.booleans(), st.booleans())
def test_a_new_member_changes_nothing_else(value: Any, new: str, is_json: bool, is_flow: bool) -> None:  # noqa: FBT001  # drawn
    """A new member is added to any mapping with each old line still there."""
    text = dump(value, is_json=is_json, is_flow=is_flow)
    after = edited(text, AddMember("", "new", {"x": [new, 1]}), is_json=is_json)
    assert {**value, "new": {"x": [new, 1]}} == (read_json if is_json else read_yaml)(after)
    if not is_json and not is_flow:
        assert after.startswith(text)


def test_edits_that_move_others() -> None:
    """Edits of several lists, each of which moves items, are carried out as if they came one after the other."""
    text = "a:\n- 1\n- 2\n- 3\nb:\n- x: 1\n- y\n"
    edits = (
        Remove("/a/0"),
        AddItem("/b", "z", is_first=True),
        Remove("/a/0"),
        Remove("/b/2"),
        AddMember("/b/1", "w", 2),
    )
    assert {"a": [3], "b": ["z", {"x": 1, "w": 2}]} == read_yaml(edited(text, *edits))


@pytest.mark.parametrize(("is_json", "text"), [(False, "a: &x one\nb: [two]\n"), (True, '{"a": {}, "b": ["two"]}')])
def test_refusals_from_one_look(text: str, *, is_json: bool) -> None:
    """Groups of edits that cannot be carried out are told by their index, each with a reason."""
    set_text = SetText("/b/0", "x")
    groups: list[list[Edit]] = [[set_text], [set_text, SetText("/a", "y")], [Remove("/c")], [SetText("/b/7", "x")]]
    found = find_refusals(text, groups, is_json=is_json)
    assert [1, 2, 3] == [*found]
    assert all(found.values())


PLACES = ("/a", "/a/0", "/a/1", "/b", "/b/0/x", "/b/1/y", "/c", "/c/d")
EDITS = st.one_of(
    st.builds(SetText, st.sampled_from(PLACES), TEXTS),
    st.builds(Remove, st.sampled_from(PLACES)),
    st.builds(AddMember, st.sampled_from(PLACES), st.sampled_from(["k", "l"]), TEXTS),
    st.builds(AddItem, st.sampled_from(PLACES), TEXTS, is_first=st.booleans()),
)
NESTED = {"a": ["1", "2"], "b": [{"x": "3"}, {"y": ["4"], "z": "5"}], "c": {"d": "6", "e": ["7"]}}


@given(edits=st.lists(EDITS, min_size=2, max_size=6), is_json=st.booleans(), is_flow=st.booleans())
@example(edits=[AddItem("/a", "x"), Remove("/a/0"), Remove("/a/0")], is_json=False, is_flow=True)
@example(edits=[Remove("/b/1/z"), AddMember("/b/1", "k", "v"), Remove("/b/1/y")], is_json=True, is_flow=False)
def test_all_at_once_or_one_by_one(edits: list[Edit], is_json: bool, is_flow: bool) -> None:  # noqa: FBT001  # drawn
    """Edits that can be carried out one after the other can be carried out together, and the text says the same."""
    text = alone = dump(NESTED, is_json=is_json, is_flow=is_flow)
    try:
        for edit in edits:
            alone = edited(alone, edit, is_json=is_json)
    except MockKnockError:
        return
    read = read_json if is_json else read_yaml
    assert read(alone) == read(edited(text, *edits, is_json=is_json))


def test_edits_of_one_place_do_not_hold_up_others() -> None:
    """Edits that have to wait for another one let those pass that have nothing to do with it."""
    text = "a: [x]\nb: [y]\nc: [z]\n"
    edits = [
        edit for name in "abc" for edit in (AddItem(f"/{name}", "1"), AddItem(f"/{name}", "2"), Remove(f"/{name}/0"))
    ]
    assert {name: ["1", "2"] for name in "abc"} == read_yaml(edited(text, *edits))
