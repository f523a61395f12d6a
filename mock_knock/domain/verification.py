"""Whether a world was asked what was expected; where it was not, what came nearest and in what it differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mock_knock.domain.asked_request import OF_USER, AskedRequest, read_asked
from mock_knock.domain.containing import Mismatch, shown
from mock_knock.domain.journal import JournalEntry
from mock_knock.domain.matching import RequestPattern

MAX_NEAREST: Final = 3
MAX_SHOWN_MATCHES: Final = 10
"""Requests that a failure tells of those that are too many."""
MAX_DIFFERENCES: Final = 10
"""Differences of one request that a failure tells."""
_WEIGHTS: Final[Mapping[str, int]] = {"operation": 1_000, "workflow": 10}
"""How much farther away a request is by these differences than by any other one."""


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request of the journal as verification sees it.

    Attributes:
        number: that of its entry.
        line: method, path and query.
        asked: what it asks for.
        status: that of its answer; 0 where there was none.
        creates: whether it brought a bulk operation or a run about.
    """

    number: int
    line: str
    asked: AskedRequest
    status: int
    creates: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """Which requests count: a pattern, and what became of them; None does not count.

    Attributes:
        pattern: what was asked.
        status: what was answered, like `200`, or `2xx` for each of a hundred.
        creates: whether it brought a bulk operation or a run about, which a repetition and a refused one do not.
    """

    pattern: RequestPattern = field(default_factory=RequestPattern)
    status: str | None = None
    creates: bool | None = None

    def difference(self, found: RecordedRequest) -> tuple[Mismatch, ...]:
        """Return in what a request differs; one that counts has no difference."""
        differences = [*self.pattern.difference(found.asked)]
        if self.status is not None and not _is_status(found.status, self.status):
            differences.append(Mismatch("status", self.status, str(found.status or "(no answer)")))
        if self.creates is not None and found.creates is not self.creates:
            differences.append(Mismatch("creates", shown(self.creates), shown(found.creates)))
        return tuple(differences)

    def __str__(self) -> str:
        return ", ".join(_describe(self)) or "any request"


@dataclass(frozen=True, slots=True)
class Times:
    """How often something is expected."""

    least: int = 1
    most: int | None = None

    def holds(self, count: int) -> bool:
        """Tell whether a count is as expected."""
        return self.least <= count and (self.most is None or count <= self.most)

    def __str__(self) -> str:
        if self.most is None:
            return f"at least {self.least}"
        if self.most == 0:
            return "never"
        return f"exactly {self.least}" if self.least == self.most else f"{self.least} to {self.most}"


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A request that almost counts, and in what it differs."""

    request: RecordedRequest
    differences: tuple[Mismatch, ...]


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


def record(entry: JournalEntry) -> RecordedRequest:
    """Return an entry as verification sees it."""
    path = "/" + entry.request.url.partition("://")[2].partition("/")[2]
    return RecordedRequest(
        number=entry.number,
        line=f"{entry.request.method} {path}",
        asked=read_asked(
            entry.route, entry.request.headers, entry.request.body, is_of_user=path.startswith(OF_USER)
        ),
        status=entry.response.status,
        creates=bool(entry.created),
    )  # fmt: skip


def verify(expected: Expected, times: Times, requests: Sequence[RecordedRequest], *, dropped: int = 0) -> Verification:
    """Return whether as many requests count as expected; `dropped` is how many the journal has lost."""
    matched = [each for each in requests if not expected.difference(each)]
    numbers = tuple(each.number for each in matched)
    head = f"expected {times}: {expected}; found {len(matched)} among {len(requests)} requests"
    if times.holds(len(matched)):
        return Verification(passed=True, count=len(matched), matched=numbers, message=head)
    if len(matched) >= times.least:
        lines = [head, "these are too many:", *(f"  {_title(each)}" for each in matched[:MAX_NEAREST])]
        return Verification(
            passed=False, count=len(matched), matched=numbers, message="\n".join([*lines, *_loss(dropped)])
        )
    nearest = near_misses(expected, requests)
    lines = [head, *_tell_nearest(nearest), *_tell_asked(expected, requests), *_loss(dropped)]
    return Verification(passed=False, count=len(matched), matched=numbers, message="\n".join(lines), nearest=nearest)


def verify_order(listed: Sequence[Expected], requests: Sequence[RecordedRequest], *, dropped: int = 0) -> Verification:
    """Return whether requests that count came one after another in this order, whatever came between them."""
    found: list[RecordedRequest] = []
    rest = [*requests]
    for place, expected in enumerate(listed, start=1):
        index = next((index for index, each in enumerate(rest) if not expected.difference(each)), None)
        if index is None:
            nearest = near_misses(expected, rest)
            after = f" after {_title(found[-1])}" if found else ""
            lines = [f"expected as number {place} in order: {expected}; found none{after}", *_tell_nearest(nearest)]
            lines += [*_tell_early(expected, found, requests), *_loss(dropped)]
            numbers = tuple(each.number for each in found)
            return Verification(
                passed=False, count=len(found), matched=numbers, message="\n".join(lines), nearest=nearest
            )
        found.append(rest[index])
        rest = rest[index + 1 :]
    numbers = tuple(each.number for each in found)
    return Verification(passed=True, count=len(found), matched=numbers, message=f"all {len(listed)} came in this order")


def near_misses(
    expected: Expected, requests: Sequence[RecordedRequest], *, most: int = MAX_NEAREST
) -> tuple[NearMiss, ...]:
    """Return the requests that differ, the nearest first; of equally near ones the latest."""
    misses = [NearMiss(each, found) for each in reversed(requests) if (found := expected.difference(each))]
    return tuple(sorted(misses, key=_distance)[:most])


def _distance(miss: NearMiss) -> int:
    return sum(_WEIGHTS.get(each.field, 1) for each in miss.differences)


def _is_status(status: int, wanted: str) -> bool:
    return str(status) == wanted or (wanted.endswith("xx") and str(status // 100) == wanted[:-2])


def _describe(expected: Expected) -> Iterator[str]:
    pattern = expected.pattern
    if pattern.operations:
        yield " or ".join(pattern.operations)
    for name, value in (("workflow", pattern.workflow), ("recipient", pattern.recipient), ("user", pattern.user)):
        if value is not None:
            yield f"{name} {value}"
    for name, value in pattern.headers.items():
        yield f"header {name}: {value}"
    if pattern.attempt is not None:
        yield f"attempt {pattern.attempt}"
    if pattern.body is not None:
        yield f"body with {shown(pattern.body)}"
    if expected.status is not None:
        yield f"status {expected.status}"
    if expected.creates is not None:
        yield "creates something" if expected.creates else "creates nothing"


def _title(found: RecordedRequest) -> str:
    attempt = f", attempt {found.asked.attempt}" if found.asked.attempt else ""
    return f"#{found.number} {found.line} -> {found.status or 'no answer'}{attempt}"


def _tell_nearest(nearest: Sequence[NearMiss]) -> Iterator[str]:
    close = [each for each in nearest if not any(one.field == "operation" for one in each.differences)]
    if close:
        yield "nearest:"
    for miss in close:
        yield f"  {_title(miss.request)}"
        for each in miss.differences[:MAX_DIFFERENCES]:
            yield f"    {each.field}: expected {each.expected}, actual {each.actual or '(nothing)'}"
        if (hidden := len(miss.differences) - MAX_DIFFERENCES) > 0:
            yield f"    and {hidden} more differences"


def _tell_asked(expected: Expected, requests: Sequence[RecordedRequest]) -> Iterator[str]:
    """Yield what was asked instead, where nothing of the kind was."""
    if any(expected.pattern.means(each.asked.operation_id) for each in requests):
        return
    counted = Counter(each.asked.operation_id or each.line for each in requests)
    listed = ", ".join(f"{name} ({count})" for name, count in counted.most_common(MAX_DIFFERENCES))
    yield f"what was asked: {listed or 'nothing at all: does the client use this address and this key?'}"


def _tell_early(
    expected: Expected, found: Sequence[RecordedRequest], requests: Sequence[RecordedRequest]
) -> Iterator[str]:
    early = [each for each in requests if not expected.difference(each)]
    if early and found and early[0].number < found[-1].number:
        yield f"it came too early: {_title(early[0])}"


def _loss(dropped: int) -> Iterator[str]:
    if dropped:
        yield f"the journal has lost the {dropped} oldest requests: let it keep more (--journal-entries)"
