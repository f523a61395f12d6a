"""From decoded documents to `Document`: what the standard prescribes, and what is refused."""

from __future__ import annotations

import pytest
from small_documents import ABSENT, DEEP, NEXT, STEP, changed, flow, problems

from mock_knock.arazzo.criterion import Criterion
from mock_knock.arazzo.document import (
    Action,
    Document,
    Parameter,
    RequestBody,
    SourceDescription,
    Step,
    Workflow,
)
from mock_knock.arazzo.parse import parse_document
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue


def test_everything_is_read() -> None:
    """Each field of a document arrives at its place, with the pointer of the object it stands in."""
    poll = Step(
        "poll",
        operation_id="getUser",
        parameters=(
            Parameter("id", "path", "$inputs.id", f"{STEP}/parameters/0"),
            Parameter("id", "query", 7, f"{STEP}/parameters/1"),
        ),
        success_criteria=(
            Criterion("$statusCode == 200", pointer=f"{STEP}/successCriteria/0"),
            Criterion("$[?@ == 'x']", "$response.body", "jsonpath", "rfc9535", f"{STEP}/successCriteria/1"),
        ),
        on_success=(Action("done", "goto", "send", pointer=f"{STEP}/onSuccess/0"),),
        on_failure=(
            Action("again", "retry", retry_after=0.5, retry_limit=3, pointer=f"{STEP}/onFailure/0"),
            Action(
                "stop",
                "end",
                criteria=(Criterion("^5", "$statusCode", "regex", pointer=f"{STEP}/onFailure/1/criteria/0"),),
                pointer=f"{STEP}/onFailure/1",
            ),
        ),
        outputs={"user": "$response.body"},
        pointer=STEP,
    )
    send = Step(
        "send",
        operation_path="{$sourceDescriptions.users.url}#/paths/~1send/post",
        request_body=RequestBody({"to": ["$inputs.id", None]}, "application/json", f"{NEXT}/requestBody"),
        pointer=NEXT,
    )
    workflow = Workflow(
        "notify",
        (poll, send),
        {"type": "object", "properties": {"id": {"type": "string"}}},
        {"user": "$steps.poll.outputs.user"},
        "/workflows/0",
    )
    sources = (SourceDescription("users", "users.yml", "/sourceDescriptions/0", "openapi"),)
    assert Document("1.0.1", "Notify", sources, (workflow,)) == parse_document(flow())


def test_defaults() -> None:
    """A retry without numbers is one retry without delay, and lists and maps may be left out."""
    document = {
        "arazzo": "1.1.0",
        "info": {"title": "t", "version": "1"},
        "sourceDescriptions": [{"name": "s", "url": "u"}],
        "workflows": [
            {
                "workflowId": "w",
                "steps": [{"stepId": "a", "operationId": "o", "onFailure": [{"name": "r", "type": "retry"}]}],
            }
        ],
    }
    (workflow,) = parse_document(document).workflows
    retry = Action("r", "retry", retry_after=0, retry_limit=1, pointer=f"{STEP}/onFailure/0")
    assert Workflow("w", (Step("a", "o", on_failure=(retry,), pointer=STEP),), pointer="/workflows/0") == workflow


def test_questions_to_a_document() -> None:
    """Workflows and steps are found by id; the last step is followed by none; an unknown id is told apart."""
    document = parse_document(flow())
    workflow = document.workflow("notify")
    assert workflow is not None
    assert None is document.workflow("Notify")
    assert ["send", None] == [step and step.step_id for step in map(workflow.following, workflow.steps)]
    assert (1, "send") == (workflow.step_index("send"), workflow.step("send").step_id)
    assert [document.sources[0], None] == [document.source("users"), document.source("Users")]
    with pytest.raises(KeyError):
        workflow.step_index("nope")


@pytest.mark.parametrize("version", ["1.0.0", "1.0.1", "1.1.0", "1.1.99", "1.0.1-rc.1"])
def test_supported_versions(version: str) -> None:
    """Every patch of 1.0 and 1.1 is read."""
    assert version == parse_document(changed("/arazzo", version)).version


@pytest.mark.parametrize("version", ["1.2.0", "2.0.0", "0.9.0", "1.0", "1.0.", "1.0.x", "10.0.1", "1.0.1\n", " 1.0.1"])
def test_other_versions(version: str) -> None:
    """A version that is not one of those is refused, however near it is."""
    assert [("arazzo-version", "/arazzo")] == problems(changed("/arazzo", version))


@pytest.mark.parametrize("document", [None, True, 7, "arazzo: 1.0.1", [], {}, {"openapi": "3.0.0"}, ["arazzo"]])
def test_other_documents(document: JsonValue) -> None:
    """What has no field `arazzo` is no Arazzo document, and nothing else is said about it."""
    assert [("arazzo-invalid", "")] == problems(document)


STRUCTURE = [
    # pointer changed, value, places of the problems
    ("/arazzo", 1.0, ["/arazzo"]),
    ("/arazzo", None, ["/arazzo"]),
    ("/info", ABSENT, ["/info", "/info"]),
    ("/info/title", ABSENT, ["/info"]),
    ("/info/version", ABSENT, ["/info"]),
    ("/info/version", 1.0, ["/info/version"]),
    ("/info/title", "", ["/info/title"]),
    ("/sourceDescriptions", ABSENT, [""]),
    ("/sourceDescriptions", [], [""]),
    ("/sourceDescriptions", {}, ["/sourceDescriptions"]),
    ("/sourceDescriptions/0", None, ["/sourceDescriptions/0"]),
    ("/sourceDescriptions/0/name", ABSENT, ["/sourceDescriptions/0"]),
    ("/sourceDescriptions/0/url", ABSENT, ["/sourceDescriptions/0"]),
    ("/sourceDescriptions/0/url", ["u"], ["/sourceDescriptions/0/url"]),
    ("/sourceDescriptions/0/type", DEEP, ["/sourceDescriptions/0/type"]),
    ("/workflows", ABSENT, [""]),
    ("/workflows", [], [""]),
    ("/workflows", None, ["/workflows"]),
    ("/workflows/0", "w", ["/workflows/0"]),
    ("/workflows/0/workflowId", ABSENT, ["/workflows/0"]),
    ("/workflows/0/workflowId", 7, ["/workflows/0/workflowId"]),
    ("/sourceDescriptions/0/type", "raml", ["/sourceDescriptions/0/type"]),
    ("/info/summary", 7, ["/info/summary"]),
    ("/workflows/0/description", ["d"], ["/workflows/0/description"]),
    ("/workflows/0/dependsOn", "w", ["/workflows/0/dependsOn"]),
    ("/workflows/0/dependsOn", ["w", 7, ""], ["/workflows/0/dependsOn/1", "/workflows/0/dependsOn/2"]),
    ("/workflows/0/inputs", True, ["/workflows/0/inputs"]),
    ("/workflows/0/inputs", None, ["/workflows/0/inputs"]),
    ("/workflows/0/outputs", [], ["/workflows/0/outputs"]),
    ("/workflows/0/outputs/user", None, ["/workflows/0/outputs/user"]),
    ("/workflows/0/steps", ABSENT, ["/workflows/0"]),
    ("/workflows/0/steps", [], ["/workflows/0"]),
    ("/workflows/0/steps", {}, ["/workflows/0/steps"]),
    ("/workflows/0/steps/2", [], ["/workflows/0/steps/2"]),
    (f"{STEP}/stepId", ABSENT, [STEP]),
    (f"{STEP}/stepId", "", [f"{STEP}/stepId"]),
    (f"{STEP}/operationId", ABSENT, [STEP]),
    (f"{STEP}/operationId", "", [f"{STEP}/operationId"]),
    (f"{STEP}/operationId", None, [f"{STEP}/operationId"]),
    (f"{STEP}/operationPath", "{$sourceDescriptions.users.url}#/paths/~1send/post", [STEP]),
    (f"{NEXT}/operationPath", 7, [f"{NEXT}/operationPath"]),
    (f"{STEP}/parameters", {}, [f"{STEP}/parameters"]),
    (f"{STEP}/parameters/0", "id", [f"{STEP}/parameters/0"]),
    (f"{STEP}/parameters/0/name", ABSENT, [f"{STEP}/parameters/0"]),
    (f"{STEP}/parameters/0/in", ABSENT, [f"{STEP}/parameters/0"]),
    (f"{STEP}/parameters/0/in", "body", [f"{STEP}/parameters/0/in"]),
    (f"{STEP}/parameters/0/in", ["path"], [f"{STEP}/parameters/0/in"]),
    (f"{STEP}/parameters/0/value", ABSENT, [f"{STEP}/parameters/0"]),
    (f"{STEP}/requestBody", None, [f"{STEP}/requestBody"]),
    (f"{NEXT}/requestBody/contentType", None, [f"{NEXT}/requestBody/contentType"]),
    (f"{STEP}/successCriteria", [], [STEP]),
    (f"{STEP}/successCriteria", "$statusCode == 200", [f"{STEP}/successCriteria"]),
    (f"{STEP}/successCriteria/0", "$statusCode == 200", [f"{STEP}/successCriteria/0"]),
    (f"{STEP}/successCriteria/0/condition", ABSENT, [f"{STEP}/successCriteria/0"]),
    (f"{STEP}/successCriteria/0/condition", True, [f"{STEP}/successCriteria/0/condition"]),
    (f"{STEP}/successCriteria/0/type", "jsonata", [f"{STEP}/successCriteria/0/type"]),
    (f"{STEP}/successCriteria/0/type", "regex", [f"{STEP}/successCriteria/0"]),
    (f"{STEP}/successCriteria/1/context", ABSENT, [f"{STEP}/successCriteria/1"]),
    (f"{STEP}/successCriteria/1/context", "", [f"{STEP}/successCriteria/1/context"]),
    (f"{STEP}/successCriteria/1/type", {"type": "regex", "version": "1"}, [f"{STEP}/successCriteria/1/type"]),
    (f"{STEP}/successCriteria/1/type", {"version": "rfc9535"}, [f"{STEP}/successCriteria/1/type"]),
    (f"{STEP}/successCriteria/1/type", {"type": "jsonpath"}, [f"{STEP}/successCriteria/1/type"]),
    (f"{STEP}/onSuccess", {}, [f"{STEP}/onSuccess"]),
    (f"{STEP}/onSuccess/0", None, [f"{STEP}/onSuccess/0"]),
    (f"{STEP}/onSuccess/0/name", ABSENT, [f"{STEP}/onSuccess/0"]),
    (f"{STEP}/onSuccess/0/type", ABSENT, [f"{STEP}/onSuccess/0"]),
    (f"{STEP}/onSuccess/0/type", "retry", [f"{STEP}/onSuccess/0/type"]),
    (f"{STEP}/onSuccess/0/stepId", ABSENT, [f"{STEP}/onSuccess/0"]),
    (f"{STEP}/onSuccess/0/stepId", None, [f"{STEP}/onSuccess/0/stepId"]),
    (f"{STEP}/onSuccess/0/stepId", "", [f"{STEP}/onSuccess/0/stepId"]),
    (f"{STEP}/onFailure/0/type", "wait", [f"{STEP}/onFailure/0/type"]),
    (f"{STEP}/onFailure/0/retryAfter", -1, [f"{STEP}/onFailure/0/retryAfter"]),
    (f"{STEP}/onFailure/0/retryAfter", "1", [f"{STEP}/onFailure/0/retryAfter"]),
    (f"{STEP}/onFailure/0/retryAfter", True, [f"{STEP}/onFailure/0/retryAfter"]),
    (f"{STEP}/onFailure/0/retryAfter", float("nan"), [f"{STEP}/onFailure/0/retryAfter"]),
    (f"{STEP}/onFailure/0/retryAfter", float("inf"), [f"{STEP}/onFailure/0/retryAfter"]),
    (f"{STEP}/onFailure/0/retryAfter", 10**400, [f"{STEP}/onFailure/0/retryAfter"]),
    (f"{STEP}/onFailure/0/retryLimit", -1, [f"{STEP}/onFailure/0/retryLimit"]),
    (f"{STEP}/onFailure/0/retryLimit", 2.5, [f"{STEP}/onFailure/0/retryLimit"]),
    (f"{STEP}/onFailure/0/retryLimit", True, [f"{STEP}/onFailure/0/retryLimit"]),
    (f"{STEP}/onFailure/0/retryLimit", None, [f"{STEP}/onFailure/0/retryLimit"]),
    (f"{STEP}/onFailure/0/retryLimit", float("inf"), [f"{STEP}/onFailure/0/retryLimit"]),
    (f"{STEP}/onFailure/1/criteria", "x", [f"{STEP}/onFailure/1/criteria"]),
]


@pytest.mark.parametrize(("pointer", "value", "places"), STRUCTURE)
def test_structure(pointer: str, value: JsonValue, places: list[str]) -> None:
    """A field that is missing or of a wrong kind is one problem at its place, and no other problem follows from it."""
    assert [("arazzo-structure", place) for place in places] == problems(changed(pointer, value))


@pytest.mark.parametrize(
    "holder",
    [
        "",
        "/info",
        "/sourceDescriptions/0",
        "/workflows/0",
        STEP,
        f"{STEP}/parameters/0",
        f"{STEP}/successCriteria/0",
        f"{STEP}/successCriteria/1/type",
        f"{STEP}/onSuccess/0",
        f"{STEP}/onFailure/0",
        f"{NEXT}/requestBody",
    ],
)
def test_unknown_fields(holder: str) -> None:
    """A field that the standard does not know is refused at its own place, unless its name begins with `x-`."""
    assert [("arazzo-unknown-field", f"{holder}/a~1b~0")] == problems(_with_field(holder, "a/b~"))
    assert parse_document(_with_field(holder, "x-a")) is not None


def _with_field(holder: str, name: str) -> JsonValue:
    document: JsonValue = flow()
    node = document
    for token in holder.split("/")[1:]:
        node = node[int(token)] if isinstance(node, list) else node[token]
    node[name] = 1
    return document


@pytest.mark.parametrize("name", ["retryAfter", "retryLimit"])
def test_a_success_action_has_no_retry(name: str) -> None:
    """A delay or a limit on success is refused: it belongs to failure actions alone and would do nothing."""
    pointer = f"{STEP}/onSuccess/0/{name}"
    assert [("arazzo-unknown-field", pointer)] == problems(changed(pointer, 1))


@pytest.mark.parametrize(
    ("name", "value"), [("retryAfter", 0), ("retryAfter", 0.0), ("retryAfter", 1_000_000_000), ("retryLimit", 0)]
)
def test_limits_of_retries(name: str, value: float) -> None:
    """No delay, a very long one and no retry at all are all in order."""
    assert parse_document(changed(f"{STEP}/onFailure/0/{name}", value)) is not None


def test_every_problem_has_a_remedy() -> None:
    """No finding about the structure leaves the reader without a hint."""
    documents = [changed(pointer, value) for pointer, value, _ in STRUCTURE]
    for document in [*documents, {}, changed("/arazzo", "3")]:
        with pytest.raises(InvalidDocument) as caught:
            parse_document(document)
        assert [] == [finding for finding in caught.value.findings if not finding.hint]
