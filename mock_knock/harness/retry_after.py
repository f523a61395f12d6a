"""The Retry-After header (RFC 9110 section 10.2.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mock_knock.messages import Headers, find_header


def retry_after_seconds(headers: Headers, now: datetime) -> float | None:
    """Return the seconds a response asks to wait, from a number or a date; None when it asks for nothing readable."""
    text = (find_header(headers, "Retry-After") or "").strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a year or an offset that no calendar has
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max((aware - now).total_seconds(), 0.0)
