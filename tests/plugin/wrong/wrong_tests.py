"""Tests that fail on purpose: how each of them is told is a golden file beside this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mock_knock import KnockWorld

Trigger = Callable[..., Any]
FLOW = "bulk-identify-users-notify"
INPUTS = {"users": [{"id": "dr_grant"}], "recipientIds": ["dr_grant"], "workflowKey": "welcome"}


@pytest.fixture
def trigger(knock_client: Any) -> Trigger:
    """Return what triggers a workflow for recipients, with the official SDK."""

    def run(workflow: str, *recipients: str, **members: Any) -> None:
        knock_client.workflows.trigger(workflow, recipients=[*recipients], **members)

    return run


def test_data_value(knock: KnockWorld, trigger: Trigger) -> None:
    """One value is another."""
    trigger("welcome", "dr_grant", data={"x": 2})
    knock.assert_triggered("welcome", recipient="dr_grant", data={"x": 1})


def test_nested_data(knock: KnockWorld, trigger: Trigger) -> None:
    """Two values deep inside are others."""
    trigger("welcome", "dr_grant", data={"order": {"id": 7, "items": [{"sku": "amber"}, {"sku": "egg"}]}, "at": "noon"})
    items = [{"sku": "amber"}, {"sku": "raptor"}]
    knock.assert_triggered("welcome", data={"order": {"id": "7", "items": items}})


def test_missing_member(knock: KnockWorld, trigger: Trigger) -> None:
    """A value is not there at all."""
    trigger("welcome", "dr_grant", data={"plan": "trial"})
    knock.assert_triggered("welcome", data={"plan": "trial", "ends_at": "2030-01-01"})


def test_recipient(knock: KnockWorld, trigger: Trigger) -> None:
    """Others were notified."""
    trigger("welcome", "dr_sattler", "dr_malcolm")
    knock.assert_triggered("welcome", recipient="dr_grant")


def test_workflow(knock: KnockWorld, trigger: Trigger) -> None:
    """The workflow has another key."""
    trigger("welcome-v2", "dr_grant")
    knock.assert_triggered("welcome", recipient="dr_grant")


def test_twice(knock: KnockWorld, trigger: Trigger) -> None:
    """It was triggered twice in place of once."""
    for _ in range(2):
        trigger("welcome", "dr_grant")
    knock.assert_triggered("welcome", recipient="dr_grant", times=1)


def test_repeated(knock: KnockWorld, trigger: Trigger) -> None:
    """The second trigger repeats the idempotency key of the first."""
    for _ in range(2):
        trigger("welcome", "dr_grant", idempotency_key="visit-1")
    knock.assert_triggered("welcome", recipient="dr_grant", times=2)


def test_nothing(knock: KnockWorld) -> None:
    """Nobody asked for anything."""
    knock.assert_triggered("welcome", recipient="dr_grant", data={"x": 1})


@pytest.mark.knock(scenario="workflow-missing")
def test_refused(knock: KnockWorld, trigger: Trigger) -> None:
    """The trigger was refused."""
    with pytest.raises(Exception, match="404"):
        trigger("welcome", "dr_grant")
    knock.assert_triggered("welcome", recipient="dr_grant")


def test_should_not_have_been(knock: KnockWorld, trigger: Trigger) -> None:
    """It was triggered, and was not to be."""
    trigger("welcome", "dr_grant")
    knock.assert_not_triggered("welcome", recipient="dr_grant")


def test_not_requested(knock: KnockWorld, knock_client: Any) -> None:
    """A user was identified under another id."""
    knock_client.users.update("dr_grant", name="Alan Grant")
    knock.assert_requested("identifyUser", user="dr_sattler", times=2)


def test_order(knock: KnockWorld, knock_client: Any, trigger: Trigger) -> None:
    """They came the other way round."""
    trigger("welcome", "dr_grant")
    knock_client.users.update("dr_grant", name="Alan Grant")
    knock.assert_in_order("identifyUser", {"operation": "triggerWorkflow", "workflow": "welcome"})


def test_order_without_the_first(knock: KnockWorld, trigger: Trigger) -> None:
    """What was to come first did not come."""
    trigger("welcome", "dr_grant")
    knock.assert_in_order("identifyUser", "triggerWorkflow")


def test_harm(knock: KnockWorld, knock_client: Any, trigger: Trigger) -> None:
    """People were notified before their batch was complete."""
    knock_client.users.bulk.identify(users=[{"id": "dr_grant"}])
    trigger("welcome", "dr_grant")
    knock.assert_no_harm()


def test_wait(knock: KnockWorld, trigger: Trigger) -> None:
    """What is waited for does not come."""
    trigger("goodbye", "dr_grant")
    knock.wait_for("triggerWorkflow", workflow="welcome", timeout=0.05)


def test_wait_until(knock: KnockWorld) -> None:
    """What is waited for does not become true."""
    knock.wait_until(lambda: "dr_grant" in knock.users, timeout=0.05)


@pytest.mark.knock(scenario="fails-midway")
def test_flow(knock: KnockWorld) -> None:
    """A flow goes on although its batch has failed."""
    knock.run_flow(FLOW, INPUTS)


@pytest.mark.knock(scenario="503-once")
def test_flow_that_fails(knock: KnockWorld) -> None:
    """A flow fails at a step."""
    knock.run_flow(FLOW, INPUTS)


def test_flow_without_inputs(knock: KnockWorld) -> None:
    """A flow cannot be run."""
    knock.run_flow(FLOW, {"users": [{"id": "dr_grant"}]})


def test_fault_that_is_unknown(knock: KnockWorld) -> None:
    """A name is mistyped."""
    knock.fault("503-onec")


def test_fault_that_cannot_be(knock: KnockWorld) -> None:
    """A member is mistyped."""
    knock.fault(on="triggerWorkflow", do={"statsu": 503})
