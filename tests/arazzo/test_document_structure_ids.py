"""Ids of documents: unique, spoken of only where they exist, and of use in expressions."""

from __future__ import annotations

import pytest
from small_documents import NEXT, STEP, changed, found, newer, problems, remarks

from mock_knock.arazzo.parse import parse_document
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue


@pytest.mark.parametrize(
    ("pointer", "value", "place"),
    [
        ("/sourceDescriptions/1", {"name": "users", "url": "other.yml"}, "/sourceDescriptions/1"),
        (
            "/workflows/1",
            {"workflowId": "notify", "steps": [{"stepId": "a", "operationId": "o"}]},
            "/workflows/1",
        ),
        ("/workflows/0/steps/2", {"stepId": "poll", "operationId": "o"}, "/workflows/0/steps/2"),
        (f"{STEP}/parameters/2", {"name": "id", "in": "path", "value": 1}, f"{STEP}/parameters/2"),
        (f"{STEP}/onSuccess/1", {"name": "done", "type": "end"}, f"{STEP}/onSuccess/1"),
        (f"{STEP}/onFailure/2", {"name": "again", "type": "retry"}, f"{STEP}/onFailure/2"),
    ],
)
def test_duplicates(pointer: str, value: JsonValue, place: str) -> None:
    """An id, a name, a parameter or an action that stands twice is refused at its second place."""
    assert [("arazzo-duplicate", place)] == problems(changed(pointer, value))


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        (f"{STEP}/parameters/2", {"name": "ID", "in": "path", "value": 1}),
        (f"{STEP}/onFailure/2", {"name": "done", "type": "end"}),
        ("/workflows/1", {"workflowId": "Notify", "steps": [{"stepId": "poll", "operationId": "o"}]}),
    ],
)
def test_what_is_no_duplicate(pointer: str, value: JsonValue) -> None:
    """Names differ by case; success and failure actions, and the steps of two workflows, do not share theirs."""
    assert parse_document(changed(pointer, value)) is not None


def test_two_missing_names_are_no_duplicate() -> None:
    """Steps without ids are told to have none, not to share one."""
    steps = [{"operationId": "o"}, {"operationId": "o"}]
    assert [("arazzo-structure", STEP), ("arazzo-structure", NEXT)] == problems(changed("/workflows/0/steps", steps))


@pytest.mark.parametrize("kind", ["onSuccess", "onFailure"])
def test_dangling_targets(kind: str) -> None:
    """A goto to a step that this workflow does not have is refused, and the steps it has are named."""
    document = changed(f"{STEP}/{kind}", [{"name": "a", "type": "goto", "stepId": "Send"}])
    assert [("arazzo-step-dangling", f"{STEP}/{kind}/0/stepId")] == problems(document)
    with pytest.raises(InvalidDocument, match="steps of this workflow: poll, send"):
        parse_document(document)


@pytest.mark.parametrize("name", ["a b", "ä", "", "a/b", "$a"])
def test_names_of_outputs(name: str) -> None:
    """Names of outputs are made of letters, digits, dots, hyphens and underscores."""
    place = f"/workflows/0/outputs/{name.replace('/', '~1')}"
    assert [("arazzo-name", place)] == problems(changed("/workflows/0/outputs", {name: "$steps.poll.outputs.user"}))
    assert parse_document(changed("/workflows/0/outputs", {"a.b-c_9": "$inputs.id"})) is not None


@pytest.mark.parametrize("name", ["a b", "a.b", "ä", "a/b", "$a"])
@pytest.mark.parametrize("place", ["/workflows/0/workflowId", "/sourceDescriptions/0/name", f"{NEXT}/stepId"])
def test_names_that_expressions_cannot_hold(place: str, name: str) -> None:
    """Ids should be made of letters, digits, hyphens and underscores, since no expression can name others."""
    document = changed(f"{STEP}/onSuccess", [])
    assert [("arazzo-name-unusual", place)] == remarks(changed(place, name, document))
    assert [] == remarks(changed(place, "a-B_9", document))


def test_remarks_beside_problems() -> None:
    """A document with a problem is refused with everything that was found, the problem first in the message."""
    document = changed("/info/title", 7, changed("/sourceDescriptions/0/name", "a b"))
    assert {"arazzo-name-unusual", "arazzo-structure"} == {code for code, _ in problems(document)}
    with pytest.raises(InvalidDocument) as caught:
        parse_document(document)
    assert "#/info/title" == caught.value.where


DANGLING = [
    # reference, code or None
    ("send", None),
    ("nope", "arazzo-step-dangling"),
    ("Send", "arazzo-step-dangling"),
    ("$workflows.notify.steps.send", None),
    ("$workflows.notify.steps.nope", "arazzo-step-dangling"),
    ("$workflows.nope.steps.send", "arazzo-step-dangling"),
    ("$sourceDescriptions.flows.any.steps.thing", None),
    ("$sourceDescriptions.users.any.steps.thing", "source-missing"),
    ("$sourceDescriptions.nope.any.steps.thing", "source-missing"),
    ("$steps.send", "arazzo-structure"),
    ("$workflows.notify", "arazzo-structure"),
]


@pytest.mark.parametrize(("reference", "code"), DANGLING)
def test_steps_that_others_depend_on(reference: str, code: str | None) -> None:
    """A step that `dependsOn` names exists, as far as it is in this document; else its source does."""
    document = newer(f"{STEP}/dependsOn", [reference])
    document["sourceDescriptions"].append({"name": "flows", "url": "f", "type": "arazzo"})
    assert ([(code, f"{STEP}/dependsOn/0")] if code else []) == found(document)


def test_places_of_steps_that_others_depend_on() -> None:
    """Each entry of `dependsOn` is told at its own place, also behind one that cannot be read."""
    document = newer(f"{STEP}/dependsOn", [7, "send", "nope"])
    places = [("arazzo-structure", f"{STEP}/dependsOn/0"), ("arazzo-step-dangling", f"{STEP}/dependsOn/2")]
    assert places == problems(document)
