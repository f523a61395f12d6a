from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.durations import parse_duration, read_duration, write_duration
from mock_knock.domain.reading import MAX_NUMBER, Reader
from mock_knock.messages import JsonValue


def new_reader() -> Reader:
    """Return a reader that tells places as JSON pointers."""
    return Reader(lambda pointer: pointer, "test")


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("10s", 10),
        ("10 s", 10),
        ("0s", 0),
        ("250ms", 0.25),
        ("1.5s", 1.5),
        ("0.000001s", 0.000001),
        ("5m", 300),
        ("0.1m", 6),
        ("1h", 3_600),
        ("8760h", MAX_NUMBER),
        ("999999999ms", 999_999.999),
        (0, 0),
        (10, 10),
        (0.5, 0.5),
        (MAX_NUMBER, MAX_NUMBER),
    ],
)
def test_durations(written: JsonValue, seconds: float) -> None:
    """A duration is a number with a unit, or a number of seconds."""
    assert seconds == parse_duration(written)


@pytest.mark.parametrize(
    "written",
    [
        None,
        True,
        [],
        {},
        "",
        "10",
        "s",
        "-1s",
        "+1s",
        "1  s",
        " 1s",
        "1s ",
        "1s\n",
        "1S",
        "1d",
        "1e3s",
        ".5s",
        "1.s",
        "1.0000000s",
        "1000000000ms",
        "\u0661s",
        "8760.1h",
        -1,
        -0.001,
        MAX_NUMBER + 1,
        10**400,
        -(10**400),
        float("inf"),
        float("nan"),
    ],
)
def test_what_is_no_duration(written: JsonValue) -> None:
    """Whatever has another form, is negative or longer than a year is none."""
    assert parse_duration(written) is None


@pytest.mark.parametrize(
    ("written", "most", "message"),
    [
        ("x", MAX_NUMBER, "'ttl' must be a duration of at most a year"),
        ("2h", 3_600.0, "'ttl' must be a duration of at most 3600 s"),
    ],
)
def test_a_duration_that_cannot_be_used(written: str, most: float, message: str) -> None:
    """One that is none or too long is reported with its name, its bound and its place, and is zero."""
    reader = new_reader()
    assert 0 == read_duration(reader, written, "/faults/0/ttl", most=most)
    (finding,) = reader.findings
    assert (message, "/faults/0/ttl") == (finding.message, finding.where)
    assert finding.hint


@pytest.mark.parametrize(("seconds", "written"), [(0.0, "0"), (3.0, "3"), (0.25, "0.25")])
def test_whole_seconds_are_whole_numbers(seconds: float, written: str) -> None:
    """A whole number of seconds is written without a point."""
    assert written == repr(write_duration(seconds))


@given(st.floats(0, MAX_NUMBER))
def test_reading_undoes_writing(seconds: float) -> None:
    """A duration that is written down and read again is the same."""
    reader = new_reader()
    assert seconds == read_duration(reader, write_duration(seconds), "/ttl")
    assert [] == reader.findings
