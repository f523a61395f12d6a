from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.clock import LATEST, Clock, ManualClock, OffsetClock

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
