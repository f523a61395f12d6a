"""Ids as a header lists them."""

from __future__ import annotations

from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from mock_knock.web.api.bulk_operations import MAX_LISTED, list_in_header


@given(st.lists(st.text(min_size=1, max_size=20), max_size=5))
def test_ids_can_be_told_apart(ids: list[str]) -> None:
    """Whatever an id is, it comes back from between the commas, and the header is one line of ASCII."""
    listed = list_in_header(ids)
    assert listed.isascii()
    assert listed.isprintable()
    assert ids == [unquote(each) for each in listed.split(",")][: len(ids)]


@given(st.lists(st.integers(1, 9_000).map("x".__mul__), max_size=8))
def test_a_header_is_never_too_long(ids: list[str]) -> None:
    """What does not fit any more is left out, a single id too."""
    listed = list_in_header(ids)
    assert len(listed) <= MAX_LISTED
    assert listed == ",".join(ids[: listed.count(",") + 1] if listed else [])
