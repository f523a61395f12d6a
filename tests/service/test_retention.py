"""How long runs and messages can be read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mock_knock.domain.filters import MessageFilter, RunFilter
from mock_knock.domain.pages import PageRequest
from mock_knock.domain.seed_format import parse_seed
from mock_knock.domain.workflow_run import RETENTION
from mock_knock.service import ResourceMissing
from mock_knock.service.runs import list_messages, list_runs, read_message, read_run, trigger_workflow
from tests.service.small_world import KEY, new_knock

DAY = timedelta(days=1).total_seconds()


def test_a_run_that_waits() -> None:
    """A run that is not over can be read however long it waits."""
    workflow = {"key": "welcome", "steps": [{"channel": "in_app_feed"}, {"delay": 40 * DAY}]}
    world = new_knock(seed=parse_seed({"version": 1, "workflows": [workflow]})).world(KEY)
    (recipient_run,) = trigger_workflow(world, "welcome", {"recipients": [{"id": "ada"}]}).recipient_runs
    world.clock.advance(31 * DAY)
    assert "paused" == read_run(world, recipient_run.id).status
    assert () == tuple(list_messages(world, MessageFilter(), PageRequest()).entries)
    world.clock.advance(9 * DAY)
    assert "completed" == read_run(world, recipient_run.id).status


def test_thirty_days() -> None:
    """Runs and messages are gone thirty days after the last that happened to them (FACTS 5.2)."""
    workflow = {"key": "welcome", "steps": [{"channel": "in_app_feed"}, {"delay": DAY}]}
    world = new_knock(seed=parse_seed({"version": 1, "workflows": [workflow]})).world(KEY)
    (recipient_run,) = trigger_workflow(world, "welcome", {"recipients": [{"id": "ada"}]}).recipient_runs
    (message,) = list_messages(world, MessageFilter(), PageRequest()).entries
    world.clock.advance(RETENTION.total_seconds() - 1)
    assert message == read_message(world, message.id)
    world.clock.advance(1)
    assert () == tuple(list_messages(world, MessageFilter(), PageRequest()).entries)
    with pytest.raises(ResourceMissing):
        read_message(world, message.id)
    assert 1 == len(list_runs(world, RunFilter(), PageRequest()).entries)
    world.clock.advance(DAY)
    assert () == tuple(list_runs(world, RunFilter(), PageRequest()).entries)
    with pytest.raises(ResourceMissing):
        read_run(world, recipient_run.id)
