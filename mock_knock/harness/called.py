"""What a program has called of a fake, summed up from what the fake's controls say of each world."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from mock_knock.harness.gauntlet import Broken, Verdict
from mock_knock.messages import JsonValue

MAX_REMARKS: Final = 20
"""Violations, and notes, of one world that are told; others are counted together."""
NO_ANSWER: Final = "no answer"
_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_USUAL = re.compile(r"run \S+ for .*|\d+ users in bulk operation .*|\w+, \d+ of \d+ rows|fault .*")
"""Notes that tell nothing but the usual course of things, or what is counted anyhow."""


@dataclass(slots=True)
class CalledOperation:
    """How often an operation was called, what was answered, which faults happened to it."""

    name: str
    requests: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class CalledWorld:
    """What was called in one world, and what the invariants make of it.

    `forgotten` is how many requests the journal had to let go: operations, violations and notes do not have them.
    Violations and notes are counted by their texts.
    """

    key: str
    requests: int
    forgotten: int
    operations: tuple[CalledOperation, ...]
    violations: Mapping[str, int]
    notes: Mapping[str, int]
    verdict: Verdict
    broken: tuple[Broken, ...]


@dataclass(frozen=True, slots=True)
class CallReport:
    """What a command has called: each world, and how often it came with a key that opens none.

    `keys` are those that it came with, to be masked wherever they stand.
    """

    command: str
    code: int
    worlds: tuple[CalledWorld, ...]
    refused: int = 0
    keys: frozenset[str] = frozenset()


def sum_up(journal: JsonValue, verdict: JsonValue, *, key: str) -> CalledWorld:
    """Return what was called in the world of a key, from its journal and its verdict."""
    operations: dict[str, CalledOperation] = {}
    violations, notes = Counter[str](), Counter[str]()
    for entry in journal["entries"]:
        asked = entry["request"]
        name = entry["operation"] or f"{asked['method']} {urlsplit(asked['url']).path}"
        _count(operations.setdefault(name, CalledOperation(name)), entry)
        violations.update(f"{name}: {each['field']} {each['message']}" for each in entry["violations"])
        notes.update(_UUID.sub("...", note) for note in entry["notes"] if not _USUAL.fullmatch(note))
    return CalledWorld(
        key=key,
        requests=journal["total"],
        forgotten=journal["dropped"],
        operations=tuple(operations.values()),
        violations=_bounded(violations),
        notes=_bounded(notes),
        verdict=verdict["verdict"],
        broken=tuple(Broken(each["invariant"], each["message"], each["count"]) for each in verdict["broken"]),
    )


def _count(operation: CalledOperation, entry: Mapping[str, JsonValue]) -> None:
    answered = entry["response"] if entry["delivered"] else None
    operation.requests += 1
    operation.answers[NO_ANSWER if answered is None else str(answered["status"])] += 1
    if entry["fault"]:
        operation.faults[entry["fault"]] += 1


def _bounded(texts: Counter[str]) -> Mapping[str, int]:
    """Return the first texts with their counts, and the rest under one."""
    listed = list(texts.items())
    rest: Iterable[tuple[str, int]] = listed[MAX_REMARKS:]
    more = {"others": sum(count for _, count in rest)} if listed[MAX_REMARKS:] else {}
    return {**dict(listed[:MAX_REMARKS]), **more}
