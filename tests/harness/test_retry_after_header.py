from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.harness.retry_after import retry_after_seconds

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 13:00:30 +0100", 30.0),
        ("Thu, 01 Jan 2026 12:00:30 -0000", 30.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999999", None),
        ("Mon, 99999999999999999999 Jan 2024 00:00:00 GMT", None),
        ("", None),
        ("٣", None),
    ],
)
def test_seconds_or_a_date(text: str, seconds: float | None) -> None:
    """Retry-After is a number of seconds or a date; a past date means now, anything else nothing."""
    assert seconds == retry_after_seconds((("retry-after", text),), NOW)


def test_no_header() -> None:
    """A response without the header asks for nothing."""
    assert retry_after_seconds((), NOW) is None


@given(st.text())
def test_any_text(text: str) -> None:
    """No text makes the reader fail, and nothing makes it wait a negative time."""
    found = retry_after_seconds((("Retry-After", text),), NOW)
    assert found is None or found >= 0
