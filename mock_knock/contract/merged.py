"""Several descriptions of one API as one document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mock_knock.contract.description import Description
from mock_knock.messages import JsonValue

TITLE = "What mock-knock imitates of Knock"


def merge_descriptions(descriptions: Iterable[Description]) -> dict[str, JsonValue]:
    """Return one OpenAPI document with the operations of all; what two of them have under one name is the same."""
    merged: dict[str, JsonValue] = {}
    for description in descriptions:
        document = description.document
        merged = {**document, **merged}
        merged["paths"] = {**merged["paths"], **document["paths"]}
        merged["components"] = _merge_maps(merged["components"], document["components"])
        merged["tags"] = list({tag["name"]: tag for tag in (*merged["tags"], *document["tags"])}.values())
    return {**merged, "info": {**merged["info"], "title": TITLE}} if merged else merged


def _merge_maps(one: Mapping[str, JsonValue], other: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: {**one.get(name, {}), **other.get(name, {})} for name in {**one, **other}}
