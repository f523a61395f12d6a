"""`mock-knock serve`."""

from __future__ import annotations

import logging
import shlex
import signal
import sys
from dataclasses import dataclass
from typing import Any

import click
import orjson

from mock_knock.errors import UsageError
from mock_knock.local import FakeOptions, build_fake, load_scenario, load_seed
from mock_knock.service import WorldRules
from mock_knock.web.guard import AccessRules, default_key
from mock_knock.web.server import Server, open_server

LOCAL = ("127.0.0.1", "localhost", "::1")


@click.command("serve", short_help="Run a local Knock on a port.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=4010, show_default=True, type=click.IntRange(0, 65_535), help="Port; 0 takes a free one."
)
@click.option("--scenario", metavar="NAME|FILE", help="What goes wrong, and when; bundled by name or a file.")
@click.option("--seed", metavar="NAME|FILE", help="What is there from the start; bundled by name or a file.")
@click.option(
    "--strict",
    "is_strict",
    is_flag=True,
    help="Refuse unknown workflows and actors and parameters that make no sense; with rate limits.",
)
@click.option("--rate-limits", "has_rate_limits", is_flag=True, help="Refuse more requests a second than Knock takes.")
@click.option(
    "--retry-after",
    default=1,
    show_default=True,
    type=click.IntRange(0, 3_600),
    help="Seconds that a 429 asks to wait; 0 says nothing.",
)
@click.option(
    "--clock", default="real", show_default=True, metavar="real|manual|x60", help="The time the fake lives in."
)
@click.option("--api-key", "api_keys", multiple=True, metavar="KEY", help="Accept this key alone; repeatable.")
@click.option(
    "--allowed-host", "allowed_hosts", multiple=True, metavar="HOST", help="Answer /_mock under this name too."
)
@click.option("--admin-token", metavar="TOKEN", help="What /_mock asks for; needed on any address but loopback.")
@click.option(
    "--check-responses",
    "checks_responses",
    is_flag=True,
    help="Hold the fake's own answers against the contract and say in log and journal what they break.",
)
@click.option(
    "--no-header-faults", "is_header_closed", is_flag=True, help="Let no request bring about a fault by X-Mock-Fault."
)
@click.option(
    "--no-reserved-faults",
    "are_values_closed",
    is_flag=True,
    help="Let users `mock:<fault>` and workflows `mock-<fault>` be like any other.",
)
@click.option("--json", "as_json", is_flag=True, help="Print address and key as one line of JSON on stdout.")
def command(**given: Any) -> None:
    """Run a local Knock until Ctrl-C.

    Any bearer is a key of its own world; requests are logged on stderr, masked.

    \b
    mock-knock serve --port 0 --scenario fails-midway
    mock-knock serve --seed example --clock x60
    """  # noqa: D301  # click asks for a real \b
    serve(Arguments(**given))


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the command line says; the names are those of its options."""

    host: str
    port: int
    scenario: str | None
    seed: str | None
    clock: str
    api_keys: tuple[str, ...]
    allowed_hosts: tuple[str, ...]
    admin_token: str | None
    is_strict: bool
    has_rate_limits: bool
    retry_after: int
    checks_responses: bool
    is_header_closed: bool
    are_values_closed: bool
    as_json: bool

    @property
    def rules(self) -> AccessRules:
        """Who may enter."""
        keys, hosts = frozenset(self.api_keys), frozenset(self.allowed_hosts)
        return AccessRules(keys, hosts, self.admin_token, is_local=self.host in LOCAL)

    def options(self) -> FakeOptions:
        """Return how the fake is set up; raises UsageError and InvalidDocument for a scenario or a seed."""
        return FakeOptions(
            clock=self.clock,
            scenario=load_scenario(self.scenario),
            rules=self.rules,
            seed=load_seed(self.seed),
            world_rules=WorldRules(
                self.is_strict, self.is_strict or self.has_rate_limits, retry_after=self.retry_after or None
            ),
            checks_responses=self.checks_responses,
            has_header_faults=not self.is_header_closed,
            has_reserved_faults=not self.are_values_closed,
        )


def serve(arguments: Arguments) -> None:
    """Run a fake until it is told to stop."""
    _refuse_unusable(arguments.api_keys, arguments.admin_token)
    options = arguments.options()
    fake = build_fake(options)
    server = open_server(fake.application, host=arguments.host, port=arguments.port)
    key = "<one of your --api-key>" if arguments.api_keys else default_key(options.access)
    _start_log()
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    _greet(server, key, arguments.rules, as_json=arguments.as_json)
    server.run()


def _refuse_unusable(api_keys: tuple[str, ...], admin_token: str | None) -> None:
    """Refuse secrets that guard nothing, mostly a variable that is not set, and keys that nobody could use."""
    for option, values in (("--api-key", api_keys), ("--admin-token", () if admin_token is None else (admin_token,))):
        if not all(value.strip() for value in values):
            raise UsageError("secret-empty", f"{option} is empty", hint="check the variable that it comes from")
    if any(key.startswith("pk_") for key in api_keys):
        hint = "give a secret key; the public one of the same name is admitted with it"
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
