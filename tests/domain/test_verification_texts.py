"""What a verification says, word by word: each case is a text in `golden/verification`.

`REGENERATE_GOLDEN=1 python -m pytest tests/domain/test_verification_texts.py` writes the texts anew; read the
difference before it is committed, as somebody reads it whose test has just failed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from mock_knock.domain.expectation import Expected, Times
from mock_knock.domain.journal import JournalEntry
from mock_knock.domain.matching import RequestPattern
from mock_knock.domain.verification import verify, verify_order
from tests.domain.made_up_journal import identify, stray, trigger

FOLDER = Path(__file__).parent / "golden" / "verification"
ONCE: Final = Times(1, 1)
TRIGGER: Final = RequestPattern(("triggerWorkflow",))
WELCOME: Final = replace(TRIGGER, workflow="welcome")
IDENTIFY: Final = RequestPattern(("identifyUser",))
ORDER = {
    "id": "o-1",
    "total": 2,
    "is_gift": True,
    "lines": [{"sku": "tea", "count": 1}, {"sku": "milk", "count": 2}],
    "address": {"city": "Ghent"},
}


def holding(**members: object) -> RequestPattern:
    """Return the pattern of a trigger with data that has these members."""
    return replace(WELCOME, body={"data": members})


def count(
    pattern: RequestPattern,
    *entries: JournalEntry,
    times: Times = ONCE,
    status: str | None = None,
    creates: bool | None = None,
    dropped: int = 0,
) -> str:
    """Return what is said of how many requests count."""
    return verify(Expected(pattern, status, creates), times, entries, dropped=dropped).message


def order(*patterns: RequestPattern, entries: list[JournalEntry], dropped: int = 0) -> str:
    """Return what is said of an order."""
    return verify_order([Expected(each) for each in patterns], entries, dropped=dropped).message


CASES: Mapping[str, str] = {
    "passed": count(WELCOME, trigger(1, "ada")),
    "passed, as far as is known": count(TRIGGER, identify(1001), times=Times(0, 0), dropped=1_000),
    "nothing at all was asked": count(WELCOME),
    "nothing of the kind was asked": count(WELCOME, identify(1), identify(2, "bob"), stray(3, "/v1/v1/users")),
    "many other things were asked": count(WELCOME, *(stray(each, f"/v1/{each}") for each in range(12)), identify(13)),
    "a misspelt operation": count(RequestPattern(("trigerWorkflow",)), trigger(1, "ada")),
    "any of several operations": count(RequestPattern(("getUser", "deleteUser")), identify(1)),
    "anything at all": count(RequestPattern()),
    "another workflow": count(WELCOME, identify(1), trigger(2, "ada", workflow="welcome-back")),
    "another recipient": count(
        replace(WELCOME, recipient="dr_grant"),
        trigger(1, "jane", {"id": "p-1", "collection": "projects"}),
        trigger(2),
    ),
    "another user": count(replace(IDENTIFY, user="dr_*"), identify(1, "jane")),
    "data that differ deep inside": count(
        holding(address={"city": "Bruges"}), trigger(1, "ada", data=ORDER), trigger(2, "ada")
    ),
    "an item of a list that differs": count(
        holding(lines=[{"sku": "tea"}, {"sku": "rice"}]), trigger(1, "ada", data=ORDER)
    ),
    "a list of another length": count(holding(lines=[{"sku": "tea"}]), trigger(1, "ada", data=ORDER)),
    "a member that is missing": count(
        holding(coupon={"code": "TEN"}, total=2), trigger(1, "ada", data=ORDER), trigger(2, "ada", data="none")
    ),
    "true is not 1": count(holding(is_gift=1, total=True), trigger(1, "ada", data=ORDER)),
    "names that are no words": count(
        holding(**{"order.id": {"": "é"}}), trigger(1, "ada", data={"order.id": {"": "e\n"}})
    ),
    "a header field and an attempt": count(
        replace(WELCOME, headers={"X-Tenant": "acme", "X-Team": "red"}, attempt=0),
        trigger(1, "ada", headers=(("x-tenant", "other"),), attempt=2),
    ),
    "another status": count(
        WELCOME,
        trigger(1, "ada", status=0),
        trigger(2, "ada", status=502, answer=b"<html>"),
        trigger(3, "ada", status=422, answer=b'{"code": "invalid_params", "message": "..."}'),
        status="2xx",
    ),
    "a replay creates nothing": count(
        WELCOME,
        trigger(1, "ada", idempotency="first"),
        trigger(2, "ada", created="", idempotency="replayed"),
        creates=True,
        times=Times(2, 2),
    ),
    "a refused key creates nothing": count(
        WELCOME,
        trigger(1, status=400, idempotency="refused", answer=b'{"error": "idempotency_key_too_long"}'),
        creates=True,
    ),
    "something was created": count(WELCOME, trigger(1, "ada"), creates=False),
    "too many": count(
        WELCOME,
        trigger(1, "ada", status=504, is_delivered=True),
        identify(2),
        trigger(3, "ada", attempt=1),
        trigger(4, "ada", attempt=2, is_delivered=False),
        trigger(5, "ada", attempt=3, created="", idempotency="replayed"),
    ),
    "far too many": count(WELCOME, *(trigger(each, "ada") for each in range(1, 13)), times=Times(0, 3)),
    "never": count(replace(TRIGGER, recipient="ada"), identify(1), trigger(2, "ada"), times=Times(0, 0)),
    "too few": count(replace(WELCOME, recipient="a*"), trigger(1, "ada"), trigger(2, "bob"), times=Times(2, 2)),
    "too few, the oldest are lost": count(WELCOME, identify(41), dropped=40),
    "everything is lost": count(WELCOME, dropped=1),
    "more than ten differences": count(
        replace(WELCOME, body={"recipients": [f"u-{each}" for each in range(12)]}),
        trigger(1, *(f"v-{each}" for each in range(12))),
    ),
    "far more than ten differences": count(
        replace(WELCOME, body={"recipients": [f"u-{each}" for each in range(1_000)]}),
        trigger(1, *(f"v-{each}" for each in range(1_000))),
    ),
    "long values": count(
        holding(text=f"{'Dear Ada, ' * 30}yours", rows=list(range(100))),
        trigger(1, "ada", data={"text": f"{'Dear Ada, ' * 30}bye", "rows": list(range(101))}),
        trigger(2, *(f"user-{each}" for each in range(100)), data={"text": {"en": ["Dear Ada"] * 100}}),
    ),
    "in another order": order(IDENTIFY, WELCOME, entries=[trigger(1, "ada"), identify(2)]),
    "in order, and one is missing": order(
        IDENTIFY, replace(WELCOME, recipient="ada"), entries=[identify(1), trigger(2, "bob"), stray(3)]
    ),
    "in order, and one counts twice": order(WELCOME, WELCOME, entries=[identify(1), trigger(2, "ada")]),
    "in order, and the first is missing": order(WELCOME, IDENTIFY, entries=[identify(1), identify(2)]),
    "in order, and nothing was asked": order(WELCOME, IDENTIFY, entries=[]),
    "in order, and the oldest are lost": order(IDENTIFY, WELCOME, entries=[trigger(8, "ada")], dropped=7),
    "in this order": order(IDENTIFY, WELCOME, entries=[identify(1), trigger(2, "ada")]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_said(case: str, golden_text: Callable[[Path, str], str]) -> None:
    """A verification says word by word what the golden file has."""
    told, name = f"{CASES[case]}\n", case.replace(",", "").replace(" ", "-")
    assert golden_text(FOLDER / f"{name}.txt", told) == told


def test_every_text_has_its_case() -> None:
    """No golden file is left over."""
    assert len(CASES) == len(list(FOLDER.iterdir()))
