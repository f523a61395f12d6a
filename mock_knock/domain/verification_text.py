"""What a verification says to a person: what was expected, what was found instead, and in what it differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import orjson

from mock_knock.domain.asked_request import read_attempt
from mock_knock.domain.containing import shown, shown_text
from mock_knock.domain.expectation import Expected, Hide, NearMiss, Times
from mock_knock.domain.journal import JournalEntry
from mock_knock.domain.matching import MAX_TOLD

MAX_LISTED: Final = 10
"""Requests, operations, and differences of one request that a message tells."""


def tell_count(
    expected: Expected,
    times: Times,
    entries: Sequence[JournalEntry],
    matched: Sequence[JournalEntry],
    nearest: Sequence[NearMiss],
    *,
    dropped: int,
    hide: Hide,
) -> Iterator[str]:
    """Yield the lines about a number of requests; one that holds is told in one, or two where some were lost."""
    asked = f"{len(entries)} {'request' if len(entries) == 1 else 'requests'}"
    yield f"expected {times}: {describe(expected, hide)}; found {len(matched)} among {asked}"
    are_few = len(matched) < times.least
    if not times.holds(len(matched)):
        yield from _list_found(matched)
    if are_few:
        yield from _tell_nearest(nearest)
        yield from _tell_asked(expected, entries, dropped)
    if dropped and (are_few or (times.most is not None and times.holds(len(matched)))):
        yield _loss(dropped)


def tell_order(
    expected: Expected,
    found: Sequence[JournalEntry],
    entries: Sequence[JournalEntry],
    nearest: Sequence[NearMiss],
    *,
    dropped: int,
    hide: Hide,
) -> Iterator[str]:
    """Yield the lines about the first one that is missing in an order; `found` are those before it."""
    after = f" after {title(found[-1])}" if found else ""
    yield f"expected as number {len(found) + 1} in this order: {describe(expected, hide)}; found none{after}"
    yield from _tell_early(expected, found, entries)
    yield from _tell_nearest(nearest)
    yield from _tell_asked(expected, entries, dropped)
    if dropped:
        yield _loss(dropped)


def describe(expected: Expected, hide: Hide) -> str:
    """Return which requests count, in one line."""
    return ", ".join(_describe(expected, hide)) or "any request"


def title(entry: JournalEntry) -> str:
    """Return which request it is and what became of it."""
    retries = read_attempt(entry.request.headers)
    told = [f"#{entry.number} {shown_text(entry.line)} -> {entry.response.status or 'no answer'}{_reason(entry)}"]
    told += [f"retry {retries}"] if retries else []
    told += ["replayed"] if entry.idempotency == "replayed" else []
    told += [] if entry.is_delivered or not entry.response.status else ["answer lost"]
    return ", ".join(told)


def _reason(entry: JournalEntry) -> str:
    """Return the code of an error, which often says all."""
    try:
        found = orjson.loads(entry.response.body) if entry.response.status >= 400 else None  # noqa: PLR2004  # errors
    except orjson.JSONDecodeError:
        return ""
    code = (found.get("code") or found.get("error")) if isinstance(found, dict) else None
    return f" {shown_text(code)}" if isinstance(code, str) else ""


def _describe(expected: Expected, hide: Hide) -> Iterator[str]:
    pattern = expected.pattern
    if pattern.operations:
        yield shown_text(" or ".join(pattern.operations))
    for name, value in (("workflow", pattern.workflow), ("recipient", pattern.recipient), ("user", pattern.user)):
        if value is not None:
            yield f"{name} {hide(name, shown_text(value))}"
    for name, value in pattern.headers.items():
        field = f"header {shown_text(name)}"
        yield f"{field}: {hide(field, shown_text(value))}"
    if pattern.attempt is not None:
        yield f"attempt {pattern.attempt}"
    if pattern.body is not None:
        yield f"body with {hide('body', shown(pattern.body))}"
    if expected.status is not None:
        yield f"status {expected.status}"
    if expected.creates is not None:
        yield "creates something" if expected.creates else "creates nothing"


def _list_found(matched: Sequence[JournalEntry]) -> Iterator[str]:
    if matched:
        yield "these count:"
    yield from (f"  {title(each)}" for each in matched[:MAX_LISTED])
    if (hidden := len(matched) - MAX_LISTED) > 0:
        yield f"  and {hidden} more"


def _tell_nearest(nearest: Sequence[NearMiss]) -> Iterator[str]:
    """Yield what came near, unless it is something else altogether."""
    close = [each for each in nearest if each.is_of_its_kind]
    if close:
        yield "nearest:"
    for miss in close:
        yield f"  {title(miss.entry)}"
        for each in miss.differences[:MAX_LISTED]:
            yield f"    {each.field}: expected {each.expected}, actual {each.actual or '(nothing)'}"
        if (hidden := len(miss.differences) - MAX_LISTED) > 0:
            least = "at least " if len(miss.differences) >= MAX_TOLD else ""
            yield f"    and {least}{hidden} more {'difference' if hidden == 1 else 'differences'}"


def _tell_asked(expected: Expected, entries: Sequence[JournalEntry], dropped: int) -> Iterator[str]:
    """Yield what was asked instead, where nothing of the kind was."""
    if not entries:
        yield from [] if dropped else ["nothing at all was asked: does the client use this address and this API key?"]
    elif not any(expected.pattern.means(each.route.operation_id) for each in entries):
        counted = Counter(each.route.operation_id or shown_text(each.line) for each in entries)
        listed = [f"{name} ({count})" for name, count in counted.most_common(MAX_LISTED)]
        listed += ["and others"] if len(counted) > MAX_LISTED else []
        yield f"what was asked: {', '.join(listed)}"


def _tell_early(expected: Expected, found: Sequence[JournalEntry], entries: Sequence[JournalEntry]) -> Iterator[str]:
    """Yield a request that would count, had it not come before those that were found, or been one of them."""
    if not found:
        return
    places = {each.number: place for place, each in enumerate(found, start=1)}
    early = [each for each in entries if each.number <= found[-1].number and expected.counts(each)]
    spare = next((each for each in early if each.number not in places), None)
    if spare is not None:
        yield f"it came too early: {title(spare)}"
    elif early:
        yield f"it is number {places[early[-1].number]} in this order already: {title(early[-1])}"


def _loss(dropped: int) -> str:
    lost = "its oldest request" if dropped == 1 else f"its {dropped} oldest requests"
    return f"the journal has lost {lost}: let it keep more (--journal-entries)"
