"""What a program has called is summed up from journal and verdict of a world."""

from __future__ import annotations

from typing import Any

import pytest

from mock_knock.harness.called import MAX_REMARKS, CalledWorld, sum_up
from mock_knock.harness.gauntlet import Broken
from mock_knock.messages import JsonValue

VERDICT = {"verdict": "loud", "broken": [{"invariant": "batch-first", "message": "m", "count": 2}]}
RUN = "7d4b4c9e-3c0f-4ce0-8ba5-0e2f6d4a5d11"


def entry(method: str = "GET", path: str = "/v1/users", status: int | None = 200, **members: Any) -> JsonValue:
    """Return an entry of a journal."""
    usual: dict[str, Any] = {"fault": None, "delivered": True, "notes": [], "violations": []}
    response = None if status is None else {"status": status}
    operation = "listUsers" if method == "GET" else None
    return {
        "operation": operation,
        "request": {"method": method, "url": f"http://x{path}?a=b"},
        "response": response,
        **usual,
        **members,
    }


def called(*entries: JsonValue, total: int | None = None) -> CalledWorld:
    """Sum a journal up in which GET of /v1/users is the only known operation."""
    number = len(entries) if total is None else total
    journal = {"total": number, "dropped": number - len(entries), "entries": list(entries)}
    return sum_up(journal, VERDICT, key="sk_a")


def test_operations_are_counted() -> None:
    """Each operation has its requests by what was answered, those without an answer, and its faults."""
    world = called(
        entry(), entry(status=503, fault="busy"), entry(status=None), entry(delivered=False, fault="busy"), entry("PUT")
    )
    assert ["listUsers", "PUT /v1/users"] == [each.name for each in world.operations]
    assert {"200": 1, "503": 1, "no answer": 2} == world.operations[0].answers
    assert (4, {"busy": 2}) == (world.operations[0].requests, world.operations[0].faults)


def test_what_the_world_was() -> None:
    """The key, the verdict and what was broken are those of the world, and what the journal forgot is counted."""
    world = called(entry(), total=3)
    assert ("sk_a", 3, 2, "loud", (Broken("batch-first", "m", 2),)) == (
        world.key,
        world.requests,
        world.forgotten,
        world.verdict,
        world.broken,
    )


@pytest.mark.parametrize(
    ("note", "told"),
    [
        ("recipient jane is unknown here: no run", True),
        ("recipient run for jane is unknown here: no run", True),
        (f"repeats the answer to request {RUN}", True),
        ("2 users left out: another bulk request changed them less than a second ago", True),
        (f"run {RUN} for 3 recipients", False),
        (f"1000 users in bulk operation {RUN}", False),
        ("processing, 1 of 2 rows", False),
        ("fault busy", False),
    ],
)
def test_notes(note: str, *, told: bool) -> None:
    """Notes are told unless they tell the usual course of things."""
    assert told is bool(called(entry(notes=[note])).notes)


def test_notes_are_counted() -> None:
    """The same note about another run is the same; more than can be read are counted together."""
    notes = [f"repeats the answer to request {RUN}", f"repeats the answer to request {RUN[:-1]}2"]
    assert {"repeats the answer to request ...": 2} == called(entry(notes=notes)).notes
    many = called(*(entry(notes=[f"note {n}"]) for n in range(MAX_REMARKS + 2))).notes
    assert (MAX_REMARKS + 1, 2) == (len(many), many["others"])


def test_violations_are_counted() -> None:
    """A violation is told with its operation, its field, and how often it came."""
    wrong = entry(violations=[{"field": "users", "message": "is required"}])
    assert {"listUsers: users is required": 2} == called(wrong, wrong).violations
