"""`mock-knock run`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import click

from mock_knock.arazzo.inputs import declared_inputs
from mock_knock.commands.addresses import guard_live, read_servers
from mock_knock.commands.arguments import REPORT_KINDS, read_inputs, read_reports, read_severities
from mock_knock.commands.configured import ConfiguredCommand
from mock_knock.commands.flow_options import allow_root_option, dialect_option, severity_option
from mock_knock.commands.reporting import (
    Progress,
    check_reports,
    invalid_result,
    show_preview,
    show_result,
    write_reports,
)
from mock_knock.commands.seconds import Seconds
from mock_knock.errors import InvalidDocument, UsageError
from mock_knock.flows import MOCK, meet, open_flow
from mock_knock.harness.addresses import check_servers, find_addresses
from mock_knock.harness.inputs import Inputs
from mock_knock.harness.masking import mask_result
from mock_knock.harness.prepare import Prepared, prepare_run
from mock_knock.harness.result import RunResult
from mock_knock.harness.run_settings import NetworkSettings, RunSettings
from mock_knock.harness.runner import INTERRUPTED, run_workflow


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
    dry_run: bool
    max_depth: int
    proxy: str | None
    ca_bundle: str | None
    client_certificate: str | None
    insecure: bool

    @property
    def is_in_process(self) -> bool:
        """Whether the flow meets a fake in this process."""
        return self.target == MOCK

    def network(self) -> NetworkSettings:
        """Return how connections are made; raises UsageError where they do not apply."""
        network = NetworkSettings(self.proxy, self.ca_bundle, self.client_certificate, is_insecure=self.insecure)
        if self.is_in_process and network != NetworkSettings():
            hint = "name a target, such as --target https://api.example.com"
            what = "--proxy, --ca-bundle, --client-certificate and --insecure have no effect on --target mock"
            raise UsageError("network-without-target", what, hint=hint)
        return network

    def settings(self) -> RunSettings:
        """Return what the runner wants to know; raises UsageError for a severity that does not exist."""
        return RunSettings(
            dialect=self.dialect,
            contract=self.contract,
            severities=read_severities(self.severities),
            poll_interval=self.poll_interval,
            max_steps=self.max_steps,
            max_visits=self.max_visits,
            max_depth=self.max_depth,
            timeout=self.timeout,
        )


@click.command("run", cls=ConfiguredCommand, short_help="Run an Arazzo flow and judge every message.")
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
@dialect_option
@click.option(
    "--contract",
    default="fail",
    show_default=True,
    type=click.Choice(["fail", "warn", "off"]),
    help="What a contract violation does to the exit code.",
)
@severity_option
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="KIND=PATH",
    help=f"Write a report: {', '.join(REPORT_KINDS)}; - is stdout. Repeatable; summary is added to its file.",
)
@click.option(
    "--poll-interval", default=0.5, show_default=True, type=Seconds(), metavar="S", help="Seconds between polls."
)
@click.option("--max-steps", default=1_000, show_default=True, type=click.IntRange(1), help="Budget of requests.")
@click.option("--max-visits", default=200, show_default=True, type=click.IntRange(1), help="Budget of one step.")
@click.option(
    "--max-depth", default=32, show_default=True, type=click.IntRange(1), help="Budget of workflows in workflows."
)
@click.option(
    "--timeout",
    default=300.0,
    show_default=True,
    type=Seconds(above_zero=True),
    metavar="S",
    help="Budget of seconds.",
)
@allow_root_option
@click.option("--dry-run", is_flag=True, help="Show the requests that would be sent; send nothing.")
@click.option("--proxy", metavar="URL", help="Send through this proxy.")
@click.option("--ca-bundle", metavar="FILE", help="Certificates to trust, in PEM.")
@click.option("--client-certificate", metavar="FILE[,KEY]", help="Certificate to show, in PEM.")
@click.option("--insecure", is_flag=True, allow_from_autoenv=False, help="Do not check the certificate of the target.")
@click.option(
    "--live", is_flag=True, allow_from_autoenv=False, help="Send beyond this machine: real people may be notified."
)
def command(**given: Any) -> int:
    """Run the Arazzo document FLOW and judge every message by its OpenAPI descriptions.

    Without --target the flow meets a fake in this process, on a clock of its own: waiting takes no time. FLOW, inputs
    and scenario are files or names of bundled ones.

    \b
    mock-knock run bulk-identify-users-notify --inputs bulk-identify-users-notify
    mock-knock run flow.yaml --inputs in.yaml --target http://127.0.0.1:4010 --report json=-
    mock-knock run flow.yaml --inputs in.yaml --report html=run.html
    """  # noqa: D301  # click asks for a real \b
    return execute(Arguments(**given))


def execute(arguments: Arguments) -> int:
    """Run a flow, write the reports and return the exit code."""
    reports = read_reports(arguments.reports)
    check_reports(reports)
    if arguments.dry_run:
        return _preview(arguments)
    try:
        result = mask_result(_run(arguments))
    except InvalidDocument as error:
        write_reports(invalid_result(arguments.flow, error), reports)
        raise
    contract_counts = arguments.contract == "fail"
    write_reports(result, reports, contract_counts=contract_counts)
    show_result(result, reports, contract_counts=contract_counts, is_in_process=arguments.is_in_process)
    if any(finding.code == INTERRUPTED for finding in result.findings):
        raise KeyboardInterrupt
    return result.exit_code(contract_counts=contract_counts)


def _prepare(arguments: Arguments) -> tuple[Prepared, Inputs]:
    settings, addresses = arguments.settings(), find_addresses(arguments.target, read_servers(arguments.servers))
    flow = open_flow(arguments.flow, allow_roots=[Path(root) for root in arguments.allow_roots])
    check_servers(flow, addresses)
    workflow = flow.choose_workflow(arguments.workflow_id)
    inputs = read_inputs(arguments.inputs_file, arguments.inputs, declared=declared_inputs(workflow))
    return prepare_run(flow, workflow, addresses, settings), inputs


def _run(arguments: Arguments) -> RunResult:
    prepared, inputs = _prepare(arguments)
    if not arguments.is_in_process:
        guard_live(prepared, is_live=arguments.live)
    meeting = meet(arguments.target, arguments.scenario, network=arguments.network())
    with Progress() as progress:
        result = run_workflow(
            prepared,
            inputs,
            transport=meeting.transport,
            clock=meeting.clock,
            settings=arguments.settings(),
            seed=meeting.seed,
            on_step=progress.show,
        )
    return result.against(meeting.name)


def _preview(arguments: Arguments) -> int:
    """Show what would be sent; nothing is."""
    if arguments.reports:
        hint = "take --report out, or --dry-run"
        raise UsageError("report-without-run", "--dry-run has no result to report", hint=hint)
    from mock_knock.harness.preview import preview_run  # noqa: PLC0415  # no run needs it

    prepared, inputs = _prepare(arguments)
    show_preview(preview_run(prepared, inputs, arguments.settings()))
    return 0
