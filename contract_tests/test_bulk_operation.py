"""GET /v1/bulk_operations/{id}: a bulk operation from queued to its end."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from contract_tests.knock_api import KnockApi

UNKNOWN = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
MEMBERS = {
    *("__typename", "id", "name", "status", "estimated_total_rows", "processed_rows"),
    *("success_count", "error_count", "error_items", "progress_path"),
    *("inserted_at", "updated_at", "started_at", "completed_at", "failed_at"),
}


def batch(size: int) -> list[dict[str, Any]]:
    """Return users u0, u1 and so on."""
    return [{"id": f"u{index}"} for index in range(size)]


@pytest.mark.our_choice
def test_three_polls_see_the_whole_life(knock: KnockApi) -> None:
    """The POST answers queued, and polls one to three read queued, processing and completed (FACTS 6)."""
    first = knock.identify(*batch(4)).json()
    polls = [knock.operation(first["id"]).json() for _ in range(4)]
    assert ["queued", "queued", "processing", "completed", "completed"] == [each["status"] for each in (first, *polls)]
    assert [0, 2, 4, 4] == [each["processed_rows"] for each in polls]


def test_an_operation_ends(knock: KnockApi, user_id: str) -> None:
    """Polled until its end, a good batch is completed with every row processed (FACTS 1.2, 6)."""
    found = knock.finish({"id": user_id})
    assert ("completed", 1, 1) == (found["status"], found["processed_rows"], found["success_count"])
    assert found["completed_at"]
    assert not found["failed_at"]


@pytest.mark.controls
def test_time_alone_completes_an_operation(knock: KnockApi) -> None:
    """An operation that nobody polls completes after three seconds."""
    operation_id = knock.identify(*batch(4)).json()["id"]
    knock.advance(3)
    assert "completed" == knock.operation(operation_id).json()["status"]


@pytest.mark.controls
def test_users_appear_as_their_rows_are_processed(knock: KnockApi) -> None:
    """Users are visible when their row is processed, not before."""
    operation_id = knock.identify(*batch(4)).json()["id"]
    seen = []
    for _ in range(4):
        seen.append([user["id"] for user in knock.state()["users"]])
        knock.operation(operation_id)
    assert [[], ["u0", "u1"], ["u0", "u1", "u2", "u3"], ["u0", "u1", "u2", "u3"]] == seen


@pytest.mark.controls
def test_timestamps_do_not_move(knock: KnockApi) -> None:
    """Once set, a timestamp reads the same for ever."""
    operation_id = knock.identify(*batch(2)).json()["id"]
    for _ in range(3):
        knock.operation(operation_id)
    first = knock.operation(operation_id).json()
    knock.advance(3600)
    assert first == knock.operation(operation_id).json()


@pytest.mark.our_choice
def test_the_members_of_an_operation(knock: KnockApi, user_id: str) -> None:
    """An operation has all its fifteen members; what it has not come to yet is null (FACTS 1.4)."""
    first = knock.identify({"id": user_id}).json()
    assert first.keys() == MEMBERS
    assert ("queued", None, None, None) == tuple(
        first[name] for name in ("status", "started_at", "completed_at", "failed_at")
    )


def test_the_path_of_an_operation(knock: KnockApi, user_id: str) -> None:
    """`progress_path` leads to the operation itself (FACTS 1.4, 6)."""
    found = knock.identify({"id": user_id}).json()
    answer = knock.call("getBulkOperation", "GET", urlsplit(found["progress_path"]).path)
    assert (200, found["id"]) == (answer.status_code, answer.json()["id"])


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", f"/{UNKNOWN}/cancel")])
def test_operations_are_read_one_by_one(knock: KnockApi, method: str, path: str) -> None:
    """Bulk operations can be neither listed nor cancelled (FACTS 6)."""
    assert 404 == knock.send(method, f"/v1/bulk_operations{path}").status_code


@pytest.mark.our_choice
def test_an_unknown_operation(knock: KnockApi) -> None:
    """An id that was never given out gets 404 (FACTS 1.2)."""
    answer = knock.operation(UNKNOWN)
    assert (404, "resource_missing") == (answer.status_code, answer.json()["code"])


@pytest.mark.our_choice
def test_an_id_that_is_no_uuid(knock: KnockApi) -> None:
    """An id that is not a UUID gets 422 for the field id (FACTS 1.2)."""
    answer = knock.operation("ada")
    assert (422, ["id"]) == (answer.status_code, [each["field"] for each in answer.json()["errors"]])


@pytest.mark.controls
def test_only_a_get_of_the_operation_is_a_poll(knock: KnockApi) -> None:
    """HEAD requests and looks at the state do not move an operation on."""
    operation_id = knock.identify(*batch(2)).json()["id"]
    for _ in range(5):
        knock.send("HEAD", f"/v1/bulk_operations/{operation_id}")
        knock.state()
    assert "queued" == knock.operation(operation_id).json()["status"]


@pytest.mark.controls
def test_a_failed_operation(knock: KnockApi) -> None:
    """With `outcome: failed` the operation fails at its row, and no later row becomes a user (FACTS 6)."""
    knock.control("PUT", "/scenario", {"version": 1, "bulk": {"outcome": "failed", "fail_at": "50%"}})
    found = knock.finish(*batch(4))
    assert ("failed", 2, None) == (found["status"], found["processed_rows"], found["completed_at"])
    assert found["failed_at"]
    assert ["u0", "u1"] == [user["id"] for user in knock.state()["users"]]


@pytest.mark.controls
def test_a_partly_failed_operation(knock: KnockApi) -> None:
    """Failing rows are listed by their ids alone, do not become users, and the operation is completed (FACTS 6)."""
    knock.control("PUT", "/scenario", {"version": 1, "bulk": {"error_items": ["u1"], "every": 4}})
    found = knock.finish(*batch(4))
    counts = tuple(found[name] for name in ("processed_rows", "success_count", "error_count"))
    assert ("completed", (4, 2, 2)) == (found["status"], counts)
    assert [{"id": "u1", "collection": None}, {"id": "u3", "collection": None}] == found["error_items"]
    assert ["u0", "u2"] == [user["id"] for user in knock.state()["users"]]


@pytest.mark.controls
def test_a_push_moves_an_operation_on(knock: KnockApi) -> None:
    """A transition ends a stage that would last for ever; it goes forward only."""
    knock.control("PUT", "/scenario", {"version": 1, "bulk": {"progress": {"by": "manual"}}})
    operation_id = knock.identify(*batch(2)).json()["id"]
    path = f"/_mock/bulk_operations/{operation_id}/transition"
    assert "processing" == knock.post(path, {"to": "processing"}).json()["status"]
    assert "completed" == knock.post(path, {"to": "completed"}).json()["status"]
    assert 409 == knock.post(path, {"to": "failed"}).status_code
    assert 422 == knock.post(path, {"to": "done"}).status_code
    assert "completed" == knock.operation(operation_id).json()["status"]


@pytest.mark.controls
def test_several_operations_keep_the_order_of_their_rows(knock: KnockApi) -> None:
    """Of two batches with one user, the row that is processed later wins."""
    slow = {"version": 1, "bulk": {"progress": {"by": "time", "queued": 10, "processing": 10}}}
    knock.control("PUT", "/scenario", slow)
    knock.identify({"id": "ada", "name": "slow"})
    knock.control(
        "PUT", "/scenario", {"version": 1, "bulk": {"progress": {"by": "time", "queued": 1, "processing": 1}}}
    )
    knock.identify({"id": "ada", "name": "fast"})
    knock.advance(5)
    assert ["fast"] == [user["name"] for user in knock.state()["users"]]
    knock.advance(60)
    assert ["slow"] == [user["name"] for user in knock.state()["users"]]
