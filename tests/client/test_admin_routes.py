"""Whatever `/_mock` offers, the client offers: a table with a call of each of its methods."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from mock_knock import AdminClient, HttpRequest, HttpResponse, local
from mock_knock.harness.transport import WsgiTransport
from mock_knock.testing.world import KnockWorld
from mock_knock.web.app import create_app
from tests.client.calls import Caller

URL = "http://localhost"
Method = Callable[[AdminClient, "Given"], object]


@dataclass(frozen=True)
class Given:
    """What the calls are about."""

    operation: str
    folder: Path


CALLS: Mapping[str, Method] = {
    "push_bulk_operation": lambda admin, given: admin.push_bulk_operation(given.operation, "failed"),
    "health": lambda admin, _: admin.health(),
    "description": lambda admin, _: admin.description(),
    "state": lambda admin, _: admin.state(),
    "set_state": lambda admin, _: admin.set_state({"version": 1, "users": [{"id": "ada"}]}),
    "export_state": lambda admin, given: admin.export_state(given.folder / "state.json"),
    "import_state": lambda admin, given: admin.import_state(given.folder / "state.json"),
    "take_snapshot": lambda admin, _: admin.take_snapshot("one"),
    "snapshots": lambda admin, _: admin.snapshots(),
    "restore_snapshot": lambda admin, _: admin.restore_snapshot("one"),
    "delete_snapshot": lambda admin, _: admin.delete_snapshot("one"),
    "user_ids": lambda admin, _: admin.user_ids(),
    "user": lambda admin, _: admin.user("ada"),
    "runs": lambda admin, _: admin.runs(),
    "messages": lambda admin, _: admin.messages(),
    "requests": lambda admin, _: admin.requests(),
    "count": lambda admin, _: admin.count(),
    "near_misses": lambda admin, _: admin.near_misses(),
    "verify": lambda admin, _: admin.verify(),
    "verify_order": lambda admin, _: admin.verify_order({"operation": "triggerWorkflow"}),
    "wait": lambda admin, _: admin.wait(timeout=0),
    "events": lambda admin, _: [*admin.events(after=0, limit=0)],
    "scenario": lambda admin, _: admin.scenario(),
    "set_scenario": lambda admin, _: admin.set_scenario({"version": 1}),
    "add_fault": lambda admin, _: admin.add_fault({"id": "busy", "on": "getUser", "do": {"status": 503}}),
    "rules": lambda admin, _: admin.rules(),
    "set_rules": lambda admin, _: admin.set_rules(strict=False),
    "faults": lambda admin, _: admin.faults(),
    "remove_fault": lambda admin, _: admin.remove_fault("busy"),
    "verdict": lambda admin, _: admin.verdict(),
    "clock": lambda admin, _: admin.clock(),
    "advance": lambda admin, _: admin.advance(1),
    "travel_to": lambda admin, _: admin.travel_to("2100-01-01T00:00:00Z"),
    "freeze": lambda admin, _: admin.freeze(),
    "resume": lambda admin, _: admin.resume(),
    "reset": lambda admin, _: admin.reset(),
}
ABOUT_ITSELF = {"close", "for_key"}


@dataclass
class Overheard:
    """Takes requests into an application, and remembers them."""

    transport: WsgiTransport
    asked: list[tuple[str, str]] = field(default_factory=list)

    def send(self, request: HttpRequest, *, timeout: float) -> HttpResponse:
        """Send one request."""
        self.asked.append((request.method, urlsplit(request.url).path))
        answer = self.transport.send(request, timeout=timeout).response
        assert answer is not None
        return answer

    def stream(self, request: HttpRequest) -> Iterator[bytes]:
        """Send one request and yield the lines of its answer."""
        yield from self.send(request, timeout=1).body.splitlines()

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Return the Flask application of a fake."""
    made: list[Flask] = []

    def remember(*arguments: Any, **options: Any) -> Flask:
        made.append(create_app(*arguments, **options))
        return made[0]

    monkeypatch.setattr(local, "create_app", remember)
    local.build_fake()
    return made[0]


def test_every_control_has_a_method(application: Flask, tmp_path: Path) -> None:
    """There is no route under `/_mock` that no method of the client asks for, and no method asks for anything else."""
    sender = Overheard(WsgiTransport(application.wsgi_app))
    admin = AdminClient(URL, sender=sender)
    operation = Caller(KnockWorld(URL, admin.api_key, admin, application.wsgi_app)).identify({"id": "ada"})
    for call in CALLS.values():
        call(admin, Given(operation, tmp_path))
    routes = application.url_map.bind("localhost")
    used = {routes.match(path, method)[0] for method, path in sender.asked}
    assert used == {each.endpoint for each in application.url_map.iter_rules() if each.rule.startswith("/_mock/")}


def test_every_method_is_in_the_table() -> None:
    """The table above has every public method of the client."""
    methods = {name for name, value in vars(AdminClient).items() if callable(value) and not name.startswith("_")}
    assert methods - ABOUT_ITSELF == {*CALLS}
