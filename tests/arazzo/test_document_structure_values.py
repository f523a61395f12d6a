"""Selectors, query languages, replacements, and what only Arazzo 1.1.0 knows."""

from __future__ import annotations

import pytest
from small_documents import (
    NEXT,
    SELECTOR,
    STEP,
    built,
    changed,
    first_steps,
    newer,
    problems,
    remarks,
    rich,
)

from mock_knock.arazzo.criterion import Criterion
from mock_knock.arazzo.document import Replacement, RequestBody
from mock_knock.arazzo.expressions.pointer import MISSING
from mock_knock.arazzo.parse import parse_document
from mock_knock.arazzo.queries.selector import Selector
from mock_knock.messages import JsonValue

BODY = f"{STEP}/requestBody"


def read_selector(pointer: str) -> Selector:
    """Return the usual selector as read at a pointer."""
    return Selector("$response.body", "$.id", "jsonpath", pointer=pointer)


def with_payload(payload: JsonValue, version: str = "1.1.0") -> JsonValue:
    """Return the payload as it is read."""
    (step,) = first_steps(built({"stepId": "a", "requestBody": {"payload": payload}}, version=version))
    assert step.request_body is not None
    return step.request_body.payload


def test_everything_newer_is_read() -> None:
    """A document that uses all of 1.1.0 is read without a word."""
    assert [] == remarks(rich())
    document = parse_document(rich())
    assert "https://example.test/flow" == document.self_uri
    assert [None, "arazzo"] == [source.type for source in document.sources]
    (workflow,) = document.workflows
    assert ("$sourceDescriptions.flows.z",) == workflow.depends_on
    second, first = workflow.steps
    assert (1.5, ("b", "$workflows.w.steps.b", "$sourceDescriptions.flows.x.steps.y")) == (
        first.timeout,
        first.depends_on,
    )
    assert "$sourceDescriptions.flows.x" == second.workflow_id
    assert {"id": read_selector(f"{STEP}/outputs/id")} == first.outputs
    assert read_selector(f"{STEP}/parameters/0/value") == first.parameters[0].value
    replacements = (
        Replacement("/x", read_selector(f"{BODY}/replacements/0/value"), pointer=f"{BODY}/replacements/0"),
        Replacement("$.x", 1, "jsonpath", "rfc9535", f"{BODY}/replacements/1"),
    )
    payload = {"x": [read_selector(f"{BODY}/payload/x/0")]}
    assert RequestBody(payload, pointer=BODY, replacements=replacements) == first.request_body
    retry, _ = second.on_failure
    assert ("w", [("i", None, 1)]) == (
        retry.workflow_id,
        [(each.name, each.place, each.value) for each in retry.parameters],
    )


@pytest.mark.parametrize(
    "value",
    [
        {"context": "article", "selector": "a", "type": "b"},
        {"context": "$response.body", "selector": "a"},
        {"context": {}, "selector": "a", "type": "b"},
        {**SELECTOR, "more": 1},
    ],
)
def test_payloads_that_resemble_selectors(value: JsonValue) -> None:
    """A mapping is a selector when it has exactly its fields and an expression as context, else just data."""
    assert value == with_payload(value)


def test_selectors_deep_in_payloads() -> None:
    """Selectors stand anywhere in a payload; the decoded document is not changed, and 1.0 knows none."""
    payload: JsonValue = {"a/b": [1, {**SELECTOR, "x-note": "n"}], "c": {"d": SELECTOR}}
    at = f"{BODY}/payload"
    expected = {"a/b": [1, read_selector(f"{at}/a~1b/1")], "c": {"d": read_selector(f"{at}/c/d")}}
    assert expected == with_payload(payload)
    assert {**SELECTOR, "x-note": "n"} == payload["a/b"][1]
    assert payload == with_payload(payload, "1.0.1")


@pytest.mark.parametrize(
    ("selector", "places"),
    [
        ({"type": "jsonpath"}, ["", ""]),
        ({"context": "$response.body", "selector": "$"}, [""]),
        ({**SELECTOR, "type": "regex"}, ["/type"]),
        ({**SELECTOR, "type": ["jsonpath"]}, ["/type"]),
        ({**SELECTOR, "type": {"type": "xpath", "version": "rfc9535"}}, ["/type/version"]),
        ({**SELECTOR, "selector": 7}, ["/selector"]),
    ],
)
def test_broken_selectors(selector: JsonValue, places: list[str]) -> None:
    """A selector has a context, a query and a type that is known, with a version of that type."""
    at = f"{STEP}/outputs/id"
    document = built({"stepId": "a", "outputs": {"id": selector}})
    assert [("arazzo-structure", at + place) for place in places] == problems(document)


@pytest.mark.parametrize(
    ("written", "kind", "version"),
    [
        ("jsonpointer", "jsonpointer", None),
        ({"type": "jsonpointer", "version": "rfc6901"}, "jsonpointer", "rfc6901"),
        ({"type": "xpath", "version": "xpath-31"}, "xpath", "xpath-31"),
        ("xpath", "xpath", None),
    ],
)
def test_types_of_selectors(written: JsonValue, kind: str, version: str | None) -> None:
    """Selectors are JSONPath, XPath or JSON Pointer, of the default version or of another."""
    read = with_payload({**SELECTOR, "type": written})
    assert (kind, version) == (read.type, read.version)


@pytest.mark.parametrize(
    ("written", "kind", "version"),
    [
        ("xpath", "xpath", None),
        ({"type": "xpath", "version": "xpath-10"}, "xpath", "xpath-10"),
        (
            {"type": "jsonpath", "version": "draft-goessner-dispatch-jsonpath-00"},
            "jsonpath",
            "draft-goessner-dispatch-jsonpath-00",
        ),
        ({"type": "jsonpath", "version": "rfc9535"}, "jsonpath", "rfc9535"),
    ],
)
@pytest.mark.parametrize("version_of_arazzo", ["1.0.1", "1.1.0"])
def test_types_of_criteria(version_of_arazzo: str, written: JsonValue, kind: str, version: str | None) -> None:
    """Criteria take every query language and version; RFC 9535 may be named in documents of 1.0 too."""
    criterion = {"condition": "c", "context": "$response.body", "type": written}
    (step,) = first_steps(built({"stepId": "a", "successCriteria": [criterion]}, version=version_of_arazzo))
    expected = Criterion("c", "$response.body", kind, version, f"{STEP}/successCriteria/0")  # type: ignore[arg-type]  # from the table
    assert (expected,) == step.success_criteria


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("jsonpointer", "type"),
        ({"type": "jsonpointer", "version": "rfc6901"}, "type"),
        ({"type": "simple", "version": "1"}, "type"),
        ({"type": "xpath", "version": "xpath-40"}, "type/version"),
    ],
)
def test_wrong_types_of_criteria(written: JsonValue, place: str) -> None:
    """A criterion is no JSON pointer, only queries have versions, and only those that exist."""
    criterion = {"condition": "c", "context": "$response.body", "type": written}
    document = built({"stepId": "a", "successCriteria": [criterion]})
    assert [("arazzo-structure", f"{STEP}/successCriteria/0/{place}")] == problems(document)


RETRY = {"name": "r", "type": "retry", "workflowId": "notify", "parameters": []}
XPATH = {"condition": "c", "context": "$response.body", "type": {"type": "xpath", "version": "xpath-31"}}


@pytest.mark.parametrize(
    ("pointer", "value", "below"),
    [
        ("/$self", "https://example.test/flow", ""),
        (f"{STEP}/timeout", 1000, ""),
        (f"{NEXT}/dependsOn", ["poll"], ""),
        ("/workflows/0/outputs/user", SELECTOR, ""),
        (f"{STEP}/outputs/user", SELECTOR, ""),
        (f"{STEP}/parameters/0/in", "querystring", ""),
        (f"{STEP}/onFailure/0", RETRY, "/parameters"),
        (f"{STEP}/successCriteria/0", XPATH, "/type/version"),
        (
            f"{NEXT}/requestBody/replacements",
            [{"target": "/to", "targetSelectorType": "jsonpointer", "value": 1}],
            "/0/targetSelectorType",
        ),
    ],
)
def test_what_only_the_newer_version_knows(pointer: str, value: JsonValue, below: str) -> None:
    """What came with 1.1.0 is refused in a document of 1.0 and read in one of 1.1."""
    assert [("arazzo-version-field", pointer + below)] == problems(changed(pointer, value))
    assert [] == remarks(newer(pointer, value))


@pytest.mark.parametrize("uri", ["flow.yaml", "../a/b?c=d", "https://example.test/a%20b", "urn:example:flow"])
def test_identities(uri: str) -> None:
    """`$self` is a URI reference, absolute or not."""
    assert uri == parse_document(newer("/$self", uri)).self_uri


@pytest.mark.parametrize("uri", ["", 7, "a#", "https://example.test/#top", "a b", "%2", "ä", "a\n"])
def test_what_is_no_identity(uri: JsonValue) -> None:
    """`$self` has no fragment and nothing that a URI reference cannot hold."""
    assert [("arazzo-structure", "/$self")] == problems(newer("/$self", uri))


def test_a_body_without_a_payload() -> None:
    """A body may have no payload, and then nothing can be replaced in it."""
    body = {"contentType": "text/plain"}
    (step,) = first_steps(built({"stepId": "a", "requestBody": body}))
    assert RequestBody(MISSING, "text/plain", BODY) == step.request_body
    (step,) = first_steps(built({"stepId": "a", "requestBody": {"payload": None}}))
    assert RequestBody(None, None, BODY) == step.request_body
    document = built({"stepId": "a", "requestBody": {"replacements": [{"target": "", "value": 1}]}})
    assert [("arazzo-structure", f"{BODY}/replacements")] == problems(document)


@pytest.mark.parametrize(
    ("replacement", "places"),
    [
        ({}, ["", ""]),
        ({"target": 7, "value": 1}, ["/target"]),
        ({"target": "/a"}, [""]),
        ({"target": "/a", "value": 1, "targetSelectorType": "regex"}, ["/targetSelectorType"]),
        ({"target": "/a", "value": 1, "targetSelectorType": {"type": "jsonpointer"}}, ["/targetSelectorType"]),
    ],
)
def test_broken_replacements(replacement: JsonValue, places: list[str]) -> None:
    """A replacement has a target and a value, and a type that is known if it names one."""
    body = {"payload": {}, "replacements": [replacement]}
    at = f"{BODY}/replacements/0"
    expected = [("arazzo-structure", at + place) for place in places]
    assert expected == problems(built({"stepId": "a", "requestBody": body}))
