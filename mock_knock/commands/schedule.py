"""`mock-knock schedule`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import click
import orjson

from mock_knock.commands.configured import ConfiguredCommand
from mock_knock.domain.faults.fault import Fault
from mock_knock.domain.faults.forecast import Foretold, foretell
from mock_knock.domain.matching import RequestPattern
from mock_knock.domain.scenario import Scenario
from mock_knock.local import load_scenario
from mock_knock.redact import Redactor
from mock_knock.report.style import Style
from mock_knock.web.guard import secret_key

MAX_COUNT = 10_000
PER_LINE = 10


@click.command("schedule", cls=ConfiguredCommand, short_help="Tell the first decisions of a scenario.")
@click.argument("scenario", metavar="SCENARIO")
@click.option("--key", default="sk_test_local", show_default=True, metavar="KEY", help="The API key of the client.")
@click.option(
    "--count", default=20, show_default=True, type=click.IntRange(1, MAX_COUNT), help="Requests of each fault."
)
@click.option("--operation", metavar="ID", help="The operation that they ask for. [default: that of the fault]")
@click.option("--seed", type=click.IntRange(0), help="Take another seed than that of the scenario.")
@click.option("--json", "as_json", is_flag=True, help="Print one object with every decision.")
def command(scenario: str, key: str, count: int, operation: str | None, seed: int | None, as_json: bool) -> None:  # noqa: FBT001  # click passes by name
    """Tell what the faults of SCENARIO will do to the first requests of a client.

    Requests are counted by client, so it holds whether the client is alone or one of many. SCENARIO is a file or the
    name of a bundled one.

    \b
    mock-knock schedule 503-twice
    mock-knock schedule chaos.yaml --seed 7 --count 100 --json
    """  # noqa: D301  # click asks for a real \b
    loaded = load_scenario(scenario)
    loaded = loaded if seed is None else replace(loaded, seed=seed)
    foretold = tuple(foretell(loaded, key=secret_key(key), count=count, operation_id=operation))
    if as_json:
        click.echo(_json(loaded.seed, key, foretold))
        return
    style = Style(sys.stdout.isatty())
    for line in _lines(loaded, operation, foretold, style):
        click.echo(style.clean(line))


def _lines(scenario: Scenario, operation: str | None, foretold: Sequence[Foretold], style: Style) -> Iterator[str]:
    yield f"{scenario.name}, seed {scenario.seed}"
    if not scenario.faults:
        yield "it has no faults that are drawn by request: see its `bulk`"
    elif not foretold:
        yield f"none of its faults is about {operation}"
    for fault, decisions in groupby(foretold, key=lambda each: each.fault):
        yield ""
        yield style.bold(f"{fault.id}  on {', '.join(fault.pattern.operations) or 'every operation'}{_limits(fault)}")
        listed = list(decisions)
        for begin in range(0, len(listed), PER_LINE):
            row = listed[begin : begin + PER_LINE]
            marks = " ".join(style.bad("fires") if each.happens else style.dim("    .") for each in row)
            yield f"  {row[0].n:>5}  {marks}"


def _limits(fault: Fault) -> str:
    """Say what else must be so for a fault to happen."""
    when, told = fault.when, []
    if fault.pattern != RequestPattern(fault.pattern.operations):
        told.append("counted among those that fit its `match`")
    if when.after_seconds:
        told.append(f"from {when.after_seconds:g} s on")
    if when.lasting is not None:
        told.append(f"for {when.lasting:g} s")
    if when.per == "resource":
        told.append("counted for each resource")
    if when.until_key_changes:
        told.append("until the API key changes")
    if fault.ttl is not None:
        told.append(f"gone after {fault.ttl:g} s")
    return f"  ({', '.join(told)})" if told else ""


def _json(seed: int, key: str, foretold: Sequence[Foretold]) -> str:
    decisions = [
        {"fault": each.fault.id, "n": each.n, "chance": each.chance, "fires": each.happens} for each in foretold
    ]
    return orjson.dumps({"seed": seed, "key": Redactor().text(key), "decisions": decisions}).decode()
