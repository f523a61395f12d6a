"""The outline of a JSON text; the strict reader has judged the text before."""

from __future__ import annotations

import json
import re
from bisect import bisect_right

from mock_knock.files.outline import Outline, OutlineBuilder

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[][{}]|[^][{},:"\s]+')


def outline_json(text: str) -> Outline:
    """Return the outline of a text that `read_json` accepts."""
    builder = OutlineBuilder()
    for match in _TOKEN.finditer(text):
        match match[0]:
            case "{" | "[":
                builder.open(match.start(), "flow", is_mapping=match[0] == "{")
            case "}" | "]":
                builder.close(match.end())
            case token if builder.expects_key:
                builder.take_key(json.loads(token), *match.span())
            case token:
                builder.add(*match.span(), "double" if token[0] == '"' else "plain")
    return Outline(text, is_json=True, nodes=builder.nodes, children=builder.children)


def json_positions(text: str) -> dict[str, tuple[int, int]]:
    """Return the line and column of each node, both from 1: of a member those of its name."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    places = {}
    for pointer, node in outline_json(text).nodes.items():
        line = bisect_right(starts, node.entry)
        places[pointer] = (line, node.entry - starts[line - 1] + 1)
    return places
