"""Whether a world was asked what was expected; where it was not, what came nearest and in what it differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mock_knock.domain.expectation import Expected, Hide, NearMiss, Times, as_it_is, near_misses
from mock_knock.domain.journal import JournalEntry
from mock_knock.domain.verification_text import tell_count, tell_order


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of an expectation.

    Attributes:
        passed: whether it holds.
        count: how many requests count; of several in order, how many of them were found.
        matched: the numbers of these requests.
        message: what a failure says, and in a few words what holds.
        nearest: of a failure, the requests that came nearest.
    """

    passed: bool
    count: int
    matched: tuple[int, ...]
    message: str
    nearest: tuple[NearMiss, ...] = ()


def verify(
    expected: Expected,
    times: Times,
    entries: Sequence[JournalEntry],
    *,
    dropped: int = 0,
    hide: Hide = as_it_is,
) -> Verification:
    """Return whether as many requests count as expected.

    `dropped` is how many the journal has lost, `hide` what must not be shown.
    """
    matched = [each for each in entries if expected.counts(each)]
    are_few = len(matched) < times.least
    nearest = near_misses(expected, entries, hide=hide) if are_few else ()
    return Verification(
        passed=times.holds(len(matched)),
        count=len(matched),
        matched=_numbers(matched),
        message="\n".join(tell_count(expected, times, entries, matched, nearest, dropped=dropped, hide=hide)),
        nearest=nearest,
    )


def verify_order(
    listed: Sequence[Expected], entries: Sequence[JournalEntry], *, dropped: int = 0, hide: Hide = as_it_is
) -> Verification:
    """Return whether requests that count came one after another in this order, whatever came between them.

    `dropped` is how many the journal has lost, `hide` what must not be shown.
    """
    found: list[JournalEntry] = []
    rest = entries
    for expected in listed:
        index = next((index for index, each in enumerate(rest) if expected.counts(each)), None)
        if index is None:
            nearest = near_misses(expected, rest, hide=hide)
            told = tell_order(expected, found, entries, nearest, dropped=dropped, hide=hide)
            return Verification(
                passed=False, count=len(found), matched=_numbers(found), message="\n".join(told), nearest=nearest
            )
        found.append(rest[index])
        rest = rest[index + 1 :]
    message = f"all {len(listed)} came in this order"
    return Verification(passed=True, count=len(found), matched=_numbers(found), message=message)


def _numbers(entries: Sequence[JournalEntry]) -> tuple[int, ...]:
    return tuple(each.number for each in entries)
