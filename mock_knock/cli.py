"""The command line: `mock-knock`."""

from __future__ import annotations

import gc
import importlib
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from mock_knock import __version__
from mock_knock.errors import InvalidDocument, MockKnockError, UsageError
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
    "explain": "Tell what the code of a finding or an error means.",
    "exec": "Run a command with a fake Knock of its own.",
    "gauntlet": "Let a flow or a command meet every fault, and judge it.",
    "state": "Write down, read in and put back what a running fake holds.",
    "schedule": "Tell the first decisions of a scenario before a run.",
    "demo": "Show the main job on bundled fixtures, in one screen.",
    "config": "Show what every option is set to, and by what.",
    "completion": "Print what lets a shell complete all this.",
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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that a command line names; raises UsageError with the nearest ones for another name."""
        if args[0] not in COMMANDS and not ctx.resilient_parsing:
            near = get_close_matches(args[0], COMMANDS, 1)
            meant = f"did you mean {near[0]}?" if near else f"commands: {', '.join(COMMANDS)}"
            raise UsageError("usage-command-unknown", f"there is no command '{args[0]}'", hint=meant)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete commands without importing them, and options."""
        found = [CompletionItem(name, help=what) for name, what in COMMANDS.items() if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    metavar="FILE",
    envvar="MOCK_KNOCK_CONFIG",
    help="Settings, in place of mock-knock.yaml; --no-config for none.",
)
@click.option("--no-config", is_flag=True, envvar="MOCK_KNOCK_NO_CONFIG", hidden=True)
@click.version_option(__version__, prog_name="mock-knock")
@click.pass_context
def root(context: click.Context, /, **_: object) -> int | None:
    """A local Knock, and a harness that examines Arazzo flows and runs them.

    \b
    mock-knock exec -- COMMAND          run a command with a Knock of its own
    mock-knock run FLOW --inputs FILE   run a flow against a fake in this process
    """  # noqa: D301  # click asks for a real \b
    if context.invoked_subcommand is not None:
        return None
    serve: click.Command = root.get_command(context, "serve")  # type: ignore[assignment]  # it is in the table
    with serve.make_context("serve", [], parent=context) as serving:
        return serve.invoke(serving)  # type: ignore[no-any-return]  # what the function of the command returns


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
        return error.exit_code, "".join(_finding_lines(error)) + _notes(error)
    except MockKnockError as error:
        return error.exit_code, f"error: {error}\n{_notes(error)}"
    except click.ClickException as error:
        from mock_knock.commands.usage_errors import usage_error  # noqa: PLC0415  # most command lines make sense

        told = usage_error(error)
        return USAGE, f"error: {told}\n{_notes(told)}"
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


def _notes(error: Exception) -> str:
    """Return what was added to an error on its way: where the values come from that it is about."""
    return "".join(f"  note: {note}\n" for note in getattr(error, "__notes__", ()))


def _open_output() -> None:
    """See to it that whatever we say can be written: a closed stream is a hole, a missing character a `?`."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # lives as long as we
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
