"""The fake's own answers, held against the contract."""

from __future__ import annotations

from importlib import import_module

import pytest

from mock_knock.web.pipeline import VIOLATIONS_HEADER
from tests.web.wsgi_fake import new_fake

IDENTIFY = "/v1/users/bulk/identify"


@pytest.fixture
def _broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let bulk operations look as they must not."""
    views = import_module("mock_knock.web.api.bulk_operations")
    monkeypatch.setattr(views, "bulk_operation_json", lambda *_, **__: {"id": "7"})


@pytest.mark.usefixtures("_broken")
def test_an_answer_that_breaks_the_contract() -> None:
    """It is sent, counts its violations in a header, and the journal names ten of them."""
    fake = new_fake(checks_responses=True)
    answer = fake.send("POST", IDENTIFY, b'{"users": []}')
    assert (200, {"id": "7"}) == (answer.status_code, answer.get_json())
    (entry,) = fake.send("GET", "/_mock/requests").get_json()["entries"]
    told = [each for each in entry["notes"] if each.startswith("this answer breaks the contract: ")]
    assert "this answer breaks the contract: /status is required" in told
    assert min(10, int(answer.headers[VIOLATIONS_HEADER])) == len(told)


@pytest.mark.usefixtures("_broken")
def test_nothing_is_checked_unasked() -> None:
    """Without being asked the fake does not look at its answers."""
    fake = new_fake()
    answer = fake.send("POST", IDENTIFY, b'{"users": []}')
    assert VIOLATIONS_HEADER not in answer.headers
    (entry,) = fake.send("GET", "/_mock/requests").get_json()["entries"]
    assert not any("breaks the contract" in each for each in entry["notes"])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", IDENTIFY, b'{"users": [{"id": "ada"}]}'),
        ("POST", IDENTIFY, b"{"),
        ("GET", "/v1/users/nobody", None),
        ("HEAD", "/v1/users/nobody", None),
        ("PATCH", "/v1/users/nobody", None),
        ("GET", "/v1/tenants", None),
        ("GET", "/v1/nowhere", None),
        ("GET", "/_mock/state", None),
    ],
)
def test_good_answers(method: str, path: str, body: bytes | None) -> None:
    """Answers that keep the contract, and those of operations that are not imitated, say nothing."""
    assert VIOLATIONS_HEADER not in new_fake(checks_responses=True).send(method, path, body).headers
