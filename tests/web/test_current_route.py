"""Where a request was led, as the journal and faults see it."""

from __future__ import annotations

import orjson
import pytest

from mock_knock.domain.journal import JournalEntry
from mock_knock.web.current import current_request, route_of
from tests.web.wsgi_fake import WsgiFake, new_fake


@pytest.fixture
def fake() -> WsgiFake:
    """Return a fake of its own."""
    return new_fake()


def last_entry(fake: WsgiFake) -> JournalEntry:
    """Return the latest entry of the journal."""
    return list(fake.world.journal)[-1]


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/v1/users/ada", (("id_", "ada"),)),
        ("/v1/users/a%20%C3%A9", (("id_", "a é"),)),
        ("/v1/users/ada/preferences/default", (("id_", "ada"), ("set_id", "default"))),
        ("/v1/workflows/welcome/trigger", (("key", "welcome"),)),
        ("/v1/objects/projects/p-1", (("collection", "projects"), ("id_", "p-1"))),
        ("/v1/users", ()),
        ("/v1/nowhere", ()),
    ],
)
def test_parts_of_a_path(fake: WsgiFake, path: str, parts: tuple[tuple[str, str], ...]) -> None:
    """A route has the decoded parts of the path by the names of the fake; a path that leads nowhere has none."""
    method = "POST" if path.endswith("/trigger") else "GET"
    with fake.answering(path, method=method):
        found = route_of("someOperation", current_request().view_args)
    assert "someOperation" == found.operation_id
    assert set(parts) == set(found.parts)


@pytest.mark.parametrize(
    ("method", "path", "operation", "resource"),
    [
        ("GET", "/v1/users/ada", "getUser", "ada"),
        ("POST", "/v1/workflows/welcome/trigger", "triggerWorkflow", "welcome"),
        ("GET", "/v1/nowhere", "", ""),
        ("DELETE", "/v1/workflows/welcome/trigger", "", ""),
        ("GET", "/v1/audiences/a/members", "listAudienceMembers", ""),
    ],
)
def test_routes_of_the_journal(fake: WsgiFake, method: str, path: str, operation: str, resource: str) -> None:
    """An entry of the journal has the operation that was meant, whether it is imitated or not, and its resource."""
    fake.send(method, path, orjson.dumps({"recipients": ["ada"]}) if method == "POST" else None)
    entry = last_entry(fake)
    assert (operation, resource) == (entry.route.operation_id, entry.route.resource)


@pytest.mark.parametrize("path", ["/v1/users/ada", "/v1/%75sers/a%64a", "/v1/users/ada?x=y"])
def test_whom_a_path_names(fake: WsgiFake, path: str) -> None:
    """A user whom a path names is named however the path was written, to faults as to verification."""
    fault = {"id": "down", "when": {"match": {"user": "ada"}}, "do": {"status": 503}}
    assert 201 == fake.send("POST", "/_mock/faults", orjson.dumps(fault)).status_code
    assert 503 == fake.send("GET", path).status_code
    entry = last_entry(fake)
    assert (("ada",), "down") == (entry.asked().users, entry.fault)
