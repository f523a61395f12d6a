"""`mock-knock completion`."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
PROGRAM, VARIABLE = "mock-knock", "_MOCK_KNOCK_COMPLETE"


@click.command("completion", short_help="Print what lets a shell complete all this.")
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print a script that lets a shell complete commands, options, and names of what is bundled.

    \b
    mock-knock completion bash > ~/.local/share/bash-completion/completions/mock-knock
    mock-knock completion zsh > "${fpath[1]}/_mock-knock"
    mock-knock completion fish > ~/.config/fish/completions/mock-knock.fish
    """  # noqa: D301  # click asks for a real \b
    script = SHELLS[shell](context.find_root().command, {}, PROGRAM, VARIABLE)
    click.echo(ShellComplete.source(script))
