from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.clock import LATEST, Clock, ManualClock, OffsetClock, parse_instant

START = datetime(2026, 1, 1, tzinfo=UTC)


class Source:
    """A source of time that a test turns forward and back."""

    def __init__(self) -> None:
        self.value = START

    def __call__(self) -> datetime:
        """Return the present instant."""
        return self.value

    def turn(self, seconds: float) -> None:
        """Move the source by `seconds`, which may be negative."""
        self.value += timedelta(seconds=seconds)


def after(seconds: float) -> datetime:
    """Return the instant so many seconds after the start."""
    return START + timedelta(seconds=seconds)


whole_seconds = st.integers(0, 10_000)
factors = st.sampled_from([0.5, 1.0, 60.0])


def test_a_manual_clock_stands_still() -> None:
    """A manual clock shows its start until it is advanced, and then exactly that much more."""
    clock = ManualClock(START)
    assert START == clock.now() == clock.now()
    clock.advance(1.5)
    assert after(1.5) == clock.now()


@given(st.lists(whole_seconds))
def test_advances_of_a_manual_clock_add_up(steps: list[int]) -> None:
    """Advancing in steps is advancing by their sum."""
    clock = ManualClock(START)
    for step in steps:
        clock.advance(step)
    assert after(sum(steps)) == clock.now()


@pytest.mark.parametrize("new_clock", [lambda: ManualClock(START), lambda: OffsetClock(Source())])
def test_a_clock_does_not_go_back(new_clock: Callable[[], Clock]) -> None:
    """A negative advance is refused and changes nothing; one of zero is allowed."""
    clock = new_clock()
    with pytest.raises(ValueError, match="forward"):
        clock.advance(-0.001)
    clock.advance(0)
    assert START == clock.now()


@given(factors, whole_seconds)
def test_an_offset_clock_follows_its_source(factor: float, seconds: int) -> None:
    """Time passes `factor` times as fast as in the source, from where the source stood in the beginning."""
    source = Source()
    clock = OffsetClock(source, factor=factor)
    assert START == clock.now()
    source.turn(seconds)
    assert after(seconds * factor) == clock.now()


@given(factors, whole_seconds, whole_seconds)
def test_an_advance_is_not_scaled(factor: float, seconds: int, advance: int) -> None:
    """What a clock was advanced by comes on top of the scaled time."""
    source = Source()
    clock = OffsetClock(source, factor=factor)
    clock.advance(advance)
    source.turn(seconds)
    assert after(seconds * factor + advance) == clock.now()


@pytest.mark.parametrize("instant", [LATEST, LATEST - timedelta(microseconds=1), START + timedelta(days=1)])
def test_moving_to_an_instant(instant: datetime) -> None:
    """A clock that is moved to an instant stands exactly there, however far it is, and never goes back."""
    for clock in (ManualClock(START), OffsetClock(lambda: START, factor=99_999)):
        clock.move_to(instant)
        assert instant == clock.now()
        clock.move_to(START)
        assert instant == clock.now()


def test_no_clock_leaves_the_calendar() -> None:
    """However fast a clock runs, it ends at the latest instant."""
    readings = iter([START, START + timedelta(days=365)])
    assert LATEST == OffsetClock(lambda: next(readings), factor=99_999).now()
    assert LATEST == OffsetClock(lambda: START, begin=LATEST).now()


def test_a_source_that_jumps_back() -> None:
    """While the source is behind its latest instant the clock stands still, and goes on when it has caught up."""
    source = Source()
    clock = OffsetClock(source)
    seen = []
    for step in (10, -8, 5, 4):
        source.turn(step)
        seen.append(clock.now())
    assert [after(10), after(10), after(10), after(11)] == seen


def test_an_advance_counts_while_the_source_is_behind() -> None:
    """A clock whose source has jumped back can still be advanced."""
    source = Source()
    clock = OffsetClock(source)
    source.turn(-3600)
    clock.advance(5)
    assert after(5) == clock.now()


@given(factors, st.lists(st.tuples(st.booleans(), st.integers(-1_000, 1_000)), max_size=20))
def test_an_offset_clock_never_goes_back(factor: float, steps: list[tuple[bool, int]]) -> None:
    """Whatever source and users do, no reading lies before an earlier one."""
    source = Source()
    clock = OffsetClock(source, factor=factor)
    seen = [clock.now()]
    for is_advance, seconds in steps:
        if is_advance:
            clock.advance(abs(seconds))
        else:
            source.turn(seconds)
        seen.append(clock.now())
    assert sorted(seen) == seen


@pytest.mark.parametrize("seconds", [0.0, 1.5, 3_600.0])
def test_time_that_is_waited_for(seconds: float) -> None:
    """Where time stands, waiting moves it and takes nothing; where it goes, it takes its share of real time."""
    manual, fast, frozen = ManualClock(START), OffsetClock(Source(), factor=60), OffsetClock(Source(), factor=60)
    frozen.freeze()
    assert [0.0, seconds / 60, 0.0] == [clock.pass_time(seconds) for clock in (manual, fast, frozen)]
    assert [after(seconds), START, after(seconds)] == [clock.now() for clock in (manual, fast, frozen)]


@pytest.mark.parametrize("new_clock", [lambda: ManualClock(START), lambda: OffsetClock(Source())])
def test_nobody_waits_for_the_past(new_clock: Callable[[], Clock]) -> None:
    """On a clock that stands a negative time is refused, as it is when the clock is advanced."""
    clock = new_clock()
    clock.freeze()
    with pytest.raises(ValueError, match="forward"):
        clock.pass_time(-1)
    assert START == clock.now()


def test_which_clocks_stand() -> None:
    """A manual clock always stands, one that goes by itself only from freeze to resume."""
    for clock, standing in (
        (ManualClock(START), [True] * 5),
        (OffsetClock(Source()), [False, True, True, False, False]),
    ):
        seen = [clock.is_standing]
        for change in (clock.freeze, clock.freeze, clock.resume, clock.resume):
            change()
            seen.append(clock.is_standing)
        assert standing == seen
        assert START == clock.now()


@given(factors, whole_seconds, whole_seconds, whole_seconds, whole_seconds)
def test_a_frozen_clock(factor: float, before: int, frozen: int, advance: int, later: int) -> None:
    """A frozen clock is moved by nothing but advances, and goes on from where it stands as fast as before."""
    source = Source()
    clock = OffsetClock(source, factor=factor)
    source.turn(before)
    clock.freeze()
    source.turn(frozen)
    assert after(before * factor) == clock.now()
    clock.advance(advance)
    clock.freeze()
    assert after(before * factor + advance) == clock.now()
    clock.resume()
    assert after(before * factor + advance) == clock.now()
    source.turn(later)
    assert after(before * factor + advance + later * factor) == clock.now()


def test_a_frozen_clock_is_moved_to_an_instant() -> None:
    """Frozen, a clock is moved forward to an instant, never back and never beyond the calendar."""
    clock = OffsetClock(Source())
    clock.freeze()
    for instant in (after(5), after(3), LATEST):
        clock.move_to(instant)
    assert LATEST == clock.now()
    clock.advance(1)
    assert LATEST == clock.now()
    clock.resume()
    assert LATEST == clock.now()


@pytest.mark.parametrize("instant", [after(-3_600), START, after(0.000001), after(3_600), LATEST])
def test_a_clock_that_is_put_at_an_instant(instant: datetime) -> None:
    """A clock can be put at any instant, back or forward, whether it stands or goes, and stands or goes on there."""
    manual, running, frozen = ManualClock(START), OffsetClock(Source(), factor=60), OffsetClock(Source(), factor=60)
    frozen.freeze()
    for clock, is_standing in ((manual, True), (running, False), (frozen, True)):
        clock.advance(60)
        clock.set_to(instant)
        assert (instant, is_standing) == (clock.now(), clock.is_standing)


@given(factors, whole_seconds, whole_seconds, st.integers(-9_000, 9_000), whole_seconds, st.booleans())
def test_time_goes_on_from_where_it_was_put(
    factor: float,
    before: int,
    advance: int,
    to: int,
    later: int,
    is_frozen: bool,  # noqa: FBT001  # as Hypothesis calls it
) -> None:
    """Wherever a clock was put, it goes on from there as fast as before; a frozen one once it is resumed."""
    source = Source()
    clock = OffsetClock(source, factor=factor)
    source.turn(before)
    clock.advance(advance)
    if is_frozen:
        clock.freeze()
        source.turn(before)
    clock.set_to(after(to))
    assert after(to) == clock.now()
    clock.resume()
    source.turn(later)
    assert after(to + later * factor) == clock.now()


def test_a_clock_comes_back_from_the_end_of_the_calendar() -> None:
    """However far beyond the calendar its time would be, a clock goes on from exactly where it was put or frozen."""
    source = Source()
    put, frozen = OffsetClock(source, factor=99_999), OffsetClock(source, factor=99_999)
    frozen.freeze()
    source.turn(timedelta(days=365).total_seconds())
    assert LATEST == put.now()
    put.set_to(START)
    frozen.resume()
    assert [START, START] == [put.now(), frozen.now()]
    source.turn(1)
    assert [after(99_999)] * 2 == [put.now(), frozen.now()]


def test_a_clock_is_put_back_while_its_source_lags() -> None:
    """A clock whose source has jumped back can be put at an instant, and goes on once its source has caught up."""
    source = Source()
    clock = OffsetClock(source)
    source.turn(-3_600)
    clock.set_to(after(-7))
    source.turn(3_600)
    assert after(-7) == clock.now()
    source.turn(2)
    assert after(-5) == clock.now()


changes = st.sampled_from(["turn", "advance", "freeze", "resume", "pass", "move"])


@given(factors, st.lists(st.tuples(changes, st.integers(-1_000, 1_000)), max_size=20))
def test_no_change_turns_a_clock_back(factor: float, steps: list[tuple[str, int]]) -> None:
    """Whatever is done to a clock and its source, in whatever order, no reading lies before an earlier one."""
    source = Source()
    clock = OffsetClock(source, factor=factor)
    seen = [clock.now()]
    for change, seconds in steps:
        match change:
            case "turn":
                source.turn(seconds)
            case "advance":
                clock.advance(abs(seconds))
            case "freeze":
                clock.freeze()
            case "resume":
                clock.resume()
            case "pass":
                clock.pass_time(abs(seconds))
            case _:
                clock.move_to(after(seconds))
        seen.append(clock.now())
    assert sorted(seen) == seen


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-01-01T00:00:00Z", START),
        ("2026-01-01T00:00:00.000000+00:00", START),
        ("2026-01-01T02:00:00+02:00", START),
        ("2025-12-31T22:30:00-01:30", START),
        ("2026-01-01T00:00:01.500Z", after(1.5)),
        (LATEST.isoformat(), LATEST),
    ],
)
def test_instants_that_are_written_down(text: str, instant: datetime) -> None:
    """An instant is the same whatever its time zone, and comes back in UTC."""
    found = parse_instant(text)
    assert instant == found
    assert found is not None
    assert UTC == found.tzinfo


@pytest.mark.parametrize(
    "value",
    [
        "", "soon", "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00+25:00",
        "2026-01-01T00:00:00+00:00:00.000001", "2026-01-01T00:00:00.5-01:00:01", "2026-01-01T00:00:00+000001",
        "9000-01-01T00:00:00.000001Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59",
        None, 7, 1.5, True, [], {}, START,
    ],
)  # fmt: skip
def test_what_is_no_instant(value: Any) -> None:
    """What has no time zone, lies beyond the calendar, or is no text is no instant."""
    assert parse_instant(value) is None


offsets = st.integers(-1_380, 1_380).map(lambda minutes: timedelta(minutes=minutes)) | st.timedeltas(
    timedelta(hours=-23), timedelta(hours=23)
)


@given(st.datetimes(timezones=st.builds(timezone, offsets)))
def test_every_instant_reads_back(instant: datetime) -> None:
    """An instant within the calendar reads back as it was written, any other one is none, as with zones of seconds."""
    offset = instant.utcoffset() or timedelta()
    try:
        expected = instant.astimezone(UTC) if instant <= LATEST and not offset % timedelta(minutes=1) else None
    except OverflowError:
        expected = None
    assert expected == parse_instant(instant.isoformat())


@given(st.text() | st.text("0123456789-:TZ+.W"))
def test_no_text_upsets_the_reading_of_instants(text: str) -> None:
    """Whatever is written, it is an instant of the calendar or none."""
    found = parse_instant(text)
    assert found is None or found <= LATEST
