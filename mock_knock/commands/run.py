"""`mock-knock run`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import click

from mock_knock.arazzo.document import Workflow
from mock_knock.commands.addresses import check_servers, guard_live, is_address, read_servers
from mock_knock.commands.arguments import read_inputs, read_reports, read_severities, text_inputs
from mock_knock.commands.reporting import Progress, check_reports, invalid_result, show_result, write_reports
from mock_knock.errors import InvalidDocument, UsageError
from mock_knock.files import find_bundled
from mock_knock.harness.flow import Inputs, load_flow
from mock_knock.harness.masking import mask_result, secrets_of
from mock_knock.harness.options import Addresses, RealClock, RunClock, RunOptions
from mock_knock.harness.prepare import prepare_run
from mock_knock.harness.result import RunResult
from mock_knock.harness.runner import INTERRUPTED, run_workflow
from mock_knock.harness.transport import IN_PROCESS_URL, Transport, WsgiTransport
from mock_knock.redact import Redactor

YEAR = 365 * 24 * 3600


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
            case "mock" if servers:
                hint = "add --target described, or name the target itself"
                raise UsageError("server-without-network", "--server has no effect on --target mock", hint=hint)
            case "mock":
                return Addresses(IN_PROCESS_URL)
            case "described":
                return Addresses(None, servers)
            case url if is_address(url):
                return Addresses(url, servers)
        hint = "use mock, described or an address such as http://127.0.0.1:4010"
        raise UsageError("target-unknown", f"'{self.target}' is not a target", hint=hint)


class Seconds(click.FloatRange):
    """A number of seconds that a clock can wait for: at most a year."""

    def __init__(self, *, above_zero: bool = False) -> None:
        super().__init__(0, YEAR, min_open=above_zero)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read a number; NaN, which is neither below nor above anything, is refused here."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number of seconds.", param, ctx)
        return number


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
    "--poll-interval", default=0.5, show_default=True, type=Seconds(), metavar="S", help="Seconds between polls."
)
@click.option("--max-steps", default=1_000, show_default=True, type=click.IntRange(1), help="Budget of requests.")
@click.option("--max-visits", default=200, show_default=True, type=click.IntRange(1), help="Budget of one step.")
@click.option(
    "--timeout",
    default=300.0,
    show_default=True,
    type=Seconds(above_zero=True),
    metavar="S",
    help="Budget of seconds.",
)
@click.option(
    "--allow-root",
    "allow_roots",
    multiple=True,
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="Let FLOW read files below it.",
)
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
    check_reports(reports)
    try:
        workflow, inputs, result = _run(arguments)
    except InvalidDocument as error:
        write_reports(invalid_result(arguments.flow, error), reports)
        raise
    mask = Redactor.with_secrets(secrets_of(workflow, inputs))
    result = mask_result(result.against(mask.url(result.target)), mask)
    write_reports(result, reports)
    show_result(result, reports)
    if any(finding.code == INTERRUPTED for finding in result.findings):
        raise KeyboardInterrupt
    return result.exit_code(contract_counts=arguments.contract == "fail")


def _run(arguments: Arguments) -> tuple[Workflow, Inputs, RunResult]:
    options, addresses = arguments.options(), arguments.addresses()
    flow = load_flow(
        find_bundled("arazzo", arguments.flow) or Path(arguments.flow),
        working_directory=Path.cwd(),
        allow_roots=[Path(root) for root in arguments.allow_roots],
    )
    check_servers(flow, addresses)
    workflow = flow.choose_workflow(arguments.workflow_id)
    inputs = read_inputs(arguments.inputs_file, arguments.inputs, texts=text_inputs(workflow.inputs))
    prepared = prepare_run(flow, workflow, addresses, options)
    if not arguments.is_in_process:
        guard_live(prepared, is_live=arguments.live)
    transport, clock, seed, target = _open_target(arguments)
    with Progress() as progress:
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
        from mock_knock.harness.network import NetworkTransport  # noqa: PLC0415  # a run in process needs no network

        return NetworkTransport(), RealClock(), 0, arguments.target
    from mock_knock.local import FakeOptions, SharedClock, build_fake, load_scenario  # noqa: PLC0415  # a run over the network needs no fake

    scenario = load_scenario(arguments.scenario)
    fake = build_fake(FakeOptions(clock="manual", scenario=scenario))
    assert fake.clock is not None  # noqa: S101  # a manual clock was asked for
    name = "" if arguments.scenario is None else f", scenario {scenario.name}"
    return WsgiTransport(fake.application), SharedClock(fake.clock), scenario.seed, f"a fake in this process{name}"
