"""A fake in this process, as one handle: on a port for those who test, and called directly by its own controls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from mock_knock.client import AdminClient, HttpSender
from mock_knock.client.results import Document
from mock_knock.domain.scenario_format import parse_scenario
from mock_knock.domain.seed_format import parse_seed
from mock_knock.errors import Unreachable
from mock_knock.harness.transport import WsgiTransport
from mock_knock.local import FakeOptions, load_seed
from mock_knock.local import running as serving
from mock_knock.messages import HttpRequest, HttpResponse, JsonValue
from mock_knock.testing.scenarios import named_scenario, scenario_with
from mock_knock.testing.world import KnockWorld
from mock_knock.web.guard import default_key
from mock_knock.web.server import Server


class InProcessSender:
    """Takes requests straight into a fake in this process; streams come over its port."""

    def __init__(self, application: Any) -> None:
        self._transport = WsgiTransport(application)

    def send(self, request: HttpRequest, *, timeout: float) -> HttpResponse:
        """Send one request; raises Unreachable when a fault leaves no answer."""
        exchange = self._transport.send(request, timeout=timeout)
        if exchange.response is None:
            raise Unreachable("fake-unreachable", "the fake does not answer", where=request.url)
        return exchange.response

    def stream(self, request: HttpRequest) -> Iterator[bytes]:
        """Send one request over the port and yield the lines of its answer as they come."""
        with closing(HttpSender()) as sender:
            yield from sender.stream(request)

    def close(self) -> None:
        """Do nothing: nothing is kept between requests."""


@contextmanager
def running(  # all but one are keywords with defaults
    options: FakeOptions = FakeOptions(),  # noqa: B008  # frozen
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    scenario: str | Path | Document | None = None,
    timeline: JsonValue = None,
    seed: str | Path | Document | None = None,
    clock: str | None = None,
) -> Iterator[KnockWorld]:
    """Run a fake on a port, by default a free one, for the length of a `with` block.

        with mock_knock.running(scenario="fails-midway") as knock:
            client = knock.client()

    Args:
        options: how the fake is set up; the following take the place of its parts.
        host: the address to listen on.
        port: the port, 0 for a free one.
        scenario: how it behaves: bundled by name, a file, or decoded.
        timeline: how bulk operations go, like `immediate`.
        seed: what it begins with: bundled by name, a file, or decoded.
        clock: the time it lives in: `real`, `manual`, or `x60`.

    Raises:
        UsageError: the port is in use, or a name is not known.
        InvalidDocument: a scenario or a seed cannot be used.
    """
    chosen = options if clock is None else replace(options, clock=clock)
    if scenario is not None or timeline is not None:
        document = scenario_with(named_scenario(scenario), timeline)
        chosen = replace(chosen, scenario=parse_scenario(document, name="inline"))
    if seed is not None:
        chosen = replace(chosen, seed=load_seed(str(seed)) if isinstance(seed, (str, Path)) else parse_seed(seed))
    with serving(chosen, host=host, port=port) as server:
        yield open_world(server, default_key(chosen.access), token=chosen.rules.admin_token)


def open_world(server: Server, api_key: str, *, token: str | None = None) -> KnockWorld:
    """Return the world of a key in a fake of this process."""
    application = server.application
    admin = AdminClient(server.url, api_key, token=token, sender=InProcessSender(application))
    return KnockWorld(server.url, api_key, admin, application)
