"""`mock-knock state`: the facts of a fake that runs: written down, read in, put back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
import orjson

from mock_knock.client import AdminClient
from mock_knock.client.admin import USUAL_KEY
from mock_knock.client.asking import USUAL_URL

_FACTS = ("users", "objects", "tenants", "bulk_operations", "runs", "messages")
"""What is counted of a state."""


def _with_client(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say which fake is meant, and hand it a client of that one."""

    @click.option("--url", default=USUAL_URL, show_default=True, help="Address of the fake.")
    @click.option(
        "--api-key", default=USUAL_KEY, show_default=True, envvar="KNOCK_API_KEY", help="Whose world is meant."
    )
    @click.option("--admin-token", metavar="TOKEN", help="What a fake asks for that other machines can reach.")
    @wraps(function)
    def call(url: str, api_key: str, admin_token: str | None, **given: Any) -> None:
        function(AdminClient(url, api_key, token=admin_token), **given)

    return call


@click.group("state", short_help="Write down, read in and put back what a running fake holds.")
def command() -> None:
    """Write down, read in and put back what a running fake holds.

    \b
    mock-knock state export before.json
    mock-knock state import before.json
    mock-knock state snapshot clean && mock-knock state restore clean
    """  # noqa: D301  # click asks for a real \b


@command.command("show")
@_with_client
def show(client: AdminClient) -> None:
    """Print the whole state as JSON, in the form of a seed.

    \b
    mock-knock state show
    """  # noqa: D301  # as above
    click.echo(orjson.dumps(client.state(), option=orjson.OPT_INDENT_2))


@command.command("export")
@click.argument("file", metavar="FILE")
@_with_client
def export(client: AdminClient, file: str) -> None:
    """Write the state to FILE, whole or not at all; `serve --seed FILE` begins with it.

    \b
    mock-knock state export before.json
    """  # noqa: D301  # as above
    client.export_state(file)
    click.echo(f"{file}: {_count(client)}", err=True)


@command.command("import")
@click.argument("file", metavar="FILE")
@_with_client
def import_(client: AdminClient, file: str) -> None:
    """Put the facts of FILE, an exported state or a seed, in place of what is there.

    \b
    mock-knock state import before.json
    """  # noqa: D301  # as above
    client.import_state(file)
    click.echo(f"now there are {_count(client)}", err=True)


@command.command("reset")
@click.option("--all", "all_worlds", is_flag=True, help="Every world, and not that of the key alone.")
@_with_client
def reset(client: AdminClient, *, all_worlds: bool) -> None:
    """Put the world of a key, or every one, back to its beginning.

    \b
    mock-knock state reset --all
    """  # noqa: D301  # as above
    client.reset(all_worlds=all_worlds)


@command.command("snapshot")
@click.argument("name")
@_with_client
def snapshot(client: AdminClient, name: str) -> None:
    """Keep what is there under NAME, in the fake itself.

    \b
    mock-knock state snapshot clean
    """  # noqa: D301  # as above
    client.take_snapshot(name)


@command.command("restore")
@click.argument("name")
@_with_client
def restore(client: AdminClient, name: str) -> None:
    """Go back to the snapshot NAME, time included.

    \b
    mock-knock state restore clean
    """  # noqa: D301  # as above
    client.restore_snapshot(name)


@command.command("snapshots")
@_with_client
def snapshots(client: AdminClient) -> None:
    """List the snapshots, oldest first.

    \b
    mock-knock state snapshots
    """  # noqa: D301  # as above
    for each in client.snapshots():
        counted = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in each.counts.items() if count)
        click.echo(f"{each.name}  {each.at.isoformat(timespec='seconds')}  {counted or 'empty'}")


def _count(client: AdminClient) -> str:
    state = client.state()
    counts = {name: len(state.get(name, ())) for name in _FACTS}
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count) or "nothing"
