"""Running and examining flows from Python."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import mock_knock
from mock_knock import Exchange, HttpRequest, HttpResponse, InvalidDocument, RealClock, RunSettings, UsageError
from mock_knock.files import bundled, read_document

FLOW = "bulk-identify-users-notify"
INPUTS: dict[str, Any] = read_document(bundled("inputs", f"{FLOW}.yaml")).value


def test_a_bundled_flow_against_a_fake() -> None:
    """A flow runs by name against a fake in this process; the result is masked, steps are told as they come."""
    told: list[str] = []
    result = mock_knock.run_flow(FLOW, INPUTS, on_step=lambda step: told.append(step.step_id))
    assert ("success", 0, "a fake in this process") == (result.outcome, result.exit_code(), result.target)
    assert [step.step_id for step in result.steps] == told
    assert INPUTS["apiKey"] not in str(result)
    assert frozenset() == result.secrets


def test_a_scenario() -> None:
    """A scenario says how the fake behaves."""
    result = mock_knock.run_flow(f"{FLOW}.hardened", INPUTS, scenario="fails-midway")
    assert ("failure", "a fake in this process, scenario fails-midway") == (result.outcome, result.target)


def test_a_server(tmp_path: Path) -> None:
    """An address is a target; a loaded flow can be run again and again, and `sleep` is what waiting does."""
    slept: list[float] = []
    flow = mock_knock.open_flow(bundled("arazzo", f"{FLOW}.yaml"), allow_roots=[tmp_path])
    settings = RunSettings(poll_interval=0.01)
    with mock_knock.running() as server:
        for _ in range(2):
            result = mock_knock.run_flow(
                flow, INPUTS, target=server.url, clock=RealClock(sleep=slept.append), settings=settings
            )
            assert "success" == result.outcome
    assert [0.01] * 4 == slept


def test_a_transport_of_ones_own() -> None:
    """A transport takes the place of the network, so nothing leaves, whatever the address."""
    sent: list[HttpRequest] = []

    class Refusing:
        """Answers every request with 403."""

        def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
            assert timeout > 0
            sent.append(request)
            return Exchange(request, HttpResponse(403))

    result = mock_knock.run_flow(FLOW, INPUTS, target="described", transport=Refusing())
    assert ("failure", "described") == (result.outcome, result.target)
    assert ["https://api.knock.app/v1/users/bulk/identify"] == [request.url for request in sent]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"target": "described"}, "live-not-allowed"),
        ({"target": "nowhere"}, "target-unknown"),
        ({"target": "http://127.0.0.1:9", "scenario": "immediate"}, "scenario-without-fake"),
        ({"servers": {"knockUsersApi": "http://127.0.0.1:9"}}, "server-without-network"),
        ({"target": "described", "servers": {"knockUsersApi": "x"}}, "server-unknown"),
        ({"workflow": "other"}, "workflow-unknown"),
        ({"target": "described", "servers": {"knokUsersApi": "http://127.0.0.1:9"}, "live": True}, "server-unknown"),
        ({"transport": object(), "scenario": "immediate"}, "transport-given"),
        ({"transport": object(), "network": mock_knock.NetworkSettings(proxy="http://127.0.0.1:9")}, "transport-given"),
    ],
)
def test_arguments_that_make_no_sense(given: dict[str, Any], code: str) -> None:
    """What cannot be meant is refused with a code before anything is sent."""
    with pytest.raises(UsageError) as refused:
        mock_knock.run_flow(FLOW, INPUTS, **given)
    assert code == refused.value.code


def test_inputs_that_are_missing() -> None:
    """Inputs are checked by the schema of the workflow."""
    with pytest.raises(InvalidDocument) as refused:
        mock_knock.run_flow(FLOW)
    assert {"input-invalid"} == {finding.code for finding in refused.value.findings}


def test_findings_of_a_flow() -> None:
    """Linting names what is wrong in either dialect, for one workflow or all, with severities of one's own."""
    lenient = {finding.code: finding.severity for finding in mock_knock.lint_flow(FLOW)}
    strict = {finding.code: finding.severity for finding in mock_knock.lint_flow(FLOW, dialect="strict")}
    assert ("warning", "error") == (lenient["jsonpath-invalid"], strict["jsonpath-invalid"])
    changed = mock_knock.lint_flow(FLOW, workflow=FLOW, severities={"jsonpath-invalid": "note"})
    assert {"note"} == {finding.severity for finding in changed if finding.code == "jsonpath-invalid"}
    with pytest.raises(UsageError):
        mock_knock.lint_flow(FLOW, workflow="other")


def test_public_names() -> None:
    """Every public name can be imported and is listed; any other is an AttributeError."""
    for name in mock_knock.__all__:
        assert getattr(mock_knock, name) is not None
    assert set(mock_knock.__all__) <= set(dir(mock_knock))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = mock_knock.nothing


OF_QUERIES = "jsonpath regex elementpath xml.etree.ElementTree"
OF_MENDING = "mock_knock.arazzo.repairs.repair mock_knock.files.editing mock_knock.files.outline"
OF_PREVIEWS = "mock_knock.harness.preview mock_knock.report.preview"


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import mock_knock", "click flask requests waitress openapi_core yaml jsonpath elementpath"),
        ("import mock_knock.cli", "flask requests waitress openapi_core yaml jsonpath elementpath"),
        ("import mock_knock.commands.run", f"flask waitress requests {OF_QUERIES} {OF_MENDING} {OF_PREVIEWS}"),
        ("import mock_knock.commands.lint", f"flask waitress requests {OF_QUERIES} {OF_MENDING}"),
        ("import mock_knock.commands.serve", "elementpath requests"),
    ],
)
def test_what_is_not_needed_is_not_imported(code: str, absent: str) -> None:
    """A command imports only what it needs."""
    check = f"{code}\nimport sys\nprint(*sorted({absent.split()!r} & sys.modules.keys()))".replace(
        repr(absent.split()), repr(set(absent.split()))
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, timeout=60)
    assert "" == done.stdout.strip()


def test_an_interrupt_is_passed_on() -> None:
    """Whoever interrupts a run interrupts the program around it too."""

    def stop(_step: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mock_knock.run_flow(FLOW, INPUTS, on_step=stop)


def test_what_is_not_known_cannot_be_talked_down() -> None:
    """A finding that leaves open what would be sent stops the run, whatever severity it is given."""
    flow = mock_knock.open_flow(FLOW)
    steps = [
        replace(each, operation_id="nothing") if each.operation_id else each
        for each in flow.document.workflows[0].steps
    ]
    broken = replace(flow.document.workflows[0], steps=tuple(steps))
    document = replace(flow.document, workflows=(broken,))
    settings = RunSettings(severities={"operation-missing": "note"})
    with pytest.raises(InvalidDocument) as refused:
        mock_knock.run_flow(replace(flow, document=document), INPUTS, settings=settings)
    assert "operation-missing" == refused.value.code
