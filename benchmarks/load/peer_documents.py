"""What other mock servers are given: what the fake imitates, in the form in which they validate by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import orjson

from benchmarks.load.loads import IDENTIFY
from mock_knock.served import served_document

_REFERENCE, _DEFINITIONS = b'"#/components/schemas/', b'"#/$defs/'
_TEMPLATES: Final = ((IDENTIFY, IDENTIFY), ("/v1/workflows/{key}/trigger", "/v1/workflows/[^/]+/trigger"))
"""Path templates of what has a body, and the pattern of their paths."""
_ANSWER: Final = {"id": "8a7d6f2e-0f6c-4f5e-9b1e-1f4f0c3b2a10", "status": "queued", "__typename": "BulkOperation"}


def write_description(folder: Path) -> Path:
    """Write one OpenAPI document for all that read one, and return its path.

    It is what the fake imitates in OpenAPI 3.1, where null is a type: of `nullable`, in 3.0, Prism makes schemas that
    it cannot use where no `type` stands beside it or null is listed, and then it lets every body pass.
    """
    path = folder / "served.json"
    document = served_document()
    document = {**_with_null_as_type(document), "openapi": "3.1.0"}
    path.write_bytes(orjson.dumps(document))
    return path


def write_mappings(folder: Path) -> Path:
    """Write the same as the mappings of WireMock, bodies as JSON Schema, and return the folder that it is told."""
    document = served_document()
    for number, (template, pattern) in enumerate(_TEMPLATES):
        content = document["paths"][template]["post"]["requestBody"]["content"]["application/json"]["schema"]
        schema = {**_as_json_schema(content), "$defs": _as_json_schema(document["components"]["schemas"])}
        matcher = {"matchesJsonSchema": orjson.dumps(schema).decode(), "schemaVersion": "V202012"}
        asked = {"method": "POST", "urlPathPattern": pattern, "bodyPatterns": [matcher]}
        _write_mapping(folder, f"post-{number}", asked)
    _write_mapping(folder, "get", {"method": "GET", "urlPathPattern": "/v1/bulk_operations/[^/]+"})
    return folder


def _write_mapping(folder: Path, name: str, asked: dict[str, Any]) -> None:
    mappings = folder / "mappings"
    mappings.mkdir(parents=True, exist_ok=True)
    answer = {"status": 200, "jsonBody": _ANSWER}
    (mappings / f"{name}.json").write_bytes(orjson.dumps({"request": asked, "response": answer}))


def _with_null_as_type(node: Any) -> Any:
    match node:
        case dict():
            found = {name: _with_null_as_type(each) for name, each in node.items() if name != "nullable"}
            if node.get("nullable") is True and isinstance(node.get("type"), str):
                found["type"] = [node["type"], "null"]
            return found
        case list():
            return [_with_null_as_type(each) for each in node]
    return node


def _as_json_schema(schema: Any) -> Any:
    """Return a schema of OpenAPI 3.0 as JSON Schema, whose references lead to its definitions."""
    return orjson.loads(orjson.dumps(_with_null_as_type(schema)).replace(_REFERENCE, _DEFINITIONS))
