"""`mock-knock demo`: the main job on bundled fixtures, told in one screen."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import click
import orjson

from mock_knock.commands.arguments import read_inputs
from mock_knock.commands.value_types import Word, demo_names
from mock_knock.files import bundled
from mock_knock.harness.flow import load_flow
from mock_knock.harness.prepare import prepare_run
from mock_knock.harness.result import RunResult, StepResult
from mock_knock.harness.run_settings import Addresses, RunSettings
from mock_knock.harness.runner import run_workflow
from mock_knock.harness.transport import IN_PROCESS_URL, WsgiTransport
from mock_knock.local import FakeOptions, build_fake, load_scenario, shared_clock
from mock_knock.messages import HttpRequest, JsonValue
from mock_knock.report.style import Style

FLOWS = {
    "published flow": "bulk-identify-users-notify.yaml",
    "hardened flow": "bulk-identify-users-notify.hardened.yaml",
}
SITUATIONS = {"the bulk operation completes": None, "the bulk operation fails midway": "fails-midway"}
LABEL, COLUMN = 20, 32

WHY = """\
Why it is dangerous: the published flow has an action for `completed` and one for `queued` or
`processing`. `failed` matches neither, and then the standard says: go on with the next step.
That step is the trigger. Other runners report this run as passed; mock-knock does not.
The hardened flow asks for `completed` without errors and ends on everything else."""

NEXT = """\
More to see:      mock-knock demo endless-poll | double-send | silent-failure | retry-after
See it in full:   mock-knock run bulk-identify-users-notify --inputs bulk-identify-users-notify \\
                    --scenario fails-midway
Your own Knock:   mock-knock"""


@dataclass(frozen=True, slots=True)
class Cell:
    """One flow in one situation: what it did, and what the fake knows to be true."""

    result: RunResult
    runs: Sequence[JsonValue]
    operation_status: str

    @property
    def notified(self) -> int:
        """How many triggers the fake accepted."""
        return len(self.runs)

    @property
    def is_harmful(self) -> bool:
        """Whether somebody was notified of an identify that had not completed."""
        return self.notified > 0 and self.operation_status != "completed"

    def polls(self) -> list[str]:
        """Return the status that each poll read."""
        return [str(step.outputs.get("bulkStatus")) for step in self._steps("pollBulkOperation")]

    def answer(self, step_id: str) -> str:
        """Return the HTTP status of a step, or that it was not called."""
        statuses = [str(step.exchange.response.status) for step in self._steps(step_id) if step.exchange.response]
        return ", ".join(statuses) or "not called"

    def verdict(self) -> str:
        """Say in a few words what happened to people."""
        if self.is_harmful:
            return "people notified all the same"
        return "people notified" if self.notified else "nobody notified"

    def _steps(self, step_id: str) -> list[StepResult]:
        return [step for step in self.result.steps if step.step_id == step_id]


@click.command("demo", short_help="Show the main job in one screen, or what a fault does.")
@click.argument("name", required=False, metavar="[NAME]", type=Word(demo_names))
def command(name: str | None) -> int:
    """Run the published flow and the hardened one against a fake, side by side; or let two clients meet a fault.

    NAME is one of endless-poll, double-send, silent-failure and retry-after. Each takes a moment, and none waits. Exit
    code 0 when the demonstration showed what it promises.

    \b
    mock-knock demo
    mock-knock demo double-send
    """  # noqa: D301  # click asks for a real \b
    if name is None:
        return show_flows()
    from mock_knock.commands.demo_faults import show_fault  # noqa: PLC0415  # the other demo does not need it

    return show_fault(name)


def show_flows() -> int:
    """Show what two flows do when a bulk operation completes and when it fails; return the exit code."""
    table = {
        situation: [run_cell(file, scenario) for file in FLOWS.values()] for situation, scenario in SITUATIONS.items()
    }
    click.echo("\n".join(_lines(table, Style(sys.stdout.isatty()))))
    (completed, hardened_completed), (failed, hardened_failed) = table.values()
    kept = (
        completed.notified == 1 and not completed.is_harmful,
        hardened_completed.notified == 1 and not hardened_completed.is_harmful,
        failed.is_harmful and any(finding.code == "guard-bypassed" for finding in failed.result.errors),
        hardened_failed.notified == 0,
    )
    return 0 if all(kept) else 1


def run_cell(file: str, scenario: str | None) -> Cell:
    """Run a bundled flow with the bundled inputs against a fresh fake."""
    flow = load_flow(bundled("arazzo", file), working_directory=Path.cwd())
    inputs = read_inputs("bulk-identify-users-notify", ())
    clock = shared_clock()
    fake = build_fake(FakeOptions(scenario=load_scenario(scenario)), clock=clock.clock)
    transport, settings = WsgiTransport(fake.application), RunSettings()
    prepared = prepare_run(flow, flow.choose_workflow(None), Addresses(IN_PROCESS_URL), settings)
    result = run_workflow(prepared, inputs, transport=transport, clock=clock, settings=settings)
    state = transport.send(HttpRequest("GET", f"{IN_PROCESS_URL}/_mock/state"), timeout=1).response
    facts = orjson.loads(state.body) if state else {}
    return Cell(result, facts["workflow_runs"], facts["bulk_operations"][0]["status"])


def _lines(table: dict[str, list[Cell]], style: Style) -> Iterator[str]:
    yield "Three users are identified in bulk, then the workflow `welcome` is triggered for them.\n"
    yield style.bold((" " * LABEL + "".join(f"{name:<{COLUMN}}" for name in FLOWS)).rstrip())
    for situation, cells in table.items():
        yield style.bold(situation)
        yield _row("  bulkIdentify", [cell.answer("bulkIdentify") for cell in cells])
        for number, polls in enumerate(zip_longest(*(cell.polls() for cell in cells), fillvalue="")):
            yield _row("  pollBulkOperation" if number == 0 else "", polls)
        yield _row("  triggerWorkflow", [cell.answer("triggerWorkflow") for cell in cells])
        marks = (style.bad("✗") if cell.is_harmful else style.good("✓") for cell in cells)
        verdicts = (f"{mark} {cell.verdict():<{COLUMN - 2}}" for mark, cell in zip(marks, cells, strict=True))
        yield (" " * LABEL + "".join(verdicts)).rstrip() + "\n"
    yield WHY + "\n"
    yield NEXT


def _row(label: str, values: Sequence[str]) -> str:
    return (f"{label:<{LABEL}}" + "".join(f"{value:<{COLUMN}}" for value in values)).rstrip()
