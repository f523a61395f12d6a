"""`mock-knock gauntlet`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mock_knock.arazzo.inputs import declared_inputs
from mock_knock.commands.arguments import read_inputs, read_reports
from mock_knock.commands.configured import ConfiguredCommand
from mock_knock.commands.reporting import STDOUT, check_reports, write_report
from mock_knock.commands.seconds import Seconds
from mock_knock.errors import InvalidDocument, UsageError
from mock_knock.files import read_document
from mock_knock.flows import open_flow
from mock_knock.gauntlets import CommandClient, choose_ordeals, flow_client
from mock_knock.harness.gauntlet import RANKS, Cell, Client, GauntletResult, Ordeal, run_gauntlet, worse_cells
from mock_knock.harness.run_settings import RunSettings
from mock_knock.messages import JsonValue
from mock_knock.report.gauntlet.gauntlet_events import render_ndjson
from mock_knock.report.gauntlet.gauntlet_html import render_html
from mock_knock.report.gauntlet.gauntlet_json import FORMAT, render_json
from mock_knock.report.gauntlet.gauntlet_junit import render_junit
from mock_knock.report.gauntlet.gauntlet_summary import render_summary
from mock_knock.report.gauntlet.gauntlet_terminal import render_matrix
from mock_knock.report.gauntlet.matrix_svg import render_matrix_svg
from mock_knock.report.style import Style

FLOW_SECONDS, COMMAND_SECONDS, MAX_SECONDS = 300.0, 30.0, 3_600.0
MAX_JOBS = 64

_RENDER: Mapping[str, Callable[[GauntletResult, Sequence[Cell]], str]] = {
    "json": lambda result, _: render_json(result),
    "junit": render_junit,
    "html": lambda result, _: render_html(result),
    "svg": lambda result, _: render_matrix_svg(result),
    "ndjson": render_ndjson,
    "summary": render_summary,
}


@dataclass(frozen=True, slots=True)
class Arguments:
    """The command line as click read it; of the client a command has several words."""

    client: tuple[str, ...]
    is_command: bool
    inputs_file: str | None
    inputs: tuple[str, ...]
    faults: tuple[str, ...]
    tags: tuple[str, ...]
    jobs: int | None
    timeout: float | None
    seed: int
    baseline: str | None
    reports: tuple[str, ...]


class CommandAfterDashes(ConfiguredCommand):
    """Notes whether a command line has `--`: what comes after it is a command, and no flow."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments."""
        ctx.meta["is_command"] = "--" in args
        words = args[args.index("--") + 1 :] if "--" in args else []
        left = super().parse_args(ctx, args)
        if words and not ctx.resilient_parsing and list(ctx.params["client"]) != words:
            hint = "take out what stands before --, or the command"
            raise UsageError("client-unclear", "a gauntlet is for one flow, or for a command after --", hint=hint)
        return left


@click.command("gauntlet", cls=CommandAfterDashes, short_help="Let a client meet every fault, and judge it.")
@click.argument("client", nargs=-1, required=True, metavar="FLOW | -- COMMAND...")
@click.option("--inputs", "inputs_file", metavar="NAME|FILE", help="Inputs of the flow as YAML or JSON.")
@click.option("--input", "inputs", multiple=True, metavar="K=V|K=env:NAME", help="One input; repeatable.")
@click.option("--fault", "faults", multiple=True, metavar="NAME", help="Only this fault; repeatable.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only faults of this kind; repeatable.")
@click.option(
    "--jobs", type=click.IntRange(1, MAX_JOBS), help="Cells at once. [default: 1 for a flow, 4 a core for a command]"
)
@click.option(
    "--timeout",
    type=Seconds(MAX_SECONDS, above_zero=True),
    metavar="S",
    help=f"Seconds of a cell. [default: {FLOW_SECONDS:g} on the flow's own clock, {COMMAND_SECONDS:g} for a command]",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Feeds what faults leave to chance.")
@click.option("--baseline", metavar="FILE", help="An earlier JSON report: fail only where a cell got worse.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="KIND=PATH",
    help=f"Write a report: {', '.join(_RENDER)}; - is stdout. Repeatable; summary is added to its file.",
)
@click.pass_context
def command(context: click.Context, /, **given: Any) -> int:
    """Let a flow or a command meet each fault once, each time on a fresh fake, and say what became of it.

    The fake knows what truly happened: a client that says success although it did harm is silent, the worst there is.
    A command gets KNOCK_BASE_URL and KNOCK_API_KEY, and says success by its exit code.

    \b
    mock-knock gauntlet bulk-identify-users-notify --inputs bulk-identify-users-notify
    mock-knock gauntlet --tag bulk --report html=gauntlet.html -- python my_client.py
    """  # noqa: D301  # click asks for a real \b
    return execute(Arguments(is_command=context.meta["is_command"], **given))


def execute(arguments: Arguments) -> int:
    """Run the gauntlet, write the reports and return the exit code: 1 when there are cells to look at."""
    reports = read_reports(arguments.reports, tuple(_RENDER))
    check_reports(reports)
    baseline = _read_baseline(arguments.baseline)
    ordeals = choose_ordeals(arguments.faults, arguments.tags)
    client, jobs = _client(arguments), arguments.jobs or (4 * (os.cpu_count() or 1) if arguments.is_command else 1)
    result = _run(client, ordeals, arguments.seed, jobs)
    worse = worse_cells(result, baseline)
    for kind, path in reports:
        write_report(kind, path, _RENDER[kind](result, worse))
    is_taken = any(path == STDOUT for _, path in reports)
    stream = sys.stderr if is_taken else sys.stdout
    click.echo(render_matrix(result, worse, Style(stream.isatty())), nl=False, err=is_taken)
    return 1 if worse else 0


def _client(arguments: Arguments) -> Client:
    if arguments.is_command:
        if arguments.inputs_file or arguments.inputs:
            hint = "give the command its arguments itself"
            raise UsageError("inputs-without-flow", "--inputs and --input are for flows", hint=hint)
        return CommandClient(arguments.client, arguments.timeout or COMMAND_SECONDS, arguments.seed)
    if len(arguments.client) > 1:
        hint = "put -- before a command, like `mock-knock gauntlet -- python my_client.py`"
        raise UsageError("client-unclear", "a gauntlet is for one flow, or for a command after --", hint=hint)
    flow = open_flow(arguments.client[0])
    declared = declared_inputs(flow.choose_workflow(None))
    inputs = read_inputs(arguments.inputs_file, arguments.inputs, declared=declared)
    settings = RunSettings(timeout=arguments.timeout or FLOW_SECONDS)
    return flow_client(flow, inputs.values, settings=settings, seed=arguments.seed)


def _run(client: Client, ordeals: Sequence[Ordeal], seed: int, jobs: int) -> GauntletResult:
    with click.progressbar(
        length=len(ordeals) + 1, label="faults", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as progress:
        return run_gauntlet(client, ordeals, seed=seed, jobs=jobs, on_cell=lambda _: progress.update(1))


def _read_baseline(path: str | None) -> JsonValue | None:
    if path is None:
        return None
    source = read_document(Path(path))
    found = source.value
    if not isinstance(found, dict) or found.get("format") != FORMAT or not _has_cells(found.get("cells")):
        message, hint = f"this is no report of format {FORMAT}", "write one with `--report json=PATH`"
        raise InvalidDocument("baseline-invalid", message, where=source.display, hint=hint)
    return found


def _has_cells(cells: JsonValue) -> bool:
    """Tell whether something is the cells of a report, as far as they are compared."""
    return isinstance(cells, list) and all(
        isinstance(each, dict)
        and isinstance(each.get("fault"), str)
        and each.get("verdict") in tuple(RANKS)
        and isinstance(each.get("invariants"), list)
        and all(isinstance(name, str) for name in each["invariants"])
        for each in cells
    )
