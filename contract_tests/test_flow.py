"""The flows, run by the harness over HTTP against the target."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.conftest import Target
from contract_tests.knock_api import KnockApi
from mock_knock.files import bundled
from mock_knock.harness.flow import load_flow
from mock_knock.harness.inputs import Inputs
from mock_knock.harness.network import NetworkTransport
from mock_knock.harness.prepare import prepare_run
from mock_knock.harness.result import RunResult
from mock_knock.harness.run_settings import Addresses, RealClock, RunSettings
from mock_knock.harness.runner import run_workflow

PUBLISHED, HARDENED = "bulk-identify-users-notify.yaml", "bulk-identify-users-notify.hardened.yaml"
pytestmark = pytest.mark.controls  # it notifies people


def run(target: Target, api_key: str, file: str) -> RunResult:
    """Run a bundled flow against the target, polling without delay."""
    flow = load_flow(bundled("arazzo", file), working_directory=Path.cwd())
    settings = RunSettings(poll_interval=0, severities={})
    prepared = prepare_run(flow, flow.choose_workflow(None), Addresses(target.url), settings)
    inputs = {
        "apiKey": api_key,
        "users": [{"id": "ada"}, {"id": "grace"}],
        "recipientIds": ["ada", "grace"],
        "workflowKey": "welcome",
        "data": {"x": 1},
    }
    return run_workflow(prepared, Inputs(inputs), transport=NetworkTransport(), clock=Fast(), settings=settings)


class Fast(RealClock):
    """A clock that does not wait: the fake is moved on by polls."""

    def wait(self, seconds: float) -> None:
        """Wait for nothing."""


@pytest.mark.parametrize("file", [PUBLISHED, HARDENED])
def test_a_good_batch_is_notified(knock: KnockApi, target: Target, file: str) -> None:
    """Both flows identify, poll three times and trigger once; no message breaks the contract."""
    result = run(target, knock.api_key, file)
    assert ["bulkIdentify", *["pollBulkOperation"] * 3, "triggerWorkflow"] == [step.step_id for step in result.steps]
    polled = [step.outputs["bulkStatus"] for step in result.steps[1:4]]
    assert ["queued", "processing", "completed"] == polled
    assert ("success", (), ()) == (result.outcome, result.violations, result.errors)
    (accepted,) = knock.state()["workflow_runs"]
    assert accepted["id"] == result.outputs["workflowRunId"]


def test_the_published_flow_notifies_of_a_failed_identify(knock: KnockApi, target: Target) -> None:
    """After a failed identify the published flow goes on to the trigger, which is an error of the run (FACTS 10)."""
    knock.control("PUT", "/scenario", {"version": 1, "bulk": {"outcome": "failed", "fail_at": "50%"}})
    result = run(target, knock.api_key, PUBLISHED)
    assert ("success", 1) == (result.outcome, result.exit_code())
    assert ["guard-bypassed"] == [finding.code for finding in result.errors]
    assert 1 == len(knock.state()["workflow_runs"])


@pytest.mark.parametrize("bulk", [{"outcome": "failed"}, {"every": 2}])
def test_the_hardened_flow_notifies_nobody(knock: KnockApi, target: Target, bulk: dict[str, object]) -> None:
    """After a failed or a partly failed identify the hardened flow ends without a trigger."""
    knock.control("PUT", "/scenario", {"version": 1, "bulk": bulk})
    result = run(target, knock.api_key, HARDENED)
    assert ("failure", 1) == (result.outcome, result.exit_code())
    assert [] == knock.state()["workflow_runs"]
