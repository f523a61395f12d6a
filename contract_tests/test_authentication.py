"""Who may call Knock."""

from __future__ import annotations

import pytest

from contract_tests.knock_api import KnockApi, judged

ROUTES = [
    ("bulkIdentifyUsers", "POST", "/v1/users/bulk/identify", b'{"users": []}'),
    ("getBulkOperation", "GET", "/v1/bulk_operations/182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e", None),
    ("triggerWorkflow", "POST", "/v1/workflows/welcome/trigger", b'{"recipients": []}'),
]
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(("operation_id", "method", "path", "body"), ROUTES)
def test_a_key_is_required(knock: KnockApi, operation_id: str, method: str, path: str, body: bytes | None) -> None:
    """Without a key every endpoint answers 401 (FACTS 1, 2)."""
    answer = judged(operation_id, knock.send(method, path, body=body, headers={**JSON, "Authorization": ""}))
    assert 401 == answer.status_code


@pytest.mark.our_choice
def test_no_key_at_all(knock: KnockApi) -> None:
    """Without the header a request is refused as authentication_required (FACTS 2, 3.1)."""
    envelope = knock.send("POST", "/v1/users/bulk/identify", headers={"Authorization": ""}).json()
    assert (401, "authentication_required", "authentication_error") == (
        envelope["status"],
        envelope["code"],
        envelope["type"],
    )


@pytest.mark.our_choice
@pytest.mark.parametrize("credentials", ["Basic c2s6", "Bearer", "Bearer  ", "sk_test_local"])
def test_other_credentials_are_no_key(knock: KnockApi, credentials: str) -> None:
    """Credentials that are not a bearer token get 401 and the code api_key_missing (FACTS 2)."""
    answer = knock.send("POST", "/v1/users/bulk/identify", body=b"{}", headers={**JSON, "Authorization": credentials})
    assert (401, "api_key_missing") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(("operation_id", "method", "path", "body"), ROUTES)
def test_a_public_key_is_refused(
    knock: KnockApi, operation_id: str, method: str, path: str, body: bytes | None
) -> None:
    """A public key may not call these endpoints (FACTS 2)."""
    public = {**JSON, "Authorization": "Bearer pk_test_1234567890"}
    answer = judged(operation_id, knock.send(method, path, body=body, headers=public))
    assert answer.status_code in {401, 403}


@pytest.mark.our_choice
def test_the_envelope_of_a_refusal(knock: KnockApi) -> None:
    """A refusal is Knock's flat envelope, which repeats the status (FACTS 2, 3.1)."""
    answer = knock.send("POST", "/v1/users/bulk/identify", headers={"Authorization": "Bearer pk_test_1234567890"})
    envelope = answer.json()
    assert (403, 403) == (answer.status_code, envelope["status"])
    assert ("incorrect_token_type", "authentication_error") == (envelope["code"], envelope["type"])


@pytest.mark.controls
def test_a_key_is_a_world(knock: KnockApi) -> None:
    """What one key identifies, another key does not see."""
    operation_id = knock.identify({"id": "ada"}).json()["id"]
    other = KnockApi(knock.url, knock.api_key + "other", knock.session)
    assert 404 == other.operation(operation_id).status_code
    assert [] == other.state()["bulk_operations"]


@pytest.mark.our_choice
def test_authentication_comes_first(knock: KnockApi) -> None:
    """Without a key nothing is said about the body or about the route."""
    for path in ("/v1/users/bulk/identify", "/v1/users/ada", "/v1/nowhere"):
        assert 401 == knock.send("POST", path, body=b"{", headers={"Authorization": ""}).status_code
