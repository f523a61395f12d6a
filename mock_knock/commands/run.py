"""`mock-knock run`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import click

from mock_knock.arazzo.document import Workflow
from mock_knock.commands.arguments import read_inputs, read_reports, read_servers, read_severities
from mock_knock.errors import InvalidDocument, UsageError
from mock_knock.files import find_bundled, write_text
from mock_knock.harness.flow import Inputs, load_flow
from mock_knock.harness.masking import mask_result, secrets_of
from mock_knock.harness.options import Addresses, RealClock, RunClock, RunOptions
from mock_knock.harness.result import RunResult, StepResult
from mock_knock.harness.prepare import Prepared, prepare_run
from mock_knock.harness.runner import run_workflow
from mock_knock.harness.transport import IN_PROCESS_URL, NetworkTransport, Transport, WsgiTransport, is_loopback
from mock_knock.local import FakeOptions, SharedClock, build_fake, load_scenario
from mock_knock.redact import Redactor
from mock_knock.report.json_report import render_json
from mock_knock.report.style import Style
from mock_knock.report.terminal import render_terminal

STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Arguments:
    """The command line as click read it."""

    flow: str
    target: str
    servers: tuple[str, ...]
    workflow_id: str | None
    inputs_file: str | None
    inputs: tuple[str, ...]
    scenario: str | None
    dialect: Literal["lenient", "strict"]
    contract: Literal["fail", "warn", "off"]
    severities: tuple[str, ...]
    reports: tuple[str, ...]
    poll_interval: float
    max_steps: int
    max_visits: int
    timeout: float
    allow_roots: tuple[str, ...]
    live: bool

    @property
    def is_in_process(self) -> bool:
        """Whether the flow meets a fake in this process."""
        return self.target == "mock"

    def options(self) -> RunOptions:
        """Return what the runner wants to know; raises UsageError for a severity that does not exist."""
        return RunOptions(
            dialect=self.dialect,
            contract=self.contract,
            severities=read_severities(self.severities),
            poll_interval=self.poll_interval,
            max_steps=self.max_steps,
            max_visits=self.max_visits,
            timeout=self.timeout,
        )

    def addresses(self) -> Addresses:
        """Return where requests go; raises UsageError for something that is not an address."""
        servers = read_servers(self.servers)
        match self.target:
            case "mock":
                return Addresses(IN_PROCESS_URL, servers)
            case "described":
                return Addresses(None, servers)
            case url if url.startswith(("http://", "https://")):
                return Addresses(url, servers)
        hint = "use mock, described or an address such as http://127.0.0.1:4010"
        raise UsageError("target-unknown", f"'{self.target}' is not a target", hint=hint)


@click.command("run", short_help="Run an Arazzo flow and judge every message.")
@click.argument("flow", metavar="FLOW")
@click.option("--target", default="mock", show_default=True, metavar="mock|described|URL", help="Where requests go.")
@click.option(
    "--server", "servers", multiple=True, metavar="NAME=URL", help="Where those of one source go; repeatable."
)
@click.option("--workflow", "workflow_id", metavar="ID", help="Which workflow, when there are several.")
@click.option("--inputs", "inputs_file", metavar="NAME|FILE", help="Inputs as YAML or JSON.")
@click.option(
    "--input", "inputs", multiple=True, metavar="K=V|K=env:NAME", help="One input, beats --inputs; repeatable."
)
@click.option("--scenario", metavar="NAME|FILE", help="How the fake of --target mock behaves.")
@click.option(
    "--dialect",
    default="lenient",
    show_default=True,
    type=click.Choice(["lenient", "strict"]),
    help="How to read what the standard does not allow.",
)
@click.option(
    "--contract",
    default="fail",
    show_default=True,
    type=click.Choice(["fail", "warn", "off"]),
    help="What a contract violation does to the exit code.",
)
@click.option(
    "--severity", "severities", multiple=True, metavar="CODE=LEVEL", help="error, warning or note; repeatable."
)
@click.option("--report", "reports", multiple=True, metavar="KIND=PATH", help="Write a report; json=- is stdout.")
@click.option(
    "--poll-interval", default=0.5, show_default=True, type=click.FloatRange(0), help="Seconds between polls."
)
@click.option("--max-steps", default=1_000, show_default=True, type=click.IntRange(1), help="Budget of requests.")
@click.option("--max-visits", default=200, show_default=True, type=click.IntRange(1), help="Budget of one step.")
@click.option(
    "--timeout", default=300.0, show_default=True, type=click.FloatRange(0, min_open=True), help="Budget of seconds."
)
@click.option("--allow-root", "allow_roots", multiple=True, metavar="DIR", help="Let FLOW read files below it.")
@click.option("--live", is_flag=True, help="Send beyond this machine: real people may be notified.")
def command(**given: Any) -> int:
    """Run the Arazzo document FLOW and judge every message by its OpenAPI descriptions.

    Without --target the flow meets a fake in this process, on a clock of its own: waiting takes no time. FLOW, inputs
    and scenario are files or names of bundled ones.

    \b
    mock-knock run bulk-identify-users-notify --inputs bulk-identify-users-notify
    mock-knock run flow.yaml --inputs in.yaml --target http://127.0.0.1:4010 --report json=-
    """  # noqa: D301  # click asks for a real \b
    return execute(Arguments(**given))


def execute(arguments: Arguments) -> int:
    """Run a flow, write the reports and return the exit code."""
    reports = read_reports(arguments.reports)
    try:
        workflow, inputs, result = _run(arguments)
    except InvalidDocument as error:
        _write(RunResult(arguments.flow, "invalid", findings=error.findings), reports)
        raise
    result = mask_result(result, Redactor.with_secrets(secrets_of(workflow, inputs)))
    _write(result, reports)
    is_taken = STDOUT in reports.values()
    stream = sys.stderr if is_taken else sys.stdout
    click.echo(render_terminal(result, Style(stream.isatty())), nl=False, err=is_taken)
    return result.exit_code(contract_counts=arguments.contract == "fail")


def _run(arguments: Arguments) -> tuple[Workflow, Inputs, RunResult]:
    options, addresses = arguments.options(), arguments.addresses()
    flow = load_flow(
        find_bundled("arazzo", arguments.flow) or Path(arguments.flow),
        working_directory=Path.cwd(),
        allow_roots=[Path(root) for root in arguments.allow_roots],
    )
    workflow = flow.choose_workflow(arguments.workflow_id)
    inputs = read_inputs(arguments.inputs_file, arguments.inputs)
    prepared = prepare_run(flow, workflow, addresses, options)
    if not arguments.is_in_process:
        _guard_live(prepared, is_live=arguments.live)
    transport, clock, seed, target = _open_target(arguments)
    with _Progress() as progress:
        result = run_workflow(
            prepared, inputs, transport=transport, clock=clock, options=options, seed=seed, on_step=progress.show
        )
    return workflow, inputs, result.against(target)


def _open_target(arguments: Arguments) -> tuple[Transport, RunClock, int, str]:
    if not arguments.is_in_process:
        if arguments.scenario is not None:
            hint = "give it to `mock-knock serve --scenario`, or use --target mock"
            raise UsageError(
                "scenario-without-fake", "--scenario tells the fake of --target mock how to behave", hint=hint
            )
        return NetworkTransport(), RealClock(), 0, arguments.target
    scenario = load_scenario(arguments.scenario)
    fake = build_fake(FakeOptions(clock="manual", scenario=scenario))
    assert fake.clock is not None  # noqa: S101  # a manual clock was asked for
    name = "" if arguments.scenario is None else f", scenario {scenario.name}"
    return WsgiTransport(fake.application), SharedClock(fake.clock), scenario.seed, f"a fake in this process{name}"


def _guard_live(prepared: Prepared, *, is_live: bool) -> None:
    """Keep requests on this machine unless `--live` was given; then say what will be sent.

    Raises:
        UsageError: `live-not-allowed`.
    """
    away = {step: url for step, url in prepared.servers.items() if not is_loopback(url)}
    if not away:
        return
    sent = [
        f"  {step}: {prepared.operations[step].method} {url}{prepared.operations[step].path}"
        for step, url in away.items()
    ]
    if not is_live:
        hint = "give --live if these requests may really be sent:\n" + "\n".join(sent)
        url = next(iter(away.values()))
        raise UsageError("live-not-allowed", f"{url} is not this machine", hint=hint)
    click.echo("--live: these requests leave this machine:\n" + "\n".join(sent), err=True)


def _write(result: RunResult, reports: Mapping[str, str]) -> None:
    for kind, path in reports.items():
        text = _REPORTS[kind](result)
        if path == STDOUT:
            click.echo(text, nl=False)
        else:
            write_text(Path(path), text)


_REPORTS = {"json": render_json}


class _Progress:
    """Shows the latest step on a terminal while the run lasts."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._print("")

    def show(self, step: StepResult) -> None:
        self._print(f"  {step.step_id} #{step.visit} ...")

    def _print(self, text: str) -> None:
        if self._is_shown:
            click.echo(f"\r\x1b[K{text}", nl=False, err=True)
