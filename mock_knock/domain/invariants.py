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
from typing import Final, Literal

from mock_knock.domain.bounded_memory import Halves, cut, keep, name_of, names_of
from mock_knock.domain.bulk_operation import Status
from mock_knock.domain.deeds import BROKEN, REFUSED, TOO_MANY, Answer, BatchTruth, Intent, Truth

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
MAX_REFUSED: Final = 1_000  # of one target, which another request may make good
MAX_POLLED: Final = 10_000  # operations whose polls are remembered


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant that was broken `count` times; `message` tells of the first time."""

    invariant: str
    message: str
    count: int


@dataclass(frozen=True, slots=True)
class _Wait:
    """That a request which arrived at `since` was told at `told_at` to wait so many seconds."""

    since: datetime
    told_at: datetime
    seconds: float


class Tallies:
    """What was broken in one world so far. Whoever shares them between threads locks them."""

    def __init__(self) -> None:
        self._requests = 0
        self._counts: Counter[str] = Counter()
        self._first: dict[str, str] = {}
        self._batches: Halves[str | None] = Halves(MAX_USERS)
        self._effects: OrderedDict[str, str] = OrderedDict()
        self._arrived: OrderedDict[str, datetime] = OrderedDict()
        self._no_good: OrderedDict[str, str] = OrderedDict()
        self._refused: OrderedDict[str, set[str]] = OrderedDict()
        self._waits: OrderedDict[str, _Wait] = OrderedDict()
        self._polls: OrderedDict[str, list[datetime]] = OrderedDict()

    @property
    def requests(self) -> int:
        """How many answers were noted."""
        return self._requests

    def note_batch(
        self, intent: Intent, operation_id: str, ids: Sequence[str], has_failed: Callable[[str], bool] = lambda _: False
    ) -> None:
        """Note that a bulk identify was accepted: from now on it is the latest batch of whom it names.

        Who sends one again whose operation has failed does right: the failed one does not count as an effect any more.
        """
        key = intent.key
        earlier = self._effects.get(key)
        if earlier is not None and has_failed(earlier):
            del self._effects[key]
        self._note_effect(intent, key, "bulk operations", operation_id)
        self._note_members(operation_id, ids)

    def note_state(self, batches: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Note that other facts have taken the place of all there were: its bulk identifies, oldest first."""
        self._batches.clear()
        for operation_id, ids in batches:
            self._note_members(operation_id, ids)

    def note_return(self) -> None:
        """Note that the world has gone back in time: what is asked again there is no repetition, and none is too early.

        What was broken stays.
        """
        for memory in (self._effects, self._arrived, self._waits, self._polls):
            memory.clear()

    def _note_members(self, operation_id: str, ids: Sequence[str]) -> None:
        self._batches.put_all(names_of(ids), operation_id)

    def note_identified(self, ids: Sequence[str]) -> None:
        """Note that users were identified one by one: what batches said of them before no longer counts."""
        if ids and self._batches:
            self._batches.put_all(names_of(ids), None)

    def note_run(self, intent: Intent, run_id: str, recipients: Iterable[str], truth: Truth, at: datetime) -> None:
        """Note that a trigger was accepted and created a run; each recipient that should not be in it is one case.

        A replay by idempotency key creates none. Users that the trigger itself identifies are noted before it.
        """
        self._note_effect(intent, intent.key, "runs", run_id)
        if not self._batches:
            return
        known: dict[str, BatchTruth | None] = {}
        distinct = tuple(dict.fromkeys(recipients))
        for each, name in zip(distinct, names_of(distinct), strict=True):
            operation_id = self._batches.get(name)
            if operation_id is None:
                continue
            if operation_id not in known:
                known[operation_id] = truth(operation_id)
            batch = known[operation_id]
            if batch is not None and (batch.status is not Status.COMPLETED or batch.error_ids):
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

    def _note_effect(self, intent: Intent, key: str, kind: str, effect_id: str) -> None:
        """Each effect after the first is one case."""
        earlier = self._effects.get(key)
        if earlier is not None:
            self._counts[ONE_EFFECT] += 1
            if ONE_EFFECT not in self._first:
                told = f"{_request(intent)}, sent again, created two {kind}: {earlier} and {effect_id}"
                self._first[ONE_EFFECT] = told
        keep(self._effects, key, effect_id, MAX_INTENTS)

    def _judge_recipient(self, user_id: str, batch: BatchTruth, at: datetime) -> None:
        if batch.status is not Status.COMPLETED:
            state = "had failed" if batch.status is Status.FAILED else f"was {batch.status}"
            told = f"{_run(user_id, at)} while the bulk operation that identifies them {state}"
            self._count(BATCH_FIRST, told)
        elif user_id in batch.error_ids:
            told = f"{_run(user_id, at)} although their row of the bulk operation that identifies them had failed"
            self._count(FAILED_ROWS, told)

    def _judge_goodness(self, answer: Answer) -> None:
        """The last answer is that to the request that arrived last: a client may have given an earlier one up."""
        intent, key = answer.intent, answer.intent.key
        if answer.at < self._arrived.get(key, answer.at):
            return
        keep(self._arrived, key, answer.at, MAX_INTENTS)
        if self._no_good:
            self._no_good.pop(key, None)
        why = _why_no_good(answer)
        if why is not None or self._refused:
            self._judge_refusal(answer, is_good=why is None)
        if why is not None:
            message = f"success was reported although the last answer to {_request(intent)} {why}"
            if gone := keep(self._no_good, key, message, MAX_INTENTS):
                self._count(TAKEN_FOR_GOOD, gone)

    def _judge_refusal(self, answer: Answer, *, is_good: bool) -> None:
        """Forget refusals once another request like them is accepted: who sends less, or something else, does right."""
        intent = answer.intent
        if answer.is_refusal:
            refused = self._refused.get(intent.alike, set())
            if len(refused) < MAX_REFUSED:
                refused.add(intent.key)
            keep(self._refused, intent.alike, refused, MAX_INTENTS)
        elif is_good:
            for each in self._refused.pop(intent.alike, ()):
                self._no_good.pop(each, None)

    def _judge_patience(self, answer: Answer) -> None:
        """Only a request that arrives after the answer that asks to wait can be too early."""
        if not self._waits and answer.retry_after is None:
            return
        intent = answer.intent
        key = name_of(intent.method, intent.target, "") if intent.is_reading else intent.key
        wait = self._waits.get(key, _Wait(answer.at, answer.at, 0.0))
        if answer.at < wait.told_at:
            return
        self._waits.pop(key, None)
        waited = (answer.at - wait.since).total_seconds()
        if waited < round(wait.seconds, 6):  # a clock knows microseconds
            told = f"{_request(intent)} was sent again after {waited:g} s"
            self._count(RETRY_AFTER, f"{told} although the answer had asked to wait {wait.seconds:g} s")
        if answer.is_delivered and answer.retry_after is not None:
            told_at = answer.answered_at or answer.at
            keep(self._waits, key, _Wait(answer.at, told_at, answer.retry_after), MAX_INTENTS)

    def _judge_pace(self, operation_id: str, at: datetime) -> None:
        """Each poll that is one too many is one case."""
        key = name_of(operation_id)
        polls = self._polls.get(key, [])
        if polls and at < polls[-1]:
            insort(polls, at)
        else:
            polls.append(at)
        if len(polls) > MAX_POLLS:
            if polls[-1] - polls[0] < POLL_WINDOW:
                told = f"the bulk operation {cut(operation_id)} was polled more than {MAX_POLLS} times"
                self._count(POLL_RATE, f"{told} in less than a second")
            del polls[0]
        keep(self._polls, key, polls, MAX_POLLED)


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
    is_refused = answer.status >= REFUSED and not answer.intent.is_reading
    is_good = answer.status < BROKEN and answer.status != TOO_MANY and not is_refused
    return None if is_good else f"was {answer.status}"


def _run(user_id: str, at: datetime) -> str:
    return f"a run for {cut(user_id)} was accepted at {at.isoformat()}"


def _request(intent: Intent) -> str:
    return cut(f"{intent.method} {intent.target}")
