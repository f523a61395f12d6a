"""The command line: `mock-knock`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

import click

from mock_knock import __version__
from mock_knock.errors import InvalidDocument, MockKnockError

INTERRUPTED = 130
USAGE = 2
COMMANDS = {
    # name: what it does, shown without importing it
    "serve": "Run a local Knock on a port (the default command).",
    "run": "Run an Arazzo flow and judge every request and response.",
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
    """A local Knock, and a harness that runs Arazzo flows against it.

    \b
    mock-knock                          serve on http://127.0.0.1:4010
    mock-knock demo                     see what it is for
    mock-knock run FLOW --inputs FILE   run a flow against a fake in this process
    """  # noqa: D301  # click asks for a real \b
    if context.invoked_subcommand is None:
        context.invoke(root.get_command(context, "serve"))  # type: ignore[arg-type]  # it is in the table


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with the exit code of DESIGN section 6."""
    try:
        code = root.main(args=arguments, prog_name="mock-knock", standalone_mode=False)
    except MockKnockError as error:
        _show(error)
        code = error.exit_code
    except click.ClickException as error:
        error.show(file=sys.stderr)
        code = USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        code = INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _show(error: MockKnockError) -> None:
    if not isinstance(error, InvalidDocument):
        click.echo(f"error: {error}", err=True)
        return
    for finding in error.findings:
        place = f"{finding.where}: " if finding.where else ""
        click.echo(f"{finding.severity}: {place}{finding.message} [{finding.code}]", err=True)
        if finding.hint:
            click.echo(f"  hint: {finding.hint}", err=True)
