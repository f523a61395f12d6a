"""What the controls show of what was asked: the journal, filtered and counted, and what became of each request."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from contract_tests.knock_api import KnockApi, refusal

BATCH = "/v1/users/bulk/identify"
WELCOME = "/v1/workflows/welcome/trigger"

pytestmark = pytest.mark.controls


def entries(knock: KnockApi, **query: Any) -> list[dict[str, Any]]:
    """Return what the journal shows for a query."""
    found: list[dict[str, Any]] = knock.control("GET", f"/requests?{urlencode(query, doseq=True)}")["entries"]
    return found


def numbers(knock: KnockApi, **query: Any) -> list[int]:
    """Return the numbers of the entries that count."""
    return [each["number"] for each in entries(knock, **query)]


@pytest.fixture
def asked(knock: KnockApi) -> KnockApi:
    """Return a world that was asked five things, of which the journal can tell everything apart."""
    knock.identify({"id": "ada", "name": "Ada"})  # 1
    knock.post(WELCOME, {"recipients": ["ada"], "data": {"step": 1}}, headers={"X-Team": "red"})  # 2
    knock.post(
        "/v1/workflows/goodbye/trigger",
        {"recipients": [{"id": "engine", "collection": "projects"}]},
        headers={"X-Team": "blue", "X-Stainless-Retry-Count": "2"},
    )  # 3
    knock.post(WELCOME, {"recipients": 7})  # 4
    knock.send("GET", "/v1/nowhere")  # 5
    return knock


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"operation": "triggerWorkflow"}, [2, 3, 4]),
        ({"operation": ["triggerWorkflow", "bulkIdentifyUsers"]}, [1, 2, 3, 4]),
        ({"operation": "getUser"}, []),
        ({"workflow": "welcome"}, [2, 4]),
        ({"workflow": "*o*"}, [2, 3, 4]),
        ({"workflow": "w?lcome"}, [2, 4]),
        ({"recipient": "ada"}, [2]),
        ({"recipient": "projects/engine"}, [3]),
        ({"user": "ada"}, [1, 2]),
        ({"header": "X-Team: red"}, [2]),
        ({"header": "x-team:*"}, [2, 3]),
        ({"header": ["X-Team: blue", "X-Stainless-Retry-Count: 2"]}, [3]),
        ({"attempt": 2}, [3]),
        ({"attempt": 0}, [1, 2, 4, 5]),
        ({"body": '{"data": {"step": 1}}'}, [2]),
        ({"body": '{"recipients": ["ada"]}'}, [2]),
        ({"body": "null"}, [1, 2, 3, 4, 5]),
        ({"status": "200"}, [1, 2, 3]),
        ({"status": "4xx"}, [4, 5]),
        ({"creates": "true"}, [1, 2, 3]),
        ({"creates": "false"}, [4, 5]),
        ({"workflow": "welcome", "status": "2xx"}, [2]),
        ({"limit": 2}, [4, 5]),
        ({"limit": 0}, []),
        ({"after": 3}, [4, 5]),
        ({"after": 1, "limit": 2, "workflow": "*"}, [4, 5]),
        ({"operation": "triggerWorkflow", "limit": 1}, [4]),
        ({"after": 9}, []),
    ],
)
def test_the_journal_can_be_filtered(asked: KnockApi, query: dict[str, Any], expected: list[int]) -> None:
    """A filter leaves what counts for all of it, oldest first; a limit leaves the latest of that."""
    assert expected == numbers(asked, **query)
    unbounded = {name: value for name, value in query.items() if name not in {"limit", "after"}}
    found = asked.control("GET", f"/requests/count?{urlencode(unbounded, doseq=True)}")
    assert {"count": len(numbers(asked, **unbounded)), "dropped": 0} == found


def test_how_much_there_was(asked: KnockApi) -> None:
    """Whatever is shown of it, the journal says how many requests there were and how many it has lost."""
    found = asked.control("GET", "/requests?limit=1&status=200")
    assert (5, 0, 1) == (found["total"], found["dropped"], len(found["entries"]))


def test_near_misses_tell_what_differs(asked: KnockApi) -> None:
    """What almost counts is shown, the nearest first, each with what was expected and what was there."""
    query = urlencode({"operation": "triggerWorkflow", "workflow": "welcome", "recipient": "bob"})
    found = asked.control("GET", f"/requests/near-misses?{query}&limit=2")["near_misses"]
    assert [2, 4] == sorted(each["number"] for each in found)
    (near,) = [each for each in found if each["number"] == 2]
    assert ("POST /v1/workflows/welcome/trigger", 200) == (near["request"], near["status"])
    assert [{"field": "recipient", "expected": "bob", "actual": "ada"}] == near["differences"]
    assert [] == asked.control("GET", "/requests/near-misses?limit=0")["near_misses"]


@pytest.mark.parametrize("said", [("0", 0), ("2", 2), ("x", 0), (None, 0)])
def test_attempts(knock: KnockApi, said: tuple[str | None, int]) -> None:
    """An entry has the number of the attempt as the official SDK says it."""
    header, attempt = said
    knock.send("GET", "/v1/users/ada", headers={"X-Stainless-Retry-Count": header or ""})
    assert attempt == entries(knock)[0]["attempt"]


def test_what_idempotency_keys_meant(knock: KnockApi) -> None:
    """An entry says whether its idempotency key was the first, a repetition, refused, or none that counts."""
    body = {"recipients": ["ada"]}
    for key, value in [("", body), ("k1", body), ("k1", body), ("k1", {"recipients": []}), ("k" * 300, body)]:
        knock.post(WELCOME, value, headers={"Idempotency-Key": key} if key else {})
    knock.post(BATCH, {"users": [{"id": "ada"}]}, headers={"Idempotency-Key": "k1"})
    found = entries(knock)
    assert ["none", "first", "replayed", "refused", "refused", "none"] == [each["idempotency"] for each in found]
    assert [True, True, False, False, False, True] == [each["created"] is not None for each in found]


def test_what_was_created(knock: KnockApi) -> None:
    """An entry has the id of the bulk operation or the run that it brought about, and none where it changed nothing."""
    operation, run = knock.identify({"id": "ada"}).json(), knock.trigger("welcome", {"recipients": ["ada"]}).json()
    knock.operation(operation["id"])
    knock.put("/v1/users/bob", {})
    found = [each["created"] for each in entries(knock)]
    assert [operation["id"], run["workflow_run_id"], None, None] == found


def test_what_was_meant(knock: KnockApi) -> None:
    """An entry has the operation it meant, imitated or not, whatever came of it; what means none has none."""
    for method, path in [("GET", "/v1/users/ada"), ("GET", "/v1/tenants"), ("POST", WELCOME), ("GET", "/v1/nowhere")]:
        knock.send(method, path)
    found = entries(knock)
    assert ["getUser", "listTenants", "triggerWorkflow", None] == [each["operation"] for each in found]


def verdicts(knock: KnockApi) -> list[tuple[str, str]]:
    """Return what the contract says of both messages of each entry."""
    return [
        (each["contract"]["request"]["verdict"], each["contract"]["response"]["verdict"]) for each in entries(knock)
    ]


def test_what_the_contract_says(knock: KnockApi) -> None:
    """Both messages of a request are held against the contract; what was never looked at is unchecked."""
    knock.identify({"id": "ada"})
    knock.post(BATCH, {"users": [{"id": 7}]})
    knock.post(BATCH, None)
    knock.send("POST", BATCH, body=b"{}", headers={"Content-Type": "text/plain"})
    knock.send("GET", "/v1/tenants")
    assert [
        ("kept", "kept"),
        ("broken", "kept"),
        ("broken", "kept"),
        ("unchecked", "kept"),
        ("unchecked", "unchecked"),
    ] == verdicts(knock)
    broken = entries(knock)[1]
    expected = [{"field": "/users/0/id", "message": "must be of type string"}]
    assert (expected, expected) == (broken["contract"]["request"]["violations"], broken["violations"])


def test_a_broken_answer_is_seen(knock: KnockApi) -> None:
    """An answer that a fault has broken is said to be broken, with its place; the fault is named."""
    knock.control("POST", "/faults", {"id": "torn", "on": "bulkIdentifyUsers", "do": {"body": {"drop": "status"}}})
    knock.post(BATCH, {"users": [{"id": "ada"}]})
    (entry,) = entries(knock)
    assert ("torn", True, "kept") == (entry["fault"], entry["delivered"], entry["contract"]["request"]["verdict"])
    check = entry["contract"]["response"]
    assert ("broken", [{"field": "/status", "message": "is required"}]) == (check["verdict"], check["violations"])


@pytest.mark.parametrize(
    ("do", "status", "delivered", "verdict"),
    [
        ({"status": 503}, 503, True, "broken"),
        ({"status": 404}, 404, True, "kept"),
        ({"wire": "reset"}, None, False, "unchecked"),
        ({"wire": "reset", "when_committed": "after"}, 200, False, "unchecked"),
        ({"headers": {"x-seen": "yes"}}, 200, True, "kept"),
    ],
)
def test_what_a_fault_leaves(
    knock: KnockApi, do: dict[str, Any], status: int | None, verdict: str, *, delivered: bool
) -> None:
    """An entry says which fault happened to it, what the answer was, and whether it was sent."""
    operation_id = knock.identify({"id": "ada"}).json()["id"]
    knock.control("POST", "/faults", {"id": "f", "on": "getBulkOperation", "do": do})
    if delivered:
        assert status == knock.send("GET", f"/v1/bulk_operations/{operation_id}").status_code
    else:
        with pytest.raises(OSError):  # noqa: PT011  # whatever the client calls it
            knock.send("GET", f"/v1/bulk_operations/{operation_id}")
    entry = entries(knock)[-1]
    sent = None if entry["response"] is None else entry["response"]["status"]
    assert ("f", delivered, verdict) == (entry["fault"], entry["delivered"], entry["contract"]["response"]["verdict"])
    assert sent == status


def test_secrets_are_masked(knock: KnockApi) -> None:
    """Nothing that the controls show of requests has a key in clear: entries, near misses, messages of failures."""
    secret = "sk_live_abcdefghijklmnop"
    knock.post(f"/v1/workflows/{secret}/trigger?token={secret}", {"recipients": [secret], "data": {"key": secret}})
    shown = [
        knock.send("GET", "/_mock/requests").text,
        knock.send("GET", "/_mock/requests/near-misses?recipient=ada").text,
        knock.send("GET", "/_mock/events?after=0&timeout=0").text,
        knock.post("/_mock/requests/verify", {"workflow": "x", "recipient": secret, "body": {"data": 1}}).text,
    ]
    for each in shown:
        assert secret not in each
        assert knock.api_key not in each
        assert "sk_live_***mnop" in each


def test_controls_leave_no_trace(asked: KnockApi) -> None:
    """Whatever is asked of the controls is not in the journal."""
    before = numbers(asked)
    for path in ("/requests", "/state", "/users", "/runs", "/messages", "/verdict", "/events?timeout=0"):
        asked.send("GET", f"/_mock{path}")
    assert before == numbers(asked)


def test_a_reset_forgets_what_was_asked(asked: KnockApi) -> None:
    """After a reset the journal is empty and counts from 1 again."""
    asked.control("POST", "/reset")
    assert [] == numbers(asked)
    asked.send("GET", "/v1/nowhere")
    assert [1] == numbers(asked)


def test_an_operation_that_nobody_has(knock: KnockApi) -> None:
    """A misspelt operation is refused with what could be meant: to expect it never would always hold."""
    answer = knock.post("/_mock/requests/verify", {"operation": "triggerWorkflw", "at_most": 0})
    assert (422, ["operation"]) == refusal(answer)
    assert "did you mean triggerWorkflow" in answer.json()["errors"][0]["message"]
