"""What is sent: the loads, by the names that the README's table has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

API_KEY: Final = "sk_test_local"
IDENTIFY: Final = "/v1/users/bulk/identify"
TRIGGER: Final = "/v1/workflows/welcome/trigger"
OPERATION: Final = "/v1/bulk_operations/{operation}"
"""The path of a bulk operation; which one is put in for each server."""


@dataclass(frozen=True, slots=True)
class Load:
    """One request, sent again and again."""

    name: str
    what: str
    method: str
    path: str
    body: bytes = b""

    def path_on(self, operation: str) -> str:
        """Return the path, on a server that has a bulk operation of this id."""
        return self.path.format(operation=operation)


def user(number: int) -> dict[str, Any]:
    """Return a user as small services have them."""
    return {
        "id": f"user-{number}",
        "name": f"User {number}",
        "email": f"user-{number}@example.com",
        "locale": "en-GB",
        "plan": "pro",
        "logins": number,
    }


def _rich_user(number: int) -> dict[str, Any]:
    """Return a user with inline preferences and channel data."""
    return {
        **user(number),
        "preferences": {
            "default": {
                "channel_types": {"email": True, "sms": False},
                "workflows": {"welcome": {"channel_types": {"email": False}}, "digest": True},
            }
        },
        "channel_data": {"97c5837d-c65c-4d54-aa39-080eeb81c69d": {"tokens": [f"token-{number}", f"spare-{number}"]}},
    }


def _identify(users: Sequence[dict[str, Any]]) -> bytes:
    return orjson.dumps({"users": users})


def _trigger(recipients: Sequence[Any]) -> bytes:
    return orjson.dumps({"recipients": recipients, "data": {"order": 17, "total": "12.50"}})


LOADS: Final = (
    Load("W1", "identify 1 user", "POST", IDENTIFY, _identify([user(0)])),
    Load("W2", "identify 100 users", "POST", IDENTIFY, _identify([user(each) for each in range(100)])),
    Load("W3", "identify 1,000 users", "POST", IDENTIFY, _identify([user(each) for each in range(1_000)])),
    Load("W1r", "identify 1 rich user", "POST", IDENTIFY, _identify([_rich_user(0)])),
    Load("W3r", "identify 1,000 rich users", "POST", IDENTIFY, _identify([_rich_user(each) for each in range(1_000)])),
    Load("W4", "read a bulk operation", "GET", OPERATION),
    Load("W5", "trigger for 3 recipients", "POST", TRIGGER, _trigger(["user-0", "user-1", "user-2"])),
    Load("W6", "trigger for 1,000 inline", "POST", TRIGGER, _trigger([user(each) for each in range(1_000)])),
)
"""A rich user has preferences and channel data with it, an inline recipient is identified by the trigger."""

WRONG: Final = (
    Load("a user without id", "", "POST", IDENTIFY, orjson.dumps({"users": [{"name": "Ada"}]})),
    Load("an id that is a number", "", "POST", IDENTIFY, orjson.dumps({"users": [{"id": 7}]})),
    Load("users that are no list", "", "POST", IDENTIFY, orjson.dumps({"users": "ada"})),
    Load("recipients that are no list", "", "POST", TRIGGER, orjson.dumps({"recipients": 7})),
)
"""What a server refuses that validates."""
