from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.errors import InvalidDocument, MockKnockError
from mock_knock.messages import ContractViolation, Finding
from mock_knock.service import ResourceMissing, TransitionRefused
from mock_knock.web.problems import (
    ANSWERS,
    MAX_FIELD_ERRORS,
    Problem,
    field_name,
    invalid_params,
    problem_from,
    request_too_large,
)

MEMBERS = ["code", "message", "status", "type"]


def violations(number: int) -> list[ContractViolation]:
    """Return so many broken rules, each of another user."""
    return [ContractViolation("request-body", f"/users/{index}/id", "is required") for index in range(number)]


@pytest.mark.parametrize(
    ("location", "field"),
    [
        ("", "body"),
        ("/", "body"),
        ("/users", "users"),
        ("/users/3", "users[3]"),
        ("/users/3/id", "users[3].id"),
        ("/users/0/tags/12/a", "users[0].tags[12].a"),
        ("/recipients/0/$trigger_data", "recipients[0].$trigger_data"),
        ("/users/0/a~1b", "users[0].a/b"),
        ("/users/0/a~0b", "users[0].a~b"),
        ("/users/0/a~01b", "users[0].a~1b"),
        ("/3", "3"),
        ("/0/id", "0.id"),
        ("path.id", "id"),
        ("query.page_size", "page_size"),
    ],
)
def test_field_names(location: str, field: str) -> None:
    """A JSON pointer becomes the path of a field as people write it; a path parameter is its name."""
    assert field == field_name(location)


@given(st.lists(st.text(max_size=5), max_size=5))
def test_every_pointer_has_a_field_name(tokens: list[str]) -> None:
    """Whatever names a body has, the field has a name."""
    assert field_name("".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens))


@pytest.mark.parametrize("number", [1, 2, 24, 25, 26, 60, 1_000])
def test_at_most_twenty_five_entries(number: int) -> None:
    """Twenty-five broken rules are listed in their order, the rest is counted in the message."""
    envelope = invalid_params(violations(number)).envelope
    shown = min(number, 25)
    assert [f"users[{index}].id" for index in range(shown)] == [each["field"] for each in envelope["errors"]]
    rest = " (the first 25 errors are listed)" if number > 25 else ""
    assert f"One or more parameters are invalid{rest}" == envelope["message"]


def test_an_entry_of_a_422() -> None:
    """An entry has field, message and type, as Knock's have."""
    envelope = invalid_params(violations(1)).envelope
    assert [{"field": "users[0].id", "message": "is required", "type": None}] == envelope["errors"]
    assert (422, "invalid_params", "invalid_request_error") == (envelope["status"], envelope["code"], envelope["type"])


def test_without_entries_there_is_no_list() -> None:
    """Only an answer with entries has the member `errors`."""
    assert MEMBERS == list(Problem(404, "resource_missing", "There is nothing").envelope)
    assert [*MEMBERS, "errors"] == list(invalid_params(violations(1)).envelope)


@pytest.mark.parametrize("code", ANSWERS)
def test_the_table_of_answers(code: str) -> None:
    """Every row gives a client error with the code and the type that stand in it."""
    status, shown, type_ = ANSWERS[code]
    problem = problem_from(MockKnockError(code, "It went wrong", where="here", hint="do it better"))
    assert {"code": shown, "message": "It went wrong", "status": status, "type": type_} == problem.envelope
    assert (status, status // 100) == (problem.status, 4)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ResourceMissing("resource_missing", "gone"), 404),
        (TransitionRefused("transition-refused", "no"), 409),
        (InvalidDocument("scenario-invalid", "no"), 422),
    ],
)
def test_what_the_use_cases_raise_is_in_the_table(error: MockKnockError, status: int) -> None:
    """Each error of the use cases has its own status."""
    assert status == problem_from(error).status


@pytest.mark.parametrize("error", [MockKnockError("surprise", "what"), InvalidDocument("openapi-unusable", "what")])
def test_an_error_that_is_not_in_the_table(error: MockKnockError) -> None:
    """An error that nobody thought of is a 500 in the same envelope."""
    assert {"code": error.code, "message": "what", "status": 500, "type": "api_error"} == problem_from(error).envelope


def test_a_wrong_document_lists_its_findings() -> None:
    """A 422 for a document names the field of every finding and says how to mend it, twenty-five at most."""
    findings = [
        Finding("scenario-invalid", "error", "'every' must be a number", "#/bulk/every", "write it like `every: 1`"),
        *[Finding("scenario-invalid", "error", "is wrong", "#") for _ in range(60)],
    ]
    envelope = problem_from(InvalidDocument.from_findings(tuple(findings))).envelope
    message = "'every' must be a number: write it like `every: 1`"
    assert "'every' must be a number" == envelope["message"]
    assert {"field": "bulk.every", "message": message, "type": None} == envelope["errors"][0]
    assert {"field": "body", "message": "is wrong", "type": None} == envelope["errors"][1]
    assert MAX_FIELD_ERRORS == len(envelope["errors"])


def test_a_body_that_is_too_large() -> None:
    """The 413 names the limit in megabytes."""
    problem = request_too_large(10 * 1024 * 1024)
    assert (413, "request_too_large") == (problem.status, problem.envelope["code"])
    assert "larger than 10 MB" in str(problem)


def test_a_problem_is_sent_as_json() -> None:
    """The answer has the status, the envelope and the extra header fields of its problem."""
    response = Problem(405, "method_not_allowed", "no", headers={"Allow": "GET"}).response()
    assert (405, "application/json", "GET") == (response.status_code, response.mimetype, response.headers["Allow"])
    assert {"code": "method_not_allowed", "message": "no", "status": 405, "type": "invalid_request_error"} == (
        orjson.loads(response.get_data())
    )
