from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

import mock_knock
from mock_knock import AdminClient, FakeOptions, Unreachable, UsageError
from mock_knock.client import AdminRefused, FieldError
from mock_knock.web.guard import AccessRules
from tests.client.calls import Caller

HTML = b"<html><body>Welcome to nginx!</body></html>"
Serve = Callable[[int, bytes], str]


class Stranger(BaseHTTPRequestHandler):
    """Answers everything alike."""

    status = 200
    body = b""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    do_POST = do_GET  # noqa: N815  # as the standard library names it

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def stranger() -> Iterator[Serve]:
    """Yield what starts a server that is no fake and returns its address."""
    with ExitStack() as stack:

        def serve(status: int, body: bytes) -> str:
            handler = type("Handler", (Stranger,), {"status": status, "body": body})
            server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), handler))
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}"

        yield serve


def closed_address() -> str:
    """Return an address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_refusal_has_everything(admin: AdminClient) -> None:
    """A refusal has code, status, place and each field at fault, in its text too."""
    with pytest.raises(AdminRefused) as refused:
        admin.set_scenario({"version": 1, "faults": [{"on": "nope", "do": {"status": 9}}, {}], "sed": 7})
    error = refused.value
    assert ("invalid_params", 422, f"PUT {admin.url}/_mock/scenario") == (error.code, error.status, error.where)
    assert {"sed", "faults[0].do.status", "faults[1]"} <= {each.field for each in error.fields}
    assert all(str(each) in str(error) for each in error.fields)
    assert str(error).endswith(f"[invalid_params]\n  from: PUT {admin.url}/_mock/scenario")
    assert 2 == error.exit_code


def test_one_field_is_told_once(admin: AdminClient) -> None:
    """Of one field the text says what is wrong once."""
    with pytest.raises(AdminRefused) as refused:
        admin.add_fault({})
    assert (FieldError("body", "'do' is missing: say what happens, like `do: {status: 503}`"),) == refused.value.fields
    assert 1 == str(refused.value).count("is missing")


def test_a_parameter_that_cannot_be(admin: AdminClient) -> None:
    """A parameter is named with what it must be."""
    with pytest.raises(AdminRefused, match="seconds must be a number from 0") as refused:
        admin.advance(-1)
    assert ["seconds"] == [each.field for each in refused.value.fields]


@pytest.mark.parametrize(
    ("code", "status", "call"),
    [
        ("resource_missing", 404, lambda admin: admin.user("nobody")),
        ("resource_missing", 404, lambda admin: admin.remove_fault("none")),
        ("resource_missing", 404, lambda admin: admin.restore_snapshot("none")),
        ("invalid_params", 422, lambda admin: admin.take_snapshot("a b")),
        ("invalid_params", 422, lambda admin: admin.verify(colour="red")),
        ("invalid_params", 422, lambda admin: admin.verify_order()),
        ("invalid_params", 422, lambda admin: admin.travel_to("tomorrow")),
        ("invalid_params", 422, lambda admin: [*admin.events(after=-1)]),
    ],
)
def test_codes(admin: AdminClient, code: str, status: int, call: Callable[[AdminClient], object]) -> None:
    """Each refusal has the code and the status of the control, and no more fields than that has."""
    with pytest.raises(AdminRefused) as refused:
        call(admin)
    assert (code, status) == (refused.value.code, refused.value.status)


def test_an_operation_that_has_ended(admin: AdminClient, caller: Caller) -> None:
    """An operation is not pushed back."""
    id_ = caller.identify({"id": "ada"})
    admin.push_bulk_operation(id_, "completed")
    with pytest.raises(AdminRefused) as refused:
        admin.push_bulk_operation(id_, "queued")
    assert ("transition_refused", 409) == (refused.value.code, refused.value.status)


def test_a_token() -> None:
    """A fake with a token lets only those in who have it."""
    with mock_knock.running(FakeOptions(rules=AccessRules(admin_token="t0ken"))) as knock:
        with AdminClient(knock.url) as client, pytest.raises(AdminRefused, match="X-Mock-Admin-Token") as refused:
            client.health()
        assert ("admin_token_required", 403) == (refused.value.code, refused.value.status)
        with AdminClient(knock.url, token="t0ken") as client:
            assert "ok" == client.health()["status"] == client.for_key("sk_test_x").health()["status"]
        assert "ok" == knock.admin.health()["status"]


def test_nobody_answers() -> None:
    """Where nobody listens, the error has the place and a remedy, and names no key."""
    with AdminClient(closed_address()) as client, pytest.raises(Unreachable) as failed:
        client.verify(operation="triggerWorkflow")
    assert ("fake-unreachable", 3) == (failed.value.code, failed.value.exit_code)
    assert f"{client.url}/_mock/requests/verify" == failed.value.where
    assert "`mock-knock serve`" in failed.value.hint
    assert failed.value.__suppress_context__


def test_nobody_tells_events() -> None:
    """A stream from nobody fails like any other request."""
    with AdminClient(closed_address()) as client, pytest.raises(Unreachable):
        next(client.events())


def test_a_fake_that_goes_while_it_tells() -> None:
    """Events end with the fake."""
    with mock_knock.running() as knock, AdminClient(knock.url) as client:
        Caller(knock).trigger("welcome", "ada")
        events = client.events(after=0)
        assert 1 == next(events)["number"]
    assert [] == [*events]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, HTML),
        (404, HTML),
        (502, b""),
        (302, b""),
        (200, b"[]"),
        (200, b"\xff"),
        (404, b"[]"),
        (404, b'"code"'),
        (404, b'{"detail": "Not Found"}'),
        (404, b'{"code": "x", "message": "y", "errors": [1]}'),
    ],
)
def test_something_that_is_no_fake(stranger: Serve, status: int, body: bytes) -> None:
    """Whatever else answers is told apart from a fake, with a remedy."""
    with AdminClient(stranger(status, body)) as client, pytest.raises(AdminRefused) as refused:
        client.health()
    assert ("not-a-fake", status) == (refused.value.code, refused.value.status)
    assert "`mock-knock serve`" in refused.value.hint
    assert "nginx" not in str(refused.value)


def test_no_redirect_is_followed(stranger: Serve) -> None:
    """A key is not carried to another address."""
    with AdminClient(stranger(307, b"")) as client, pytest.raises(AdminRefused, match="no mock-knock"):
        client.reset()


@pytest.mark.parametrize(
    "url",
    ["", "localhost:4010", "127.0.0.1:4010", "ftp://127.0.0.1", "http://", "http://[::1", "http://a/?b", "http://a/#b"],
)
def test_what_is_no_address(url: str) -> None:
    """An address must be one, and the error says how to write it."""
    with pytest.raises(UsageError) as refused:
        AdminClient(url)
    assert "address-invalid" == refused.value.code
    assert "http://127.0.0.1:4010" in refused.value.hint


def test_an_address_with_a_slash(admin: AdminClient) -> None:
    """A slash at the end of an address changes nothing."""
    with AdminClient(f"{admin.url}/", admin.api_key) as client:
        assert admin.url == client.url
        assert "ok" == client.health()["status"]


@pytest.mark.parametrize("value", [object(), {1, 2}, "\ud800", 2**70, {1: 2}])
def test_what_is_no_json(admin: AdminClient, value: object) -> None:
    """A value that has no form in JSON is refused before anything is sent."""
    for call in (admin.verify, admin.count):
        with pytest.raises(UsageError) as refused:
            call(body={"data": value})
        assert "value-unsendable" == refused.value.code
