"""The outline of a YAML text, from the marks of the parser's events; the strict reader has judged the text before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import yaml

from mock_knock.files.outline import NodeStyle, Outline, OutlineBuilder

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STYLES: Final[dict[str | None, NodeStyle]] = {"'": "single", '"': "double", "|": "literal", ">": "folded"}


def outline_yaml(text: str) -> Outline:
    """Return the outline of a text that `read_yaml` accepts; the parser's marks count characters."""
    builder = OutlineBuilder()
    events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
    for event in events:
        start, end = event.start_mark.index, event.end_mark.index
        match event:
            case yaml.ScalarEvent() if builder.expects_key:
                builder.take_key(event.value, start, end)
            case yaml.ScalarEvent():
                style = _STYLES.get(event.style or None, "plain")
                builder.add(start, _scalar_end(text, start, end, style), style, is_anchored=event.anchor is not None)
            case yaml.AliasEvent():
                builder.add(start, end, "alias")
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                is_mapping = isinstance(event, yaml.MappingStartEvent)
                style = "flow" if event.flow_style else "block"
                builder.open(start, style, is_mapping=is_mapping, is_anchored=event.anchor is not None)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                builder.close(end)
            case _:
                pass
    return Outline(text, is_json=False, nodes=builder.nodes, children=builder.children)


def _scalar_end(text: str, start: int, end: int, style: NodeStyle) -> int:
    """Return where a scalar ends: one of block style without the empty lines behind it, unless it keeps them."""
    if style not in {"literal", "folded"} or "+" in text[start:end].partition("\n")[0].partition("#")[0]:
        return end
    return start + len(text[start:end].rstrip())
