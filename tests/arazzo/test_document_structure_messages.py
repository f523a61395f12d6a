"""How the problems of a document are told: all at once, in its words, at places for people."""

from __future__ import annotations

import pytest
from small_documents import ABSENT, STEP, changed, flow, problems

from mock_knock.arazzo.parse import parse_document
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue


@pytest.mark.parametrize(
    ("message", "pointer", "value"),
    [
        ("AsyncAPI descriptions are not supported", "/sourceDescriptions/0/type", "asyncapi"),
        ("'action' belongs to AsyncAPI, which is not supported", f"{STEP}/action", "send"),
        ("jsonpath has no version 'old'", f"{STEP}/successCriteria/1/type/version", "old"),
        ("'wait' is no action here", f"{STEP}/onSuccess/0/type", "wait"),
        ("exactly one of operationId, operationPath and workflowId; here: none", f"{STEP}/operationId", ABSENT),
        ("here: operationId and operationPath", f"{STEP}/operationPath", "p"),
        ("the workflow 'notify' is defined twice", "/workflows/1", flow()["workflows"][0]),
        ("the step 'send' is defined twice", "/workflows/0/steps/2", flow()["workflows"][0]["steps"][1]),
        ("the action 'done' is defined twice", f"{STEP}/onSuccess/1", {"name": "done", "type": "end"}),
        ("the path parameter 'id' is defined twice", f"{STEP}/parameters/2", {"name": "id", "in": "path", "value": 1}),
        ("there is no step 'nope'", f"{STEP}/onSuccess/0/stepId", "nope"),
    ],
)
def test_messages(message: str, pointer: str, value: JsonValue) -> None:
    """A problem is told with the words of the document."""
    with pytest.raises(InvalidDocument) as caught:
        parse_document(changed(pointer, value))
    assert message in caught.value.what


def test_all_problems_at_once() -> None:
    """One reading lists every problem of a document in its order, and the message tells the first."""
    document = {
        "arazzo": "1.0.1",
        "extra": 1,
        "info": {"title": 1},
        "sourceDescriptions": [{"name": "a", "url": "u"}, {"name": "a"}],
        "workflows": [
            {
                "steps": [
                    {
                        "stepId": "s",
                        "operationId": "o",
                        "parameters": [{"in": "body"}, {"reference": "$components.parameters.x"}],
                        "successCriteria": [{"type": "regex"}],
                        "onSuccess": [{"type": "retry", "criteria": [{}]}, {"name": "g", "type": "goto"}],
                        "outputs": {"a b": 1},
                    }
                ]
            }
        ],
    }
    found = problems(document)
    assert [
        ("arazzo-unknown-field", "/extra"),
        ("arazzo-structure", "/info/title"),
        ("arazzo-structure", "/info"),
        ("arazzo-structure", "/sourceDescriptions/1"),
        ("arazzo-duplicate", "/sourceDescriptions/1"),
        ("arazzo-structure", f"{STEP}/parameters/0"),
        ("arazzo-structure", f"{STEP}/parameters/0"),
        ("arazzo-structure", f"{STEP}/parameters/0/in"),
        ("component-missing", f"{STEP}/parameters/1/reference"),
        ("arazzo-structure", f"{STEP}/successCriteria/0"),
        ("arazzo-structure", f"{STEP}/successCriteria/0"),
        ("arazzo-structure", f"{STEP}/onSuccess/0/type"),
        ("arazzo-structure", f"{STEP}/onSuccess/0"),
        ("arazzo-structure", f"{STEP}/onSuccess/0/criteria/0"),
        ("arazzo-structure", f"{STEP}/onSuccess/1"),
        ("arazzo-name", f"{STEP}/outputs/a b"),
        ("arazzo-structure", f"{STEP}/outputs/a b"),
        ("arazzo-structure", "/workflows/0"),
    ] == found
    with pytest.raises(InvalidDocument, match="'extra' is not a field here"):
        parse_document(document)


def test_places_for_people() -> None:
    """Whoever read the file says how a pointer is shown."""
    with pytest.raises(InvalidDocument) as caught:
        parse_document(changed("/info/title", ABSENT), where=lambda pointer: f"flow.yaml:{len(pointer)}")
    assert "flow.yaml:5" == caught.value.where
