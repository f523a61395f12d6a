"""What is not one of the imitated endpoints, and what every response has."""

from __future__ import annotations

from uuid import UUID

import pytest

from contract_tests.knock_api import KnockApi

ENVELOPE = {"code", "message", "status", "type"}


@pytest.mark.our_choice
@pytest.mark.parametrize(
    ("method", "path", "operation_id"),
    [
        ("GET", "/v1/tenants", "listTenants"),
        ("GET", "/v1/users/ada/schedules", "listUserSchedules"),
        ("POST", "/v1/tenants/bulk/set", "bulkSetTenants"),
        ("POST", "/v1/notify", "triggerWorkflow (2)"),
    ],
)
def test_an_operation_that_is_not_imitated(knock: KnockApi, method: str, path: str, operation_id: str) -> None:
    """Other operations of Knock answer 501 with their operationId (FACTS 1.3, 10)."""
    answer = knock.send(method, path)
    assert (501, "not_imitated") == (answer.status_code, answer.json()["code"])
    assert operation_id in answer.json()["message"]
    assert "false" == answer.headers["x-should-retry"]  # the SDK would ask three times


@pytest.mark.our_choice
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/users/bulk/identify", "POST"),
        ("POST", "/v1/bulk_operations/182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e", "GET"),
        ("GET", "/v1/workflows/welcome/trigger", "POST"),
        ("PATCH", "/v1/users/ada", "DELETE, GET, PUT"),
        ("OPTIONS", "/v1/users/bulk/identify", "POST"),
    ],
)
def test_another_method(knock: KnockApi, method: str, path: str, allowed: str) -> None:
    """A known path with another method gets 405, and Allow lists what it takes (FACTS 0)."""
    answer = knock.send(method, path)
    assert (405, allowed) == (answer.status_code, answer.headers["Allow"])


@pytest.mark.controls
@pytest.mark.parametrize(
    ("query", "noted"),
    [
        ("status[]=queued&inserted_at[gt]=2026-01-01T00:00:00Z&source=welcome", []),
        ("workflow_run=1&source=welcome", ["workflow_run"]),
        ("inserted_at[before]=1&inserted_at=2&x[]=1&x[]=2", ["inserted_at.before", "inserted_at", "x"]),
    ],
)
def test_parameters_that_are_not_described(knock: KnockApi, query: str, noted: list[str]) -> None:
    """A parameter that an operation does not have is let pass, and the journal says so (FACTS 8; our choice)."""
    assert 200 == knock.call("listMessages", "GET", f"/v1/messages?{query}").status_code
    notes = knock.control("GET", "/requests")["entries"][-1]["notes"]
    expected = [f"{each} is no parameter of this operation: let pass, --strict refuses it" for each in noted]
    assert expected == notes


@pytest.mark.our_choice
@pytest.mark.parametrize("path", ["/v1/nowhere", "/v1/", "/v2/users", "/v1//users", "/v1/users/a/b/c/d"])
def test_an_unknown_path(knock: KnockApi, path: str) -> None:
    """A path Knock does not have gets 404 (FACTS 1)."""
    assert 404 == knock.send("GET", path).status_code


@pytest.mark.our_choice
def test_a_base_url_with_the_prefix(knock: KnockApi) -> None:
    """A doubled /v1 is answered with the reason."""
    answer = knock.send("GET", "/v1/v1/users")
    assert 404 == answer.status_code
    assert "KNOCK_BASE_URL must not end in /v1" in answer.json()["message"]


@pytest.mark.our_choice
@pytest.mark.parametrize(
    ("method", "path", "authorization"),
    [
        ("GET", "/v1/tenants", None),
        ("GET", "/v1/nowhere", None),
        ("GET", "/v1/users", ""),
        ("PUT", "/v1/users/bulk/identify", None),
        ("POST", "/v1/users/bulk/identify", None),
        ("GET", "/_mock/nowhere", None),
    ],
)
def test_every_error_is_an_envelope(knock: KnockApi, method: str, path: str, authorization: str | None) -> None:
    """Every error has Knock's four members and a request id (FACTS 3.1, 10)."""
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = knock.send(method, path, headers=headers)
    assert answer.json().keys() >= ENVELOPE
    assert answer.status_code == answer.json()["status"]
    assert 4 == UUID(answer.headers["x-request-id"]).version


def test_request_ids_differ(knock: KnockApi) -> None:
    """Each response has a request id of its own (FACTS 10)."""
    ids = {knock.operation("182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e").headers["x-request-id"] for _ in range(3)}
    assert 3 == len(ids)


@pytest.mark.controls
def test_no_cors_headers(knock: KnockApi) -> None:
    """No response invites web pages from elsewhere."""
    for path in ("/v1/users/bulk/identify", "/_mock/health", "/"):
        answer = knock.send("GET", path, headers={"Origin": knock.url})
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_the_description(knock: KnockApi) -> None:
    """GET /v1/openapi describes what is served (FACTS 1)."""
    answer = knock.send("GET", "/v1/openapi")
    assert 200 == answer.status_code
    assert "/v1/users/bulk/identify" in answer.json()["paths"]


def test_the_only_idempotent_operation(knock: KnockApi) -> None:
    """The description calls a trigger idempotent, and no other operation (FACTS 1.3)."""
    paths = knock.send("GET", "/v1/openapi").json()["paths"]
    operations = [each for path in paths.values() for each in path.values() if isinstance(each, dict)]
    marked = {each["operationId"]: each["x-idempotent"] for each in operations if "x-idempotent" in each}
    assert {"triggerWorkflow": True} == marked
