from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.files.json_outline import outline_json
from mock_knock.files.outline import Outline
from mock_knock.files.yaml_outline import outline_yaml

TEXT = """\
# ü€😀
a: &x "ü😀"
'b c': 'it''s'   # why
list:
  - |
    li😀

    b

  # comment
  - >-
    f

  - {a: 1, "b": [x, y]}
e: *x
d:
f~/: a
  b
kept: |+ # +
  k

end: |  # + in a comment
  k

"""


def written(outline: Outline) -> dict[str, tuple[str, str]]:
    """Return the style and the text of each node."""
    return {pointer: (node.style, outline.text[node.start : node.end]) for pointer, node in outline.nodes.items()}


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_nodes_of_yaml(line_break: str) -> None:
    """Each node of YAML begins and ends where it is written, whatever characters stand before it."""
    outline = outline_yaml(TEXT.replace("\n", line_break))
    found = {pointer: (style, text.replace("\r", "")) for pointer, (style, text) in written(outline).items()}
    body = TEXT.partition("\n")[2]
    assert {
        "": ("block", body.rstrip()),
        "/a": ("double", '&x "ü😀"'),
        "/b c": ("single", "'it''s'"),
        "/list": ("block", body[body.index("- |") : body.index("\ne: *x")]),
        "/list/0": ("literal", "|\n    li😀\n\n    b"),
        "/list/1": ("folded", ">-\n    f"),
        "/list/2": ("flow", '{a: 1, "b": [x, y]}'),
        "/list/2/a": ("plain", "1"),
        "/list/2/b": ("flow", "[x, y]"),
        "/list/2/b/0": ("plain", "x"),
        "/list/2/b/1": ("plain", "y"),
        "/e": ("alias", "*x"),
        "/d": ("plain", ""),
        "/f~0~1": ("plain", "a\n  b"),
        "/kept": ("literal", "|+ # +\n  k\n\n"),
        "/end": ("literal", "|  # + in a comment\n  k"),
    } == found


def test_what_is_known_of_a_node() -> None:
    """A node knows its key, its anchor, and whether it stands in brackets; a container its children."""
    outline = outline_yaml(TEXT)
    keys = {pointer: TEXT[node.key[0] : node.key[1]] for pointer, node in outline.nodes.items() if node.key}
    assert {
        "/a": "a",
        "/b c": "'b c'",
        "/list": "list",
        "/list/2/a": "a",
        "/list/2/b": '"b"',
        "/e": "e",
        "/d": "d",
        "/f~0~1": "f~/",
        "/kept": "kept",
        "/end": "end",
    } == keys
    assert ["/a"] == [pointer for pointer, node in outline.nodes.items() if node.is_anchored]
    inside = ["/list/2/a", "/list/2/b", "/list/2/b/0", "/list/2/b/1"]
    assert inside == [pointer for pointer, node in outline.nodes.items() if node.in_flow]
    assert ["/list/2/a", "/list/2/b"] == outline.children["/list/2"]


def test_anchored_containers() -> None:
    """An anchor of a container is known as well."""
    outline = outline_yaml("a: &x\n  b: 1\nc: &y [1]\n")
    assert ["/a", "/c"] == [pointer for pointer, node in outline.nodes.items() if node.is_anchored]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(JSON, st.sampled_from([None, 0, 3, "\t"]))
def test_nodes_of_json(value: Any, indent: Any) -> None:
    """What stands from the start to the end of a node of JSON is that node."""
    outline = outline_json(json.dumps(value, indent=indent))
    for pointer, (_, text) in written(outline).items():
        node = value
        for token in pointer.split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            node = node[int(key) if isinstance(node, list) else key]
        assert node == json.loads(text)


@given(st.dictionaries(st.text("ab ü😀:#'\"-", min_size=1), st.text("ab ü😀:#'\"-\n"), min_size=1))
def test_scalars_of_yaml(value: dict[str, str]) -> None:
    """What stands from the start to the end of a scalar of YAML is that scalar."""
    text = yaml.safe_dump(value, allow_unicode=True)
    outline = outline_yaml(text)
    for name, each in value.items():
        node = outline.nodes["/" + name]
        assert each == yaml.load(text[node.start : node.end], Loader=yaml.BaseLoader)
