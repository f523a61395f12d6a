from __future__ import annotations

import json
from typing import Any

import pytest

from mock_knock.contract import learned_bodies
from mock_knock.contract.learned_bodies import LearnedBodies
from tests.web.wsgi_fake import WsgiFake, new_fake

IDENTIFY, TRIGGER = "/v1/users/bulk/identify", "/v1/workflows/welcome/trigger"
CHANNEL = "97c5837d-c65c-4d54-aa39-080eeb81c69d"


def users(number: int, *, count: int = 3, is_rich: bool = False) -> list[dict[str, Any]]:
    """Return users who are alike, as they are in a batch of this number."""
    rich = {
        "preferences": {"default": {"channel_types": {"email": bool(number % 2)}}},
        "channel_data": {CHANNEL: {"tokens": [f"token-{number}"]}},
        "plan": {"tier": number, "seats": [number]},
    }
    return [
        {"id": f"user-{each}", "name": f"{number}", "logins": number + each} | (rich if is_rich else {})
        for each in range(count)
    ]


def play(fake: WsgiFake) -> list[Any]:
    """Identify alike users by batches and triggers, others between them, and return everything that is told."""
    told = []
    for number in range(12):
        sent: list[Any] = users(number, count=1 + number % 4, is_rich=number > 5)
        if number in {3, 9}:
            sent = [*sent, {"id": "user-1", "other": number, "plan": {"left": True}}]
        for path, member in ((IDENTIFY, "users"), (TRIGGER, "recipients")):
            body = {member: sent} | ({"data": {"order": number}} if path == TRIGGER else {})
            told.append(fake.send("POST", path, json.dumps(body).encode()).get_json())
        told.append(fake.send("POST", IDENTIFY, json.dumps({"users": [{**sent[0], "id": "a/b"}]}).encode()).get_json())
        fake.world.clock.advance(4)
    told += [
        fake.send("GET", path).get_json()
        for path in (
            "/v1/users?include[]=preferences",
            "/v1/workflow_recipient_runs",
            f"/v1/users/user-1/channel_data/{CHANNEL}",
        )
    ]
    return told


def test_what_is_read_in_one_pass_has_the_same_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Users, runs and refusals are those of a fake that reads each body in the usual way."""
    read = []
    usual = LearnedBodies.read

    def observe(learned: LearnedBodies, body: bytes) -> Any:
        found = usual(learned, body)
        read.append(found is not None)
        return found

    monkeypatch.setattr(LearnedBodies, "read", observe)
    monkeypatch.setattr(learned_bodies, "PATIENCE", 10**9)  # other fakes of this process may have used it up
    quick = play(new_fake())
    assert read.count(True) > 8
    monkeypatch.setattr(LearnedBodies, "read", lambda _learned, _body: None)
    assert play(new_fake()) == quick


def test_a_wrong_row_is_refused_whatever_came_before() -> None:
    """After batches that are alike, one with a wrong row is refused as ever, and told of by its place."""
    fake = new_fake()
    for number in range(3):
        assert fake.send("POST", IDENTIFY, json.dumps({"users": users(number)}).encode()).status_code == 200
    wrong = [*users(3), {**users(3)[0], "name": 7}]
    answer = fake.send("POST", IDENTIFY, json.dumps({"users": wrong}).encode())
    assert (422, "users.3.name") == (
        answer.status_code,
        answer.get_json()["errors"][0]["field"].replace("[", ".").replace("]", ""),
    )


def test_too_many_alike_rows_are_refused() -> None:
    """The limit of a batch holds for rows that are alike."""
    fake = new_fake()
    for count in (2, 2, 1_000, 1_001):
        answer = fake.send("POST", IDENTIFY, json.dumps({"users": users(0, count=count)}).encode())
        assert (200 if count <= 1_000 else 422) == answer.status_code
