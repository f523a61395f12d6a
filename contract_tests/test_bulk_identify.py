"""POST /v1/users/bulk/identify."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.knock_api import KnockApi, judged

PATH = "/v1/users/bulk/identify"
JSON = {"Content-Type": "application/json"}


def fields(answer: Any) -> list[str]:
    """Return the fields that a refusal names."""
    return [each["field"] for each in answer.json()["errors"]]


def test_a_batch_is_accepted(knock: KnockApi, user_id: str) -> None:
    """A batch is answered with the handle of a bulk operation for all its rows (FACTS 1.1, 6)."""
    found = knock.identify({"id": user_id, "name": "Ada", "plan": {"tier": "pro"}}).json()
    assert ("BulkOperation", "users.identify", 1) == (
        found["__typename"],
        found["name"],
        found["estimated_total_rows"],
    )


@pytest.mark.parametrize(
    ("users", "field"),
    [
        ([{}], "users[0].id"),
        ([{"id": "a"}, {"id": 7}], "users[1].id"),
        ([{"id": None}], "users[0].id"),
        (["ada"], "users[0]"),
        ([{"id": "a", "created_at": "yesterday"}], "users[0].created_at"),
        ([{"id": "a", "name": 1}], "users[0].name"),
        ("ada", "users"),
        (None, "users"),
    ],
)
@pytest.mark.our_choice
def test_a_wrong_row_names_its_field(knock: KnockApi, users: Any, field: str) -> None:
    """A body that breaks the contract gets 422 with the path of the field (FACTS 1.1, 1.4, 3.2)."""
    answer = judged("bulkIdentifyUsers", knock.post(PATH, {"users": users}))
    assert (422, "invalid_params", "invalid_request_error") == (
        answer.status_code,
        answer.json()["code"],
        answer.json()["type"],
    )
    assert [field] == fields(answer)


@pytest.mark.our_choice
@pytest.mark.parametrize(("body", "field"), [([], "body"), (None, "body"), ({}, "users"), ("x", "body")])
def test_a_wrong_body_names_its_field(knock: KnockApi, body: Any, field: str) -> None:
    """A body of the wrong form gets 422 for the body, a missing member 422 for the member (FACTS 1.1, 10)."""
    answer = judged("bulkIdentifyUsers", knock.post(PATH, body))
    assert (422, [field]) == (answer.status_code, fields(answer))


@pytest.mark.our_choice
def test_each_wrong_row_is_named(knock: KnockApi) -> None:
    """Every broken row has its own entry, in the order of the body (FACTS 3.1)."""
    answer = knock.post(PATH, {"users": [{"id": "a"}, {}, {"id": "b"}, {"id": 3}]})
    assert ["users[1].id", "users[3].id"] == fields(answer)


@pytest.mark.our_choice
def test_errors_are_bounded(knock: KnockApi) -> None:
    """At most twenty-five entries are listed, and where there are more the message says so."""
    answer = judged("bulkIdentifyUsers", knock.post(PATH, {"users": [{}] * 60}))
    assert 25 == len(answer.json()["errors"])
    assert "the first 25 errors are listed" in answer.json()["message"]
    assert len(answer.content) < 10_000


@pytest.mark.our_choice
def test_a_long_wrong_batch_has_a_short_answer(knock: KnockApi) -> None:
    """An answer does not repeat what was sent."""
    answer = knock.post(PATH, {"users": [{"id": i, "name": "x" * 100} for i in range(1_000)]})
    assert 422 == answer.status_code
    assert len(answer.content) < 10_000


def test_a_thousand_users_are_accepted(knock: KnockApi, user_id: str) -> None:
    """One batch takes 1,000 users (FACTS 5.2)."""
    found = knock.identify(*({"id": f"{user_id}-{index}"} for index in range(1_000))).json()
    assert 1_000 == found["estimated_total_rows"]


@pytest.mark.controls
def test_more_are_refused_and_nothing_is_stored(knock: KnockApi) -> None:
    """1,001 users get 422, and neither an operation nor a user comes of them (FACTS 5.2)."""
    answer = knock.identify(*({"id": str(index)} for index in range(1_001)))
    assert (422, ["users"]) == (answer.status_code, fields(answer))
    knock.advance(60)
    assert ([], []) == (knock.state()["users"], knock.state()["bulk_operations"])


@pytest.mark.controls
def test_an_empty_batch_completes(knock: KnockApi) -> None:
    """A batch without users is an operation without rows (FACTS 1.1)."""
    assert ("completed", 0) == tuple(knock.finish()[name] for name in ("status", "processed_rows"))


@pytest.mark.our_choice
@pytest.mark.parametrize("body", [b"", b"{", b'{"users": [}', b"\xff", b'{"users": [NaN]}', b"[" * 5_000, b"{}{}"])
def test_text_that_is_not_json(knock: KnockApi, body: bytes) -> None:
    """A body that is missing or cannot be decoded gets 400 (FACTS 1.1, 3.2)."""
    answer = judged("bulkIdentifyUsers", knock.send("POST", PATH, body=body, headers=JSON))
    assert (400, "invalid_json") == (answer.status_code, answer.json()["code"])


@pytest.mark.our_choice
def test_deep_json(knock: KnockApi) -> None:
    """A body nested more than 100 levels gets 400, wherever it is nested."""
    nested: Any = 1
    for _ in range(99):
        nested = [nested]
    answer = knock.post(PATH, {"users": [{"id": "a", "deep": nested}]})
    assert (400, "invalid_json") == (answer.status_code, answer.json()["code"])


@pytest.mark.our_choice
@pytest.mark.parametrize("media_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_another_media_type(knock: KnockApi, media_type: str) -> None:
    """A body that does not say it is JSON gets 415 (FACTS 1.1)."""
    answer = knock.send("POST", PATH, body=b'{"users": []}', headers={"Content-Type": media_type})
    assert 415 == judged("bulkIdentifyUsers", answer).status_code


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_in_other_words(knock: KnockApi, user_id: str, media_type: str) -> None:
    """Parameters and case of the media type do not matter (FACTS 1.1)."""
    body = b'{"users": [{"id": "%s"}]}' % user_id.encode()
    assert 200 == knock.send("POST", PATH, body=body, headers={"Content-Type": media_type}).status_code


@pytest.mark.our_choice
def test_a_body_over_ten_megabytes(knock: KnockApi) -> None:
    """A body over 10 MB gets 413 in Knock's envelope (FACTS 3.1, 5.2)."""
    answer = judged("bulkIdentifyUsers", knock.send("POST", PATH, body=b" " * (10 * 1024 * 1024 + 1), headers=JSON))
    assert (413, "request_too_large") == (answer.status_code, answer.json()["code"])


@pytest.mark.controls
def test_identify_merges(knock: KnockApi) -> None:
    """A second identify merges maps, replaces lists, overwrites with null, and removes nothing (FACTS 6)."""
    knock.finish({"id": "ada", "name": "Ada", "plan": {"tier": "pro", "seats": 3}, "tags": ["a", "b"]})
    knock.finish({"id": "ada", "name": None, "plan": {"seats": 4}, "tags": ["c"]})
    (user,) = knock.state()["users"]
    assert (None, {"tier": "pro", "seats": 4}, ["c"]) == (user["name"], user["plan"], user["tags"])


@pytest.mark.controls
def test_channel_data_of_several_channels(knock: KnockApi) -> None:
    """Inline channel data is kept by channel, and sets the data of those it names (FACTS 1.4, 6)."""
    push = {"0b7c4e6e-6f0d-4f6c-9a2e-0d6c7a5e1f00": {"tokens": ["t1"]}}
    slack = {"1b7c4e6e-6f0d-4f6c-9a2e-0d6c7a5e1f00": {"connections": [{"access_token": "xoxb", "channel_id": "C1"}]}}
    knock.finish({"id": "ada", "channel_data": push, "preferences": None})
    knock.finish({"id": "ada", "channel_data": slack})
    (user,) = knock.state()["users"]
    assert {**push, **slack} == user["channel_data"]


@pytest.mark.controls
def test_an_oversize_row(knock: KnockApi) -> None:
    """A row with too many properties ends in error_items, the others are identified (FACTS 1.5, 6; our choice)."""
    ended = knock.finish({"id": "ada"}, {"id": "big", "custom": "x" * 256_000})
    assert ("completed", 1, ["big"]) == (
        ended["status"],
        ended["success_count"],
        [each["id"] for each in ended["error_items"]],
    )


@pytest.mark.our_choice
@pytest.mark.parametrize("id_", ["", "a/b", "a#b", "a" * 257])
def test_ids_of_a_batch(knock: KnockApi, id_: str) -> None:
    """An id that breaks the rules refuses the whole batch, with its place (FACTS 1.5)."""
    answer = knock.identify({"id": "ada"}, {"id": id_})
    assert (422, ["users[1].id"]) == (answer.status_code, [each["field"] for each in answer.json()["errors"]])
