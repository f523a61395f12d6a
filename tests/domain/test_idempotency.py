from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mock_knock.domain import idempotency
from mock_knock.domain.idempotency import WINDOW, StoredAnswer, StoredAnswers

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def answer(fingerprint: str = "f", at: datetime = NOW) -> StoredAnswer:
    """Return an answer that can be repeated."""
    return StoredAnswer(fingerprint, at, "r1", 200, b"{}")


def test_a_key_stands_for_its_answer() -> None:
    """A key is one of a resource: the same key elsewhere stands for nothing, a later answer takes its place."""
    answers = StoredAnswers()
    answers.keep("/a", "k", answer())
    assert [answer(), None, None] == [answers.find(*each, NOW) for each in (("/a", "k"), ("/b", "k"), ("/a", "l"))]
    answers.keep("/a", "k", answer("g"))
    assert answer("g") == answers.find("/a", "k", NOW)


def test_a_key_is_forgotten_after_a_day() -> None:
    """A key stands for its answer for 24 hours and no longer."""
    answers = StoredAnswers()
    answers.keep("/a", "k", answer())
    assert answer() == answers.find("/a", "k", NOW + WINDOW - timedelta(microseconds=1))
    assert answers.find("/a", "k", NOW + WINDOW) is None


def test_answers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound the answers that were kept first are forgotten."""
    monkeypatch.setattr(idempotency, "MAX_ANSWERS", 2)
    answers = StoredAnswers()
    for key in ("a", "b", "a", "c"):
        answers.keep("/a", key, answer())
    assert [True, False, True] == [answers.find("/a", key, NOW) is not None for key in ("a", "b", "c")]
