"""The command line: `mock-knock`."""

from __future__ import annotations

import gc
import importlib
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import click

from mock_knock import __version__
from mock_knock.errors import InvalidDocument, MockKnockError
from mock_knock.redact import Redactor, clean_terminal

INTERRUPTED = 130
USAGE = 2
_GARBAGE_THRESHOLDS = (50_000, 20, 100)
"""How seldom cycles are looked for: the many long-lived objects of modules and documents make each search long."""

COMMANDS = {
    # name: what it does, shown without importing it
    "serve": "Run a local Knock on a port (the default command).",
    "run": "Run an Arazzo flow and judge every request and response.",
    "lint": "Find what is wrong with Arazzo documents, and mend it.",
    "explain": "Tell what the code of a finding means.",
    "gauntlet": "Let a flow or a command meet every fault, and judge it.",
    "state": "Write down, read in and put back what a running fake holds.",
    "schedule": "Tell the first decisions of a scenario before a run.",
    "demo": "Show the main job on bundled fixtures, in one screen.",
}


class LazyGroup(click.Group):
    """Imports the module of a command only when that command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"mock_knock.commands.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mock-knock")
@click.pass_context
def root(context: click.Context) -> None:
    """A local Knock, and a harness that examines Arazzo flows and runs them.

    \b
    mock-knock                          serve on http://127.0.0.1:4010
    mock-knock demo                     see what it is for
    mock-knock run FLOW --inputs FILE   run a flow against a fake in this process
    mock-knock lint FLOW                find what is wrong with a flow, --fix mends it
    mock-knock gauntlet -- COMMAND      see what your client makes of every fault
    """  # noqa: D301  # click asks for a real \b
    if context.invoked_subcommand is None:
        context.invoke(root.get_command(context, "serve"))  # type: ignore[arg-type]  # it is in the table


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with the exit code of DESIGN section 6."""
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    _open_output()
    code, message = _call(arguments)
    with suppress(OSError):  # nobody reads it
        click.echo(clean_terminal(Redactor().text(message)), nl=False, err=True)
    sys.exit(code)


def _call(arguments: Sequence[str] | None) -> tuple[int, str]:
    """Return the exit code and what is left to say on stderr."""
    try:
        code = root.main(args=arguments, prog_name="mock-knock", standalone_mode=False)
    except InvalidDocument as error:
        return error.exit_code, "".join(_finding_lines(error))
    except MockKnockError as error:
        return error.exit_code, f"error: {error}\n"
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(file=shown)
        return USAGE, shown.getvalue()
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED, "interrupted\n"
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return USAGE, f"error: {place}{error.strerror} [system-error]\n"
    return (code if isinstance(code, int) else 0), ""


def _finding_lines(error: InvalidDocument) -> Iterator[str]:
    for finding in error.findings:
        place = f"{finding.where}: " if finding.where else ""
        yield f"{finding.severity}: {place}{finding.message} [{finding.code}]\n"
        if finding.hint:
            yield f"  hint: {finding.hint}\n"


def _open_output() -> None:
    """See to it that whatever we say can be written: a closed stream is a hole, a missing character a `?`."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # lives as long as we
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
