"""`mock-knock serve`."""

from __future__ import annotations

import logging
import shlex
import signal
import sys

import click
import orjson

from mock_knock.errors import UsageError
from mock_knock.local import FakeOptions, build_fake, load_scenario
from mock_knock.web.guard import DEFAULT_KEY, AccessRules
from mock_knock.web.server import Server, open_server

LOCAL = ("127.0.0.1", "localhost", "::1")


@click.command("serve", short_help="Run a local Knock on a port.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=4010, show_default=True, type=click.IntRange(0, 65_535), help="Port; 0 takes a free one."
)
@click.option(
    "--scenario", "scenario_name", metavar="NAME|FILE", help="How bulk operations go; bundled by name or a file."
)
@click.option(
    "--clock", default="real", show_default=True, metavar="real|manual|x60", help="The time the fake lives in."
)
@click.option("--api-key", "api_keys", multiple=True, metavar="KEY", help="Accept this key alone; repeatable.")
@click.option(
    "--allowed-host", "allowed_hosts", multiple=True, metavar="HOST", help="Answer /_mock under this name too."
)
@click.option("--admin-token", metavar="TOKEN", help="What /_mock asks for; needed on any address but loopback.")
@click.option("--json", "as_json", is_flag=True, help="Print address and key as one line of JSON on stdout.")
def command(
    host: str,
    port: int,
    scenario_name: str | None,
    clock: str,
    api_keys: tuple[str, ...],
    allowed_hosts: tuple[str, ...],
    admin_token: str | None,
    *,
    as_json: bool,
) -> None:
    """Run a local Knock until Ctrl-C.

    Any bearer is a key of its own world; requests are logged on stderr, masked.

    \b
    mock-knock serve --port 0 --scenario fails-midway
    """  # noqa: D301  # click asks for a real \b
    _refuse_unusable(api_keys, admin_token)
    rules = AccessRules(frozenset(api_keys), frozenset(allowed_hosts), admin_token, is_local=host in LOCAL)
    fake = build_fake(FakeOptions(clock, load_scenario(scenario_name), rules))
    server = open_server(fake.application, host=host, port=port)
    key = "<one of your --api-key>" if api_keys else DEFAULT_KEY
    _start_log()
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    _greet(server, key, rules, as_json=as_json)
    server.run()


def _refuse_unusable(api_keys: tuple[str, ...], admin_token: str | None) -> None:
    """Refuse secrets that guard nothing, mostly a variable that is not set, and keys that nobody could use."""
    for option, values in (("--api-key", api_keys), ("--admin-token", () if admin_token is None else (admin_token,))):
        if not all(value.strip() for value in values):
            raise UsageError("secret-empty", f"{option} is empty", hint="check the variable that it comes from")
    if any(key.startswith("pk_") for key in api_keys):
        hint = "give a secret key: Knock refuses public ones on every endpoint that is imitated"
        raise UsageError("key-public", "--api-key is a public key", hint=hint)


def _start_log() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    for name, level in (("mock_knock", logging.INFO), ("waitress", logging.ERROR)):
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.addHandler(handler)
        logger.propagate = False


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
