"""The description as it is given to openapi-core: without what makes it warn or stop, and judging does not need.

`deprecated` and `allowEmptyValue` are warned about, parameters `in: querystring` (OpenAPI 3.2) are not known. Nothing
is changed in place; what needs no change is shared with the original.
"""

from __future__ import annotations

from collections.abc import Mapping

from mock_knock.contract.details import Resolve
from mock_knock.messages import JsonValue

WARNED_ABOUT = frozenset({"deprecated", "allowEmptyValue"})
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def judged_document(document: Mapping[str, JsonValue], resolve: Resolve) -> dict[str, JsonValue]:
    """Return a description without what openapi-core does not take."""
    result = dict(document)
    paths = document["paths"]
    result["paths"] = {path: _item(item, resolve) for path, item in paths.items()}
    components = document.get("components")
    if isinstance(components, Mapping):
        result["components"] = _components(components, resolve)
    return result


def _item(item: JsonValue, resolve: Resolve) -> JsonValue:
    if not isinstance(item, Mapping):
        return item
    changed = {name: _operation(item[name], resolve) for name in METHODS if name in item}
    return {**item, **changed, **_parameters(item, resolve)}


def _operation(operation: JsonValue, resolve: Resolve) -> JsonValue:
    if not isinstance(operation, Mapping):
        return operation
    responses = operation.get("responses")
    changed = {"responses": _each(responses, _response)} if isinstance(responses, Mapping) else {}
    return {**operation, **changed, **_parameters(operation, resolve)}


def _parameters(holder: Mapping[str, JsonValue], resolve: Resolve) -> dict[str, JsonValue]:
    listed = holder.get("parameters")
    if not isinstance(listed, list):
        return {}
    return {"parameters": [_quiet(each) for each in listed if not _is_whole_query(resolve(each))]}


def _is_whole_query(parameter: JsonValue) -> bool:
    return isinstance(parameter, Mapping) and parameter.get("in") == "querystring"


def _response(response: JsonValue) -> JsonValue:
    if not isinstance(response, Mapping) or not isinstance(headers := response.get("headers"), Mapping):
        return response
    return {**response, "headers": _each(headers, _quiet)}


def _components(components: Mapping[str, JsonValue], resolve: Resolve) -> dict[str, JsonValue]:
    changes = {
        "parameters": _quiet,
        "headers": _quiet,
        "responses": _response,
        "pathItems": lambda item: _item(item, resolve),
    }
    changed = {
        name: _each(found, change)
        for name, change in changes.items()
        if isinstance(found := components.get(name), Mapping)
    }
    return {**components, **changed}


def _each(members: Mapping[str, JsonValue], change: Resolve) -> dict[str, JsonValue]:
    return {name: change(member) for name, member in members.items()}


def _quiet(node: JsonValue) -> JsonValue:
    if not isinstance(node, Mapping) or WARNED_ABOUT.isdisjoint(node):
        return node
    return {name: value for name, value in node.items() if name not in WARNED_ABOUT}
