from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mock_knock.domain.bulk_course import Snapshot
from mock_knock.domain.bulk_operation import RANK, Stage, Status, Timeline
from mock_knock.domain.bulk_plan import BulkPlan
from mock_knock.domain.scenario import Scenario
from mock_knock.service import ResourceMissing, TransitionRefused
from mock_knock.service.bulk import identify_users, push_operation, read_operation
from mock_knock.service.runs import trigger_workflow
from mock_knock.service.settling import settle
from tests.service.small_world import batch, new_knock

KEYS = ("sk_test_first_key", "sk_test_other_key")

keys = st.sampled_from(KEYS)
ids = st.sampled_from(["a", "b", "c", "d"])
stages = st.builds(Stage, polls=st.none() | st.integers(0, 3), seconds=st.none() | st.sampled_from([0.0, 0.5, 3.0]))
plans = st.builds(
    BulkPlan,
    timeline=st.builds(Timeline, stages, stages),
    outcome=st.sampled_from(["completed", "completed", "failed"]),
    fail_at=st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(1)]),
    error_ids=st.frozensets(ids, max_size=2),
    every=st.none() | st.integers(1, 4),
)


@dataclass
class Known:
    """What is known of the world of one key: whoever was named inline, how many runs, how each operation was seen."""

    inline: set[str] = field(default_factory=set)
    runs: int = 0
    seen: dict[str, Snapshot] = field(default_factory=dict)


class Worlds(RuleBasedStateMachine):
    """Two keys of one fake, used in any order."""

    @initialize()
    def begin(self) -> None:
        """Make a fake and two worlds of it."""
        self.knock = new_knock()
        self.worlds = {key: self.knock.world(key) for key in KEYS}
        self.known = {key: Known() for key in KEYS}

    @rule(key=keys, named=st.lists(ids, max_size=5), plan=plans)
    def identify(self, key: str, named: list[str], plan: BulkPlan) -> None:
        """Identify users under any plan."""
        self.worlds[key].scenario = Scenario(bulk=plan)
        operation, snapshot = identify_users(self.worlds[key], batch(*named, world=key))
        self.known[key].seen[operation.id] = snapshot

    @precondition(lambda self: self.has_operations())
    @rule(data=st.data(), is_poll=st.booleans())
    def read(self, data: st.DataObject, *, is_poll: bool) -> None:
        """Poll an operation, or look at it only."""
        key, operation_id = self.choose(data)
        read_operation(self.worlds[key], operation_id, is_poll=is_poll)

    @precondition(lambda self: self.has_operations())
    @rule(data=st.data(), to=st.sampled_from(list(Status)))
    def push(self, data: st.DataObject, to: Status) -> None:
        """Push an operation: it goes forward, over an empty stage to its end, or refuses."""
        key, operation_id = self.choose(data)
        before = self.look(key, operation_id).status
        if RANK[to] > RANK[before]:
            after = push_operation(self.worlds[key], operation_id, to)[1].status
            assert after is to or (to is Status.PROCESSING and RANK[after] == RANK[Status.COMPLETED])
        else:
            with pytest.raises(TransitionRefused):
                push_operation(self.worlds[key], operation_id, to)

    @rule(key=keys, named=st.lists(ids, max_size=3), inline=st.lists(ids, max_size=2))
    def trigger(self, key: str, named: list[str], inline: list[str]) -> None:
        """Trigger for users by name and inline: whoever is visible is notified, the others are unknown."""
        visible = self.visible(key) | set(inline)
        recipients = [*named, *batch(*inline, world=key)]
        run = trigger_workflow(self.worlds[key], "welcome", {"recipients": recipients})
        self.known[key].inline |= set(inline)
        self.known[key].runs += 1
        assert {*named, *inline} & visible == {each.recipient.id for each in run.recipient_runs}
        assert set(named) - visible == {each.id for each in run.unknown}

    @rule(key=keys, seconds=st.sampled_from([0.0, 0.25, 1.0, 10.0]))
    def advance(self, key: str, seconds: float) -> None:
        """Let time go by for one key."""
        self.worlds[key].clock.advance(seconds)

    @rule(key=keys)
    def reset(self, key: str) -> None:
        """Put one world back to its beginning."""
        self.knock.reset(self.worlds[key])
        self.known[key] = Known()

    @rule()
    def reset_all(self) -> None:
        """Put both worlds back to their beginning."""
        self.knock.reset_all()
        self.known = {key: Known() for key in KEYS}

    @invariant()
    def status_never_goes_back(self) -> None:
        """A status never goes back, an ended operation stays as it is, rows are not taken back."""
        for key, known in self.known.items():
            for operation_id, before in known.seen.items():
                now = self.look(key, operation_id)
                assert RANK[before.status] <= RANK[now.status]
                assert RANK[before.status] < RANK[Status.COMPLETED] or before == now
                assert before.processed_rows <= now.processed_rows
                known.seen[operation_id] = now

    @invariant()
    def counts_add_up(self) -> None:
        """Successes and errors are the processed rows, and operations and runs are as many as were accepted."""
        for key, known in self.known.items():
            world = self.worlds[key]
            assert list(known.seen) == [record.operation.id for record in world.state.operations()]
            assert known.runs == len(tuple(world.state.runs()))
            for record in world.state.operations():
                found = self.look(key, record.operation.id)
                assert found.processed_rows == found.success_count + found.error_count
                assert found.processed_rows <= found.total_rows == len(record.operation.rows)
                assert record.settled_rows <= found.processed_rows

    @invariant()
    def users_are_visible_when_processed_and_not_before(self) -> None:
        """The users of a world are those whose row was processed without error, and inline ones."""
        for key, world in self.worlds.items():
            settle(world)
            assert self.visible(key) == {user.id for user in world.state.recipients()}

    @invariant()
    def nothing_leaks(self) -> None:
        """No user and no operation of one key is seen by the other."""
        for key, other in (KEYS, KEYS[::-1]):
            assert {key} >= {user.properties["world"] for user in self.worlds[key].state.recipients()}
            for operation_id in self.known[key].seen:
                with pytest.raises(ResourceMissing):
                    read_operation(self.worlds[other], operation_id, is_poll=False)

    def has_operations(self) -> bool:
        """Tell whether there is an operation in any world."""
        return any(known.seen for known in self.known.values())

    def choose(self, data: st.DataObject) -> tuple[str, str]:
        """Draw an operation and the key it belongs to."""
        found = [(key, operation_id) for key, known in self.known.items() for operation_id in known.seen]
        return data.draw(st.sampled_from(found))

    def look(self, key: str, operation_id: str) -> Snapshot:
        """Return an operation as it stands, without a poll."""
        return read_operation(self.worlds[key], operation_id, is_poll=False)[1]

    def visible(self, key: str) -> set[str]:
        """Return the users that should be there: of the rows that were processed without error, and inline ones."""
        found = set(self.known[key].inline)
        for record in self.worlds[key].state.operations():
            snapshot = self.look(key, record.operation.id)
            good = set(range(snapshot.processed_rows)) - set(snapshot.error_rows)
            found |= {record.operation.rows[row]["id"] for row in good}
        return found


Worlds.TestCase.settings = settings(stateful_step_count=30)
TestWorlds = Worlds.TestCase
"""Whatever is done in whatever order: counts add up, no status goes back, nothing leaks, users are there when due."""
