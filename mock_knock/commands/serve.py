"""`mock-knock serve`."""

from __future__ import annotations

import gc
import logging
import shlex
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import click
import orjson

from mock_knock.commands.configured import ConfiguredCommand
from mock_knock.commands.fake_log import logging_on_stderr
from mock_knock.commands.fake_options import FakeArguments, fake_options, refuse_empty
from mock_knock.domain.scenario import Scenario
from mock_knock.errors import UsageError
from mock_knock.local import build_fake
from mock_knock.web.guard import AccessRules, default_key
from mock_knock.web.server import open_server

WAITRESS, GRANIAN = "waitress", "granian"
LOCAL = ("127.0.0.1", "localhost", "::1")
THRESHOLDS = (200_000, 500, 100)
"""New objects before they are looked through, and how many times before older ones are, too.

Nearly nothing here has cycles, and what is stored stays: to look it through again would take seconds and find nothing.
"""


@click.command("serve", cls=ConfiguredCommand, short_help="Run a local Knock on a port.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=4010, show_default=True, type=click.IntRange(0, 65_535), help="Port; 0 takes a free one."
)
@click.option(
    "--server",
    default=WAITRESS,
    show_default=True,
    type=click.Choice((WAITRESS, GRANIAN)),
    help="What listens: granian for load, without faults of the wire.",
)
@fake_options
@click.option(
    "--allowed-host", "allowed_hosts", multiple=True, metavar="HOST", help="Answer /_mock under this name too."
)
@click.option("--admin-token", metavar="TOKEN", help="What /_mock asks for; needed on any address but loopback.")
@click.option("--quiet", "-q", "is_quiet", is_flag=True, help="Log warnings alone, and not each request.")
@click.option("--json", "as_json", is_flag=True, help="Print address and key as one line of JSON on stdout.")
def command(**given: Any) -> None:
    """Run a local Knock until Ctrl-C.

    Any bearer is a key of its own world; requests are logged on stderr, masked.

    \b
    mock-knock serve --port 0 --scenario fails-midway
    mock-knock serve --seed example --clock x60
    """  # noqa: D301  # click asks for a real \b
    serve(Arguments(fake=FakeArguments.take(given), **given))


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the command line says; the names are those of its options."""

    host: str
    port: int
    server: str
    fake: FakeArguments
    allowed_hosts: tuple[str, ...]
    admin_token: str | None
    is_quiet: bool
    as_json: bool

    @property
    def rules(self) -> AccessRules:
        """Who may enter."""
        keys, hosts = frozenset(self.fake.api_keys), frozenset(self.allowed_hosts)
        return AccessRules(keys, hosts, self.admin_token, is_local=self.host in LOCAL)


class Server(Protocol):
    """What listens, whichever it is."""

    url: str

    def run(self) -> None:
        """Serve until it is told to stop."""
        ...

    def stop(self) -> None:
        """Make `run` return; a signal handler may call it."""
        ...


def serve(arguments: Arguments) -> None:
    """Run a fake until it is told to stop."""
    refuse_empty("--admin-token", () if arguments.admin_token is None else (arguments.admin_token,))
    open_ = find_server(arguments.server)
    options = arguments.fake.options(arguments.rules)
    if arguments.server == GRANIAN:
        refuse_wire_faults(options.scenario, f"--scenario {arguments.fake.scenario}")
    server = open_(build_fake(options).application, host=arguments.host, port=arguments.port)
    key = "<one of your --api-key>" if arguments.fake.api_keys else default_key(options.access)
    with logging_on_stderr(logging.WARNING if arguments.is_quiet else logging.INFO), rare_collections():
        signal.signal(signal.SIGTERM, lambda *_: server.stop())
        _greet(server, key, arguments.rules, as_json=arguments.as_json)
        server.run()


def find_server(name: str) -> Callable[..., Server]:
    """Return what binds a port for the server of this name.

    Raises:
        UsageError: `server-missing`, if it is not installed.
    """
    if name == WAITRESS:
        return open_server
    try:
        from mock_knock.web.granian_server import open_granian  # noqa: PLC0415  # it need not be installed
    except ImportError as error:
        hint = "pip install 'mock-knock[load]', or leave --server out"
        raise UsageError("server-missing", f"{name} is not installed", where="--server", hint=hint) from error
    return open_granian


def refuse_wire_faults(scenario: Scenario, where: str) -> None:
    """Refuse a scenario with faults that granian cannot deliver.

    Raises:
        UsageError: `fault-undeliverable`, for the first of them.
    """
    for fault in scenario.faults:
        if (wire := fault.do.wire) is not None:
            what = f"granian cannot deliver the fault '{fault.id}', which is one of the wire ({wire.kind})"
            hint = "leave --server out: waitress, the default, delivers every fault"
            raise UsageError("fault-undeliverable", what, where=where, hint=hint)


@contextmanager
def rare_collections() -> Iterator[None]:
    """Leave what is there out of garbage collection, for the length of a `with` block, and collect more rarely.

    A body of a thousand users makes tens of thousands of objects at once; with the usual thresholds that alone has
    everything that is stored looked through, again and again.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _greet(server: Server, key: str, rules: AccessRules, *, as_json: bool) -> None:
    if as_json:
        click.echo(orjson.dumps({"url": server.url, "api_key": key}).decode())
    else:
        _explain(server, key, is_open=rules.is_local)
    if not rules.is_local:
        state = "asks for --admin-token" if rules.admin_token else "is closed: give --admin-token to open it"
        click.echo(f"Other machines can reach this address; /_mock {state}.\n", err=True)


def _explain(server: Server, key: str, *, is_open: bool) -> None:
    body = '{"users": [{"id": "ada", "name": "Ada"}]}'
    click.echo(f"mock-knock listens on {server.url}   (Ctrl-C ends it)\n", err=True)
    click.echo("For your code and the official SDKs:", err=True)
    click.echo(f"  export KNOCK_BASE_URL={server.url} KNOCK_API_KEY={shlex.quote(key)}\n", err=True)
    click.echo("Try it:", err=True)
    click.echo(
        f"  curl -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\\n"
        f"    -d '{body}' {server.url}/v1/users/bulk/identify\n",
        err=True,
    )
    if is_open:
        click.echo(f"See what it holds: {server.url}/_mock/state and {server.url}/_mock/requests\n", err=True)
