"""What expectations and the requests held against them must not do: tell secrets, fail, or fill the journal."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from mock_knock.domain.journal import MAX_VIOLATIONS
from tests.web.wsgi_fake import WsgiFake, new_fake

TRIGGER = "/v1/workflows/welcome/trigger"
DEEP = b'{"recipients": ' + b"[" * 1_000 + b"]" * 1_000 + b"}"


@pytest.fixture
def fake() -> WsgiFake:
    """Return a fake of its own."""
    return new_fake()


def verify(fake: WsgiFake, **expectation: Any) -> dict[str, Any]:
    """Return what becomes of an expectation."""
    answer = fake.send("POST", "/_mock/requests/verify", orjson.dumps(expectation))
    assert 200 == answer.status_code
    found: dict[str, Any] = answer.get_json()
    return found


def test_secrets_are_hidden_by_the_name_they_stand_under(fake: WsgiFake) -> None:
    """Neither message nor near misses tell the value of a header field or a member whose name says secret."""
    body = {"recipients": ["ada"], "data": {"password": "hunter2", "login": {"token": "uvwxyz"}, "city": "Ghent"}}
    fields = {"X_Api_Key": "topsecret", "X_Tenant": "acme"}
    assert 200 == fake.send("POST", TRIGGER, orjson.dumps(body), **fields).status_code
    expected: dict[str, Any] = {
        "operation": "triggerWorkflow",
        "header": {"X-Api-Key": "other-secret", "Authorization": "Bearer sk_test_somebodyelse", "X-Tenant": "other"},
        "body": {"data": {"password": "hunter3", "login": {"token": "mnopqr"}, "city": "Bruges"}},
    }
    query = "&".join(
        [f"header={name}: {each}" for name, each in expected["header"].items()]
        + [f"body={orjson.dumps(expected['body']).decode()}", "operation=triggerWorkflow"]
    )
    misses = fake.send("GET", f"/_mock/requests/near-misses?{query}")
    told = [orjson.dumps(verify(fake, **expected)).decode(), misses.get_data(as_text=True)]
    for text in told:
        for secret in ("hunter", "secret", "uvwxyz", "mnopqr", "somebody", "abcdefghijkl"):
            assert secret not in text
        for plain in ("Ghent", "Bruges", "acme", "body.data.password", "header X-Api-Key", "sk_test_***"):
            assert plain in text


def test_what_is_missing_is_no_secret(fake: WsgiFake) -> None:
    """That a header field or a member is not there can be told, whatever it would have held."""
    fake.send("POST", TRIGGER, orjson.dumps({"recipients": ["ada"]}))
    message = verify(fake, header={"X-Api-Key": "key"}, body={"data": {"password": "x"}, "token": "y"})["message"]
    assert "header X-Api-Key: expected ***, actual (nothing)" in message
    assert "body.token: expected ***, actual (missing)" in message


@pytest.mark.parametrize("expected", [{"recipients": ["ada"]}, {"recipients": "ada"}, "ada"])
def test_bodies_that_are_too_deep(fake: WsgiFake, expected: Any) -> None:
    """A body as deep as can be decoded is held against faults and expectations, and refused by the rule as ever."""
    fault = {"id": "deep", "when": {"match": {"body": expected}}, "do": {"status": 503}}
    assert 201 == fake.send("POST", "/_mock/faults", orjson.dumps(fault)).status_code
    assert 400 == fake.send("POST", TRIGGER, DEEP).status_code
    assert 0 == verify(fake, body=expected)["count"]


def test_a_query_with_a_deep_body(fake: WsgiFake) -> None:
    """An expectation in a query can be as deep as a request that nobody took, and is found in it."""
    fake.send("POST", TRIGGER, DEEP)
    answer = fake.send("GET", f"/_mock/requests/count?body={DEEP.decode()}")
    assert (200, 1) == (answer.status_code, answer.get_json()["count"])


def test_a_body_that_breaks_the_contract_everywhere(fake: WsgiFake) -> None:
    """The journal keeps a bounded number of the ways in which a request breaks the contract."""
    body = {"users": [{"id": 5}] * (MAX_VIOLATIONS + 50)}
    assert 422 == fake.send("POST", "/v1/users/bulk/identify", orjson.dumps(body)).status_code
    (entry,) = fake.world.journal
    assert MAX_VIOLATIONS == len(entry.violations)
