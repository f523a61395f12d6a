"""A small decoded Arazzo document, and what is found when something in it is changed."""

from __future__ import annotations

from copy import deepcopy

import pytest

from mock_knock.arazzo.document import Step
from mock_knock.arazzo.parse import parse_document, read_document_structure
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue

ABSENT = object()
STEP = "/workflows/0/steps/0"
NEXT = "/workflows/0/steps/1"
DEEP: JsonValue = []
for _ in range(5_000):
    DEEP = [DEEP]


def flow() -> dict[str, JsonValue]:
    """Return a decoded document that uses every part of the standard which is carried out."""
    return {
        "arazzo": "1.0.1",
        "x-owner": "team",
        "info": {"title": "Notify", "summary": "s", "description": "d", "version": "1"},
        "sourceDescriptions": [{"name": "users", "url": "users.yml", "type": "openapi"}],
        "workflows": [
            {
                "workflowId": "notify",
                "summary": "s",
                "inputs": {"type": "object", "properties": {"id": {"type": "string"}}},
                "steps": [
                    {
                        "stepId": "poll",
                        "operationId": "getUser",
                        "parameters": [
                            {"name": "id", "in": "path", "value": "$inputs.id"},
                            {"name": "id", "in": "query", "value": 7},
                        ],
                        "successCriteria": [
                            {"condition": "$statusCode == 200"},
                            {
                                "condition": "$[?@ == 'x']",
                                "context": "$response.body",
                                "type": {"type": "jsonpath", "version": "rfc9535"},
                            },
                        ],
                        "onSuccess": [{"name": "done", "type": "goto", "stepId": "send"}],
                        "onFailure": [
                            {"name": "again", "type": "retry", "retryAfter": 0.5, "retryLimit": 3},
                            {
                                "name": "stop",
                                "type": "end",
                                "criteria": [{"condition": "^5", "context": "$statusCode", "type": "regex"}],
                            },
                        ],
                        "outputs": {"user": "$response.body"},
                    },
                    {
                        "stepId": "send",
                        "operationPath": "{$sourceDescriptions.users.url}#/paths/~1send/post",
                        "requestBody": {"contentType": "application/json", "payload": {"to": ["$inputs.id", None]}},
                    },
                ],
                "outputs": {"user": "$steps.poll.outputs.user"},
            }
        ],
    }


def changed(pointer: str, value: object, document: JsonValue = None) -> JsonValue:
    """Return the document, `flow()` if none is given, with another value at a pointer; ABSENT takes the member out."""
    tokens = pointer.split("/")[1:]
    document = flow() if document is None else deepcopy(document)
    if not tokens:
        return value
    node: JsonValue = document
    for token in tokens[:-1]:
        node = node[int(token)] if isinstance(node, list) else node[token]
    last = int(tokens[-1]) if isinstance(node, list) else tokens[-1]
    if value is ABSENT:
        del node[last]
    elif isinstance(node, list) and last == len(node):
        node.append(value)
    else:
        node[last] = value
    return document


def problems(document: JsonValue) -> list[tuple[str, str]]:
    """Return code and place of every problem of a document."""
    with pytest.raises(InvalidDocument) as caught:
        parse_document(document)
    return [(finding.code, finding.where.removeprefix("#")) for finding in caught.value.findings]


def newer(pointer: str, value: object) -> JsonValue:
    """Return the document as one of 1.1.0, with another value at a pointer."""
    document: JsonValue = changed(pointer, value)
    return {**document, "arazzo": "1.1.0"}


def remarks(document: JsonValue) -> list[tuple[str, str]]:
    """Return code and place of every finding about a document that can be used."""
    assert parse_document(document) is not None
    return found(document)


def found(document: JsonValue) -> list[tuple[str, str]]:
    """Return code and place of every finding about a document."""
    _, findings = read_document_structure(document)
    return [(finding.code, finding.where.removeprefix("#")) for finding in findings]


def built(*steps: JsonValue, version: str = "1.1.0", components: JsonValue = None, **workflow: JsonValue) -> JsonValue:
    """Return a document with one workflow of these steps; those without a call get the operation `o`."""
    calls = {"operationId", "workflowId"}
    return {
        "arazzo": version,
        "info": {"title": "t", "version": "1"},
        "sourceDescriptions": [{"name": "s", "url": "u"}, {"name": "flows", "url": "f", "type": "arazzo"}],
        "workflows": [
            {
                "workflowId": "w",
                "steps": [step if calls & step.keys() else {"operationId": "o", **step} for step in steps],
                **workflow,
            }
        ],
        **({} if components is None else {"components": components}),
    }


def first_steps(document: JsonValue) -> tuple[Step, ...]:
    """Return the steps of the first workflow of a document without errors."""
    return parse_document(document).workflows[0].steps


SELECTOR = {"context": "$response.body", "selector": "$.id", "type": "jsonpath"}


def rich() -> JsonValue:
    """Return a decoded document of 1.1.0 that uses what came with it, and components."""
    return {
        **built(
            {
                "stepId": "a",
                "timeout": 1500,
                "dependsOn": ["b", "$workflows.w.steps.b", "$sourceDescriptions.flows.x.steps.y"],
                "parameters": [{"reference": "$components.parameters.p", "value": SELECTOR}],
                "requestBody": {
                    "payload": {"x": [SELECTOR]},
                    "replacements": [
                        {"target": "/x", "value": SELECTOR},
                        {"target": "$.x", "targetSelectorType": {"type": "jsonpath", "version": "rfc9535"}, "value": 1},
                    ],
                },
                "onSuccess": [{"reference": "$components.successActions.done"}],
                "outputs": {"id": SELECTOR},
            },
            {
                "stepId": "b",
                "workflowId": "$sourceDescriptions.flows.x",
                "parameters": [{"name": "i", "value": "$inputs.i"}],
                "onFailure": [
                    {
                        "name": "r",
                        "type": "retry",
                        "workflowId": "w",
                        "parameters": [{"name": "i", "value": 1}],
                    }
                ],
            },
            inputs={"$ref": "#/components/inputs/i"},
            parameters=[{"name": "q", "in": "querystring", "value": "a=1"}],
            successActions=[{"name": "s", "type": "goto", "stepId": "a"}],
            failureActions=[{"reference": "$components.failureActions.again"}],
            dependsOn=["$sourceDescriptions.flows.z"],
            components={
                "inputs": {"i": {"type": "object", "properties": {"i": {"$ref": "#text"}}}, "t": {"$anchor": "text"}},
                "parameters": {"p": {"name": "p", "in": "header", "value": "v"}},
                "successActions": {"done": {"name": "done", "type": "end"}},
                "failureActions": {"again": {"name": "again", "type": "retry", "stepId": "b"}},
            },
        ),
        "$self": "https://example.test/flow",
    }
