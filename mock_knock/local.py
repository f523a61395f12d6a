"""The one place where the parts are put together: fixtures, contract, use cases, web and server."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from mock_knock.domain.clock import Clock, ManualClock, OffsetClock
from mock_knock.domain.faults.check_faults import check_faults
from mock_knock.domain.faults.fault import Fault
from mock_knock.domain.journal import MAX_BYTES as MAX_BYTES_KEPT
from mock_knock.domain.journal import MAX_ENTRIES, Journal
from mock_knock.domain.scenario import Scenario
from mock_knock.domain.scenario_format import parse_scenario
from mock_knock.domain.seed import Seed
from mock_knock.domain.seed_format import parse_seed
from mock_knock.errors import UsageError
from mock_knock.files import MAX_BYTES, find_bundled, list_bundled, read_document
from mock_knock.new_uuid import new_uuid
from mock_knock.seeding import check_seed
from mock_knock.served import (
    controls_description,
    known_routes,
    served_document,
    served_operations,
)
from mock_knock.service import MockKnock, WorldRules
from mock_knock.store.memory import MemoryState
from mock_knock.web.app import create_app
from mock_knock.web.doors import Doors
from mock_knock.web.guard import AccessRules
from mock_knock.web.pipeline import MAX_STATE_BYTES
from mock_knock.web.sending import SendingApplication
from mock_knock.web.server import Server, open_server

MAX_BYTES_WITH_LINES = 500_000
"""Of seeds in JSON; to know the lines of larger ones would take long."""
MAX_CLOCK_DIGITS = 5
"""Digits of the factor of a fast clock; at its fastest it passes the year 9999 only after a month."""

_ROUTING = threading.Lock()
"""Held while an application is made: its routes become code by way of `ast`, which in CPython 3.11 one thread at a time
can use (`SystemError: AST constructor recursion depth mismatch`)."""
_ALIAS = re.compile("[A-Z][0-9]{1,2}", re.ASCII)
"""What aliases look like: the letters and numbers of FAULTS section 4."""
_utc_now = partial(datetime.now, UTC)
_CLOCK = re.compile(f"real|manual|x(?P<factor>[1-9][0-9]{{0,{MAX_CLOCK_DIGITS - 1}}})")


@dataclass(frozen=True, slots=True)
class FakeOptions:
    """How a fake is set up; `clock` is `real`, `manual` or `x<factor>`.

    `seed` is what every world begins with, at its `now` if it has one; `world_rules` say how exact worlds are.
    Each world keeps its latest `journal_entries` requests, and no more than `journal_bytes` of them. With
    `checks_responses` the fake's own answers are held against the contract, too. Single requests can bring about
    faults by a header, and by reserved values in what they send, unless `has_header_faults` and `has_reserved_faults`
    say otherwise.
    """

    clock: str = "real"
    scenario: Scenario = Scenario()
    rules: AccessRules = AccessRules()
    seed: Seed = Seed()
    world_rules: WorldRules = WorldRules()
    checks_responses: bool = False
    journal_entries: int = MAX_ENTRIES
    journal_bytes: int = MAX_BYTES_KEPT
    has_header_faults: bool = True
    has_reserved_faults: bool = True

    @property
    def access(self) -> AccessRules:
        """Who may enter, with the keys of the seed."""
        keys = self.seed.keys
        environments = {each.key: each.environment for each in keys}
        revoked = frozenset(each.key for each in keys if each.is_revoked)
        return replace(self.rules, environments=environments, revoked=revoked)


@dataclass(frozen=True)
class LocalFake:
    """A fake in this process: a WSGI application."""

    application: Callable[..., Any]
    scenario: Scenario


def build_fake(options: FakeOptions = FakeOptions(), *, clock: Clock | None = None) -> LocalFake:
    """Assemble a fake.

    Each of its worlds has a clock of its own, as `options` say, unless they are to share the given one.

    Raises:
        UsageError: `clock-unknown`.
        InvalidDocument: a bundled fixture is damaged.
    """
    new_clock = _clock_maker(options.clock, options.seed.now)
    service = MockKnock(
        new_state=MemoryState,
        new_clock=new_clock if clock is None else lambda: clock,
        new_id=new_uuid,
        scenario=options.scenario,
        seed=options.seed,
        rules=options.world_rules,
        new_journal=lambda: Journal(max_entries=options.journal_entries, max_bytes=options.journal_bytes),
    )
    doors = Doors(find_faults, has_header=options.has_header_faults, has_reserved_values=options.has_reserved_faults)
    with _ROUTING:
        app = create_app(
            service,
            served_operations(),
            known_routes=known_routes(),
            rules=options.access,
            describe=served_document,
            controls=controls_description,
            checks_responses=options.checks_responses,
            doors=doors,
        )
    return LocalFake(SendingApplication(app.wsgi_app), options.scenario)


@dataclass(frozen=True, slots=True)
class SharedClock:
    """The clock of a run inside the fake's own time: waiting moves the fake forward and takes no real time."""

    clock: Clock

    def seconds(self) -> float:
        """Return the fake's time as seconds since 1970."""
        return self.clock.now().timestamp()

    def now(self) -> datetime:
        """Return the fake's time."""
        return self.clock.now()

    def wait(self, seconds: float) -> None:
        """Move the fake's time forward."""
        self.clock.advance(seconds)


@contextmanager
def running(options: FakeOptions = FakeOptions(), *, host: str = "127.0.0.1", port: int = 0) -> Iterator[Server]:
    """Run a fake on a port in a thread for the length of a `with` block; `server.url` is its address."""
    server = open_server(build_fake(options).application, host=host, port=port)
    thread = threading.Thread(target=server.run, name="mock-knock", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()


def load_scenario(name: str | None) -> Scenario:
    """Read a scenario: a bundled one by its name or one of its aliases, else a file.

    Raises:
        UsageError: `scenario-unknown`, with the bundled names.
        InvalidDocument: the file is not a scenario.
    """
    if name is None:
        return Scenario()
    if _ALIAS.fullmatch(name) and (named := _find_alias(name)) is not None:
        return named
    path = _find_file("scenario", name)
    source = read_document(path)
    scenario = parse_scenario(source.value, name=path.stem, where=source.where)
    check_faults(scenario.faults, served_operations(), source.where)
    return scenario


@cache
def catalogue() -> tuple[Scenario, ...]:
    """Return the bundled scenarios, by name."""
    return tuple(load_scenario(name) for name in list_bundled("scenarios"))


@lru_cache(maxsize=1_000)  # names come from requests
def find_faults(name: str) -> tuple[Fault, ...]:
    """Return the faults of a bundled scenario by its name or one of its aliases, or nothing.

    A scenario that says by itself how bulk operations go has none.
    """
    if find_bundled("scenarios", name) is not None:
        return load_scenario(name).faults
    named = _ALIAS.fullmatch(name) is not None and _find_alias(name)
    return named.faults if named else ()


def _find_alias(name: str) -> Scenario | None:
    return next((each for each in catalogue() if name in each.aliases), None)


def load_seed(name: str | None) -> Seed:
    """Read a seed: a bundled one by name, else a file.

    Its facts are held against the contract, as those of a request are. Of large JSON, such as a state that was written
    down, problems are told with JSON pointers and not with lines.

    Raises:
        UsageError: `seed-unknown`, with the bundled names.
        InvalidDocument: the file is not a seed.
    """
    if name is None:
        return Seed()
    path = _find_file("seed", name)
    is_state = path.suffix.lower() == ".json" and path.is_file() and path.stat().st_size > MAX_BYTES_WITH_LINES
    source = read_document(path, with_positions=not is_state, max_bytes=MAX_STATE_BYTES if is_state else MAX_BYTES)
    seed = parse_seed(source.value, where=source.where)
    check_seed(seed, served_operations(), source.where)
    return seed


def _find_file(kind: str, name: str) -> Path:
    """Return the bundled file of a kind with this name, else the path that the name looks like."""
    path = find_bundled(f"{kind}s", name)
    if path is None and not _looks_like_path(name):
        hint = f"bundled {kind}s: {', '.join(list_bundled(f'{kind}s'))}; or give a file"
        raise UsageError(f"{kind}-unknown", f"there is no {kind} '{name}'", hint=hint)
    return path or Path(name)


def _looks_like_path(name: str) -> bool:
    if not name:
        return False
    if "/" in name or "\\" in name or "." in name:
        return True
    try:
        return Path(name).exists()
    except OSError:  # a name longer than names can be
        return False


def shared_clock() -> SharedClock:
    """Return a clock that a run and the worlds of a fake can share; it stands at the real time until it is moved."""
    return SharedClock(ManualClock(_utc_now()))


def _clock_maker(text: str, begin: datetime | None) -> Callable[[], Clock]:
    """Return what makes the clock of a world, which begins at an instant, or at the real time."""
    speed = _CLOCK.fullmatch(text)
    if speed is None:
        hint = f"use real, manual, or x60 for sixty times as fast; at most x{10**MAX_CLOCK_DIGITS - 1}"
        raise UsageError("clock-unknown", f"there is no clock '{text}'", hint=hint)
    if text == "manual":
        return lambda: ManualClock(begin or _utc_now())
    return lambda: OffsetClock(_utc_now, factor=float(speed["factor"] or 1), begin=begin)
