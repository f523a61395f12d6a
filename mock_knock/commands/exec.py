"""`mock-knock exec`."""

from __future__ import annotations

import logging
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mock_knock.commands.configured import ConfiguredCommand
from mock_knock.commands.fake_log import logging_on_stderr
from mock_knock.commands.fake_options import FakeArguments, fake_options
from mock_knock.commands.overheard import Overheard
from mock_knock.commands.value_types import STREAM
from mock_knock.files import check_writable, write_text
from mock_knock.harness.called import CallReport
from mock_knock.harness.foreground import ForegroundCommand
from mock_knock.local import build_fake
from mock_knock.report.called.called_json import render_called_json
from mock_knock.report.called.called_text import render_called_text
from mock_knock.report.style import Style
from mock_knock.web.guard import AccessRules, default_key
from mock_knock.web.server import open_server

HOST = "127.0.0.1"
Reports = tuple[tuple[str, str], ...]
"""Kind and path of each report; the path `-` is stderr."""

_RENDER: Mapping[str, Callable[[CallReport, Style], str]] = {
    "text": render_called_text,
    "json": lambda report, _: render_called_json(report),
}


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the command line says; the names are those of its options."""

    words: tuple[str, ...]
    port: int
    fake: FakeArguments
    is_logged: bool
    reports: tuple[str, ...]


@click.command(
    "exec",
    cls=ConfiguredCommand,
    context_settings={"allow_interspersed_args": False},
    short_help="Run a command with a fake Knock of its own.",
)
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
@click.option("--port", default=0, show_default=True, type=click.IntRange(0, 65_535), help="Port; 0 takes a free one.")
@fake_options
@click.option("--log", "is_logged", is_flag=True, help="Show each request in a masked line on stderr.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="KIND=PATH",
    help="What was called, as text or json; - is stderr, as stdout belongs to the command.",
)
def command(**given: Any) -> int:
    """Run a command while a fake Knock listens on a free port, and end with its exit code.

    The command gets KNOCK_BASE_URL and KNOCK_API_KEY; its streams and signals are its own. The exit code is 128 more
    than the signal that ended it, 127 when there is no such command, 126 when it cannot be executed.

    \b
    mock-knock exec -- pytest
    mock-knock exec --seed example --report text=- -- npm test
    """  # noqa: D301  # click asks for a real \b
    return execute(Arguments(fake=FakeArguments.take(given), **given))


def execute(arguments: Arguments) -> int:
    """Run the command, write the reports and return its exit code."""
    reports = _read_reports(arguments.reports) if arguments.reports else ()
    options = arguments.fake.options(AccessRules(frozenset(arguments.fake.api_keys)))
    access, application = options.access, Overheard(build_fake(options).application)
    server = open_server(application, host=HOST, port=arguments.port)
    key = arguments.fake.api_keys[0] if arguments.fake.api_keys else default_key(access)
    running = ForegroundCommand(arguments.words, {"KNOCK_BASE_URL": server.url, "KNOCK_API_KEY": key})
    with logging_on_stderr(logging.INFO if arguments.is_logged else logging.WARNING):
        code = running.run(server.run, server.stop)
    if reports:
        _write(application.report(access, shlex.join(arguments.words), code), reports)
    return code


def _read_reports(values: tuple[str, ...]) -> Reports:
    from mock_knock.commands.arguments import read_reports  # noqa: PLC0415  # it comes with all that runs flows

    reports = read_reports(values, tuple(_RENDER))
    for _, path in reports:
        if path != STREAM:
            check_writable(Path(path))
    return reports


def _write(report: CallReport, reports: Reports) -> None:
    for kind, path in reports:
        if path == STREAM:
            click.echo(_RENDER[kind](report, Style(sys.stderr.isatty())), nl=False, err=True)
        else:
            write_text(Path(path), _RENDER[kind](report, Style()))
