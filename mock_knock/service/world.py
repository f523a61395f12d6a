"""Worlds: everything that belongs to one API key, and the register of all of them."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Condition, Lock, RLock

from mock_knock.domain.bulk_operation import BULK_IDENTIFY
from mock_knock.domain.clock import Clock
from mock_knock.domain.faults.book import FaultBook
from mock_knock.domain.idempotency import StoredAnswers
from mock_knock.domain.invariants import Tallies
from mock_knock.domain.journal import Journal
from mock_knock.domain.rate_limit import RateLimits
from mock_knock.domain.scenario import Scenario
from mock_knock.domain.seed import Seed
from mock_knock.domain.workflow import Catalog
from mock_knock.redact import mask_key
from mock_knock.service.filling import fill
from mock_knock.store.protocol import WorldState

MAX_WORLDS = 1_000

log = logging.getLogger("mock_knock")


@dataclass(frozen=True, slots=True)
class WorldRules:
    """How exact worlds are.

    Attributes:
        is_strict: workflows and actors must be known, parameters must make sense.
        has_rate_limits: requests above the rate of their tier are refused.
        retry_after: what a refusal says about waiting, in seconds; None says nothing.
    """

    is_strict: bool = False
    has_rate_limits: bool = False
    retry_after: int | None = 1


@dataclass(frozen=True, slots=True)
class SavedWorld:
    """What a world was at an instant, which is `seed.now`.

    Attributes:
        seed: its facts.
        scenario: how it behaved.
        is_standing: whether its time stood still.
    """

    seed: Seed
    scenario: Scenario
    is_standing: bool


@dataclass(slots=True)
class World:
    """Everything that belongs to one API key: facts, clock, scenario, catalog, journal; `lock` guards all of it.

    `last_answers` has the latest body of each operation, where a fault repeats it; `new_id` returns a fresh UUID v4 as
    text; `rules` say how exact it is. `arrivals` is notified of each entry of the journal. `settled_until` is
    the instant to which the tables have been brought.
    """

    key: str
    clock: Clock
    scenario: Scenario
    state: WorldState
    new_id: Callable[[], str]
    catalog: Catalog = Catalog()
    rules: WorldRules = WorldRules()
    journal: Journal = field(default_factory=Journal)
    answers: StoredAnswers = field(default_factory=StoredAnswers)
    rates: RateLimits = field(default_factory=RateLimits)
    tallies: Tallies = field(default_factory=Tallies)
    last_answers: dict[str, bytes] = field(default_factory=dict)
    snapshots: dict[str, SavedWorld] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)
    settled_until: datetime = field(init=False)
    arrivals: Condition = field(init=False)
    faults: FaultBook = field(init=False)

    def __post_init__(self) -> None:
        """Set up the faults of the scenario, and a way to wait for what comes."""
        self.arrivals = Condition(self.lock)
        self.follow(self.scenario)
        self.settled_until = self.clock.now()

    def follow(self, scenario: Scenario) -> None:
        """Behave by a scenario from now on; its faults count from nothing."""
        self.scenario = scenario
        self.faults = FaultBook(scenario.faults, since=self.clock.now(), seed=scenario.seed)

    @property
    def has_rate_limits(self) -> bool:
        """Whether requests above the rate of their tier are refused."""
        return self.rules.has_rate_limits or self.scenario.has_rate_limits


class MockKnock:
    """The worlds of a fake, one for each API key.

    Args:
        new_state: makes the empty facts of a world.
        new_clock: makes the clock of a world.
        new_id: returns a fresh UUID v4 as text.
        scenario: how every world behaves until it is told otherwise.
        seed: what every world begins with.
        rules: how exact worlds are.
        new_journal: makes the journal of a world.
        max_worlds: how many worlds are kept; the longest idle goes first.
    """

    def __init__(
        self,
        *,
        new_state: Callable[[], WorldState],
        new_clock: Callable[[], Clock],
        new_id: Callable[[], str],
        scenario: Scenario = Scenario(),  # noqa: B008  # frozen
        seed: Seed = Seed(),  # noqa: B008  # frozen
        rules: WorldRules = WorldRules(),  # frozen
        new_journal: Callable[[], Journal] = Journal,
        max_worlds: int = MAX_WORLDS,
    ) -> None:
        self._new_state = new_state
        self._new_clock = new_clock
        self._scenario = scenario
        self._seed = seed
        self._rules = rules
        self._new_journal = new_journal
        self._max_worlds = max_worlds
        self._worlds: OrderedDict[str, World] = OrderedDict()
        self._lock = Lock()
        self.new_id = new_id

    def world(self, key: str) -> World:
        """Return the world of an API key; it begins with the first request."""
        with self._lock:
            world = self._worlds.get(key)
            if world is None:
                world = self._new_world(key)
                self._begin(world)
                self._worlds[key] = world
                self._drop_idle_worlds()
            self._worlds.move_to_end(key)
            return world

    def _new_world(self, key: str) -> World:
        journal = self._new_journal()
        return World(key, self._new_clock(), self._scenario, self._new_state(), self.new_id, journal=journal)

    def load(self, world: World, seed: Seed) -> None:
        """Put the facts of a seed in place of those of a world; a reset leads back to its beginning all the same.

        Its time goes on, and is moved forward to `seed.now` if that lies ahead. The journal stays, and what was broken.
        """
        state = self._new_state()
        with world.lock:
            if seed.now is not None:
                world.clock.move_to(seed.now)
            fill(state, seed, world.clock.now())
            world.state = state
            world.catalog = seed.catalog
            world.answers = StoredAnswers()
            world.rates = RateLimits()
            world.last_answers.clear()
            _note_state(world)

    def reset(self, world: World) -> None:
        """Put a world back to its beginning: facts, clock, scenario and journal; its snapshots are forgotten."""
        with world.lock:
            world.state = self._new_state()
            world.clock = self._new_clock()
            world.follow(self._scenario)
            world.journal = self._new_journal()
            world.answers = StoredAnswers()
            world.rates = RateLimits()
            world.tallies = Tallies()
            world.last_answers.clear()
            world.snapshots.clear()
            self._begin(world)
            world.arrivals.notify_all()

    def reset_all(self) -> None:
        """Put every world back to its beginning."""
        with self._lock:
            worlds = tuple(self._worlds.values())
        for world in worlds:
            self.reset(world)

    def _begin(self, world: World) -> None:
        world.rules = self._rules
        world.catalog = self._seed.catalog
        fill(world.state, self._seed, world.clock.now())
        _note_state(world)

    def _drop_idle_worlds(self) -> None:
        while len(self._worlds) > self._max_worlds:
            key, _ = self._worlds.popitem(last=False)
            log.warning("more than %d API keys: forgot the world of %s", self._max_worlds, mask_key(key))


def _note_state(world: World) -> None:
    """Tell the tallies which bulk identifies the facts of a world begin with."""
    operations = (record.operation for record in world.state.operations())
    identifying = (each for each in operations if each.name == BULK_IDENTIFY)
    world.tallies.note_state((each.id, each.ids) for each in identifying)
