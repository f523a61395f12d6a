"""What must never happen, whatever a client is given: tallies kept as requests are answered (DESIGN section 7).

They look at each request once and remember little, so a full journal does not blind them. What their own bounds let go
may hide a breach, but a breach that was counted stays counted.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import Final, Literal, TypeVar

from mock_knock.domain.bulk_operation import Status

Reported = Literal["success", "failure", "hung"]
"""How a client says that it ended, or that it did not end."""
Verdict = Literal["survived", "silent", "loud", "hung"]

BATCH_FIRST: Final = "batch-first"
FAILED_ROWS: Final = "failed-rows"
ONE_EFFECT: Final = "one-effect"
TAKEN_FOR_GOOD: Final = "taken-for-good"
RETRY_AFTER: Final = "retry-after"
POLL_RATE: Final = "poll-rate"
INVARIANTS: Final = (BATCH_FIRST, FAILED_ROWS, ONE_EFFECT, TAKEN_FOR_GOOD, RETRY_AFTER, POLL_RATE)

MAX_POLLS: Final = 20  # of one operation within less than
POLL_WINDOW: Final = timedelta(seconds=1)

# our choice, each; whatever was noted longest ago goes first
MAX_INTENTS: Final = 100_000  # that had an effect; as many that were answered, answered badly, told to wait
MAX_USERS: Final = 1_000_000  # whose latest batch is remembered
MAX_POLLED: Final = 10_000  # operations whose polls are remembered
MAX_NAME: Final = 100  # characters of an id or a request, in a message and in memory

_READING: Final = frozenset({"GET", "HEAD"})
_REFUSED, _TOO_MANY, _BROKEN = 400, 429, 500
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Intent:
    """What a client means by a request; the API key is that of the world the tallies belong to."""

    method: str
    target: str  # path and query as sent
    fingerprint: str  # a hash of the body


@dataclass(frozen=True, slots=True)
class BatchTruth:
    """How a bulk identify stands when it is asked about; `error_ids` are the ids in `error_items` by now."""

    status: Status
    error_ids: frozenset[str]


Truth = Callable[[str], BatchTruth | None]
"""Tells how a bulk operation stands now, by its id, or None if it is unknown; a run asks it once about each."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request got.

    `at` is when it arrived, on the clock of its world; `status` what was sent, whether or not it `is_delivered` or
    swallowed by the wire; `keeps_contract` tells whether that keeps the OpenAPI description; `retry_after` are the
    seconds it asks to wait, and `polled` is the id of the bulk operation that was read, if any.
    """

    intent: Intent
    at: datetime
    status: int
    is_delivered: bool = True
    keeps_contract: bool = True
    retry_after: float | None = None
    polled: str | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant that was broken `count` times; `message` tells of the first time."""

    invariant: str
    message: str
    count: int


class Tallies:
    """What was broken in one world so far. Whoever shares them between threads locks them."""

    def __init__(self) -> None:
        self._requests = 0
        self._counts: Counter[str] = Counter()
        self._first: dict[str, str] = {}
        self._batches: OrderedDict[str, str] = OrderedDict()
        self._effects: OrderedDict[str, str] = OrderedDict()
        self._arrived: OrderedDict[str, datetime] = OrderedDict()
        self._no_good: OrderedDict[str, str] = OrderedDict()
        self._waits: OrderedDict[str, tuple[datetime, float]] = OrderedDict()
        self._polls: OrderedDict[str, list[datetime]] = OrderedDict()

    @property
    def requests(self) -> int:
        """How many answers were noted."""
        return self._requests

    def note_batch(self, intent: Intent, operation_id: str, ids: Iterable[str]) -> None:
        """Note that a bulk identify was accepted: from now on it is the latest batch of whom it names."""
        self._note_effect(intent, "bulk operations", operation_id)
        for each in ids:
            _keep(self._batches, _key(each), operation_id, MAX_USERS)

    def note_identified(self, ids: Iterable[str]) -> None:
        """Note that users were identified one by one: what batches said of them before no longer counts."""
        for each in ids:
            self._batches.pop(_key(each), None)

    def note_run(self, intent: Intent, run_id: str, recipients: Iterable[str], truth: Truth, at: datetime) -> None:
        """Note that a trigger was accepted and created a run; each recipient that should not be in it is one case.

        A replay by idempotency key creates none. Users that the trigger itself identifies are noted before it.
        """
        self._note_effect(intent, "runs", run_id)
        find = cache(truth)
        for each in dict.fromkeys(recipients):
            operation_id = self._batches.get(_key(each))
            batch = None if operation_id is None else find(operation_id)
            if batch is not None:
                self._judge_recipient(each, batch, at)

    def note_answer(self, answer: Answer) -> None:
        """Note what a request got, in the order in which requests are answered."""
        self._requests += 1
        self._judge_goodness(answer)
        self._judge_patience(answer)
        if answer.polled is not None:
            self._judge_pace(answer.polled, answer.at)

    def breaches(self, *, reported: Reported) -> tuple[Breach, ...]:
        """Return what was broken, in the order of `INVARIANTS`, given how the client says that it ended."""
        counts, first = self._counts.copy(), self._first.copy()
        counts[TAKEN_FOR_GOOD] += len(self._no_good)
        first.setdefault(TAKEN_FOR_GOOD, next(iter(self._no_good.values()), ""))
        if reported != "success":
            counts[TAKEN_FOR_GOOD] = 0
        return tuple(Breach(each, first[each], counts[each]) for each in INVARIANTS if counts[each])

    def _count(self, invariant: str, message: str) -> None:
        self._counts[invariant] += 1
        self._first.setdefault(invariant, message)

    def _note_effect(self, intent: Intent, kind: str, effect_id: str) -> None:
        """Each effect after the first is one case."""
        key = _key(intent.method, intent.target, intent.fingerprint)
        earlier = self._effects.get(key)
        if earlier is not None:
            self._count(ONE_EFFECT, f"{_request(intent)}, sent again, created two {kind}: {earlier} and {effect_id}")
        _keep(self._effects, key, effect_id, MAX_INTENTS)

    def _judge_recipient(self, user_id: str, batch: BatchTruth, at: datetime) -> None:
        run = f"a run for {_cut(user_id)} was accepted at {at.isoformat()}"
        if batch.status is not Status.COMPLETED:
            state = "had failed" if batch.status is Status.FAILED else f"was {batch.status}"
            self._count(BATCH_FIRST, f"{run} while the bulk operation that identifies them {state}")
        elif user_id in batch.error_ids:
            self._count(FAILED_ROWS, f"{run} although their row of the bulk operation that identifies them had failed")

    def _judge_goodness(self, answer: Answer) -> None:
        """The last answer is that to the request that arrived last: a client may have given an earlier one up."""
        intent = answer.intent
        key = _key(intent.method, intent.target, intent.fingerprint)
        if answer.at < self._arrived.get(key, answer.at):
            return
        _keep(self._arrived, key, answer.at, MAX_INTENTS)
        self._no_good.pop(key, None)
        if why := _why_no_good(answer):
            message = f"success was reported although the last answer to {_request(intent)} {why}"
            if gone := _keep(self._no_good, key, message, MAX_INTENTS):
                self._count(TAKEN_FOR_GOOD, gone)

    def _judge_patience(self, answer: Answer) -> None:
        """A request that arrived before the one that was told to wait is not the next one after it."""
        key = _key(answer.intent.method, answer.intent.target)
        since, seconds = self._waits.get(key, (answer.at, 0.0))
        if answer.at < since:
            return
        self._waits.pop(key, None)
        waited = (answer.at - since).total_seconds()
        if waited < round(seconds, 6):  # a clock knows microseconds
            told = f"{_request(answer.intent)} was sent again after {waited:g} s"
            self._count(RETRY_AFTER, f"{told} although the answer had asked to wait {seconds:g} s")
        if answer.is_delivered and answer.retry_after is not None:
            _keep(self._waits, key, (answer.at, answer.retry_after), MAX_INTENTS)

    def _judge_pace(self, operation_id: str, at: datetime) -> None:
        """Each poll that is one too many is one case."""
        key = _key(operation_id)
        polls = self._polls.get(key, [])
        insort(polls, at)
        if len(polls) > MAX_POLLS:
            if polls[-1] - polls[0] < POLL_WINDOW:
                told = f"the bulk operation {_cut(operation_id)} was polled more than {MAX_POLLS} times"
                self._count(POLL_RATE, f"{told} in less than a second")
            del polls[0]
        _keep(self._polls, key, polls, MAX_POLLED)


def judge(reported: Reported, breaches: Sequence[Breach]) -> Verdict:
    """Return what a client is worth, by what it says and what it broke."""
    if reported == "success":
        return "silent" if breaches else "survived"
    return "loud" if reported == "failure" else "hung"


def _why_no_good(answer: Answer) -> str | None:
    if not answer.is_delivered:
        return "never arrived"
    if not answer.keeps_contract:
        return "did not keep the API description"
    is_refused = answer.status >= _REFUSED and answer.intent.method not in _READING
    is_good = answer.status < _BROKEN and answer.status != _TOO_MANY and not is_refused
    return None if is_good else f"was {answer.status}"


def _keep(memory: OrderedDict[str, _Value], key: str, value: _Value, most: int) -> _Value | None:
    """Put a value at the end and return the one that went for it, if one did."""
    memory[key] = value
    memory.move_to_end(key)
    return memory.popitem(last=False)[1] if len(memory) > most else None


def _key(*parts: str) -> str:
    """Return what a name or a request is remembered by: its digest if it is long, so that memory is bounded."""
    told = "\0".join(parts)
    return told if len(told) <= MAX_NAME else blake2b(told.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def _cut(text: str) -> str:
    return text if len(text) <= MAX_NAME else f"{text[: MAX_NAME - 1]}…"


def _request(intent: Intent) -> str:
    return _cut(f"{intent.method} {intent.target}")
