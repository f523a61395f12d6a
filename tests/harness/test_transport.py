from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.validate import validator

import pytest

from mock_knock.errors import UsageError
from mock_knock.harness.network import MAX_RESPONSE_BYTES, NetworkTransport
from mock_knock.harness.transport import WsgiTransport, is_loopback
from mock_knock.messages import Headers, HttpRequest


@contextmanager
def peer(*replies: bytes) -> Iterator[str]:
    """Yield the address of a server that gives each connection the next reply, byte for byte, and then closes it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for reply in replies:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65_536)
                connection.sendall(reply)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        thread.join(5)


def get(url: str, timeout: float = 5) -> Any:
    """Send one GET over the network."""
    return NetworkTransport().send(HttpRequest("GET", url), timeout=timeout)


def test_a_response_arrives_as_it_was_sent() -> None:
    """Status, header fields and body are those of the wire."""
    with peer(b"HTTP/1.1 418 Teapot\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nhi") as url:
        response = get(url).response
    assert (418, "1", b"hi") == (response.status, response.header("x-a"), response.body)


def test_redirects_are_not_followed() -> None:
    """A redirect is a response like any other: credentials go nowhere else."""
    with peer(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n") as url:
        assert 302 == get(url).response.status


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (b"", "reset"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "broken"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "broken"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", "broken"),
        (b"\x00\xff garbage\r\n\r\n", "reset"),
    ],
)
def test_a_broken_answer_is_a_failure(reply: bytes, kind: str) -> None:
    """What is not a whole HTTP response is a failure with its kind, not an exception."""
    with peer(reply) as url:
        exchange = get(url)
    assert (None, kind) == (exchange.response, exchange.failure.kind)


def test_nobody_listens() -> None:
    """A refused connection is a failure of that kind."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "refused" == get(f"http://127.0.0.1:{port}").failure.kind


def test_a_silent_peer_times_out() -> None:
    """A peer that never answers is a failure of kind timeout."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert "timeout" == get(url, timeout=0.05).failure.kind


def test_a_host_that_does_not_exist() -> None:
    """A name that cannot be resolved is a refused connection."""
    assert "refused" == get("http://nowhere.invalid").failure.kind


def test_a_body_is_bounded() -> None:
    """A body over 10 MB is cut off and counts as a failure."""
    size = MAX_RESPONSE_BYTES + 1
    with peer(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size) as url:
        assert "too-large" == get(url).failure.kind


def test_netrc_does_not_replace_the_key(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry in .netrc never takes the place of the flow's own credentials."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                received.append(connection.recv(65_536))
                connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        NetworkTransport().send(HttpRequest("GET", url, (("Authorization", "Bearer k"),)), timeout=5)
        thread.join(5)
    assert b"Authorization: Bearer k\r\n" in received[0]


def test_a_wsgi_application_sees_the_request() -> None:
    """In process the application gets method, path, query, header fields and body, and its answer comes back."""

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0))
        start_response("201 Created", [("X-Path", environ["PATH_INFO"]), ("X-Query", environ["QUERY_STRING"])])
        return [environ["REQUEST_METHOD"].encode(), b" ", environ["HTTP_X_A"].encode(), b" ", body]

    request = HttpRequest("POST", "http://localhost/a%20b?c=d", (("X-A", "1"),), b"body")
    response = WsgiTransport(application).send(request, timeout=1).response
    assert response is not None
    assert (201, "/a b", "c=d", b"POST 1 body") == (
        response.status,
        response.header("X-Path"),
        response.header("X-Query"),
        response.body,
    )


def environ_of(url: str, headers: Headers = (), body: bytes = b"") -> dict[str, Any]:
    """Return what a WSGI application is given with a request."""
    seen: dict[str, Any] = {}

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ)
        start_response("204 No Content", [])
        return []

    WsgiTransport(application).send(HttpRequest("POST", url, headers, body), timeout=1)
    return seen


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost", {"SERVER_NAME": "localhost", "SERVER_PORT": "80", "PATH_INFO": "/", "REQUEST_URI": "/"}),
        ("https://a.example/x", {"SERVER_PORT": "443", "wsgi.url_scheme": "https", "HTTP_HOST": "a.example"}),
        ("http://[::1]:4010/x", {"SERVER_NAME": "::1", "SERVER_PORT": "4010", "HTTP_HOST": "[::1]:4010"}),
        ("http://me:pw@localhost/x", {"HTTP_HOST": "localhost", "SERVER_NAME": "localhost"}),
        ("http://localhost/a%2Fb?c=%20", {"PATH_INFO": "/a/b", "QUERY_STRING": "c=%20", "REQUEST_URI": "/a%2Fb?c=%20"}),
        ("http://localhost/%C3%A9", {"PATH_INFO": "/\u00c3\u00a9", "REQUEST_URI": "/%C3%A9"}),
    ],
)
def test_a_wsgi_application_sees_the_target(url: str, expected: dict[str, str]) -> None:
    """Host, port and path are those of the URL, the path decoded to bytes that look like Latin-1 (PEP 3333)."""
    assert expected.items() <= environ_of(url).items()


def test_a_wsgi_application_sees_the_header_fields() -> None:
    """Fields with one name are joined; type and length of the body have names without `HTTP_`; Host may be given."""
    fields = (("X-A", "1"), ("x-a", "2"), ("Content-Type", "text/plain"), ("Host", "other"))
    expected = {"HTTP_X_A": "1, 2", "CONTENT_TYPE": "text/plain", "CONTENT_LENGTH": "2", "HTTP_HOST": "other"}
    found = environ_of("http://localhost/", fields, b"hi")
    assert expected.items() <= found.items()
    assert set() == {"HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"} & set(found)
    assert "CONTENT_LENGTH" not in environ_of("http://localhost/")


def test_a_wsgi_application_may_write_and_is_closed() -> None:
    """What an application writes comes before what it returns, and its result is closed."""
    closed: list[bool] = []

    class Chunks(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    def application(_environ: dict[str, Any], start_response: Any) -> Chunks:
        start_response("200 OK", [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])(b"first ")
        return Chunks([b"sec", b"ond"])

    response = WsgiTransport(application).send(HttpRequest("GET", "http://localhost/"), timeout=1).response
    assert response is not None
    assert b"first second" == response.body
    assert (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")) == response.headers
    assert [True] == closed


def test_the_environment_keeps_the_rules_of_wsgi() -> None:
    """The standard library's validator of WSGI finds nothing wrong with a call."""

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"hi"]

    request = HttpRequest("POST", "http://localhost:4010/a?b=c", (("Content-Type", "text/plain"),), b"body")
    response = WsgiTransport(validator(application)).send(request, timeout=1).response
    assert response is not None
    assert b"hi" == response.body


@pytest.mark.parametrize(
    ("url", "is_local"),
    [
        ("http://localhost:4010", True),
        ("http://LOCALHOST.", True),
        ("http://knock.localhost/x", True),
        ("http://127.0.0.1", True),
        ("http://127.8.9.1:80", True),
        ("http://[::1]:4010", True),
        ("https://api.knock.app", False),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://0.0.0.0", False),
        ("http://10.0.0.1", False),
        ("http://user@evil.example:1/localhost", False),
        ("http://localhost@evil.example", False),
        ("http://evil.example\\@127.0.0.1", False),
        ("http://evil.example#@127.0.0.1", False),
        ("http://127.0.0.1\\.evil.example", False),
        ("http://user:pass@127.0.0.1", False),
        ("http://evil.example \t@127.0.0.1", False),
        ("http://local\nhost", False),
        ("http://127.0.0.1/\x00", False),
        ("http://127.0.0.1/a@b?c=@", True),
        ("http://[::1", False),
        ("nonsense", False),
        ("", False),
    ],
)
def test_what_stays_on_this_machine(url: str, is_local: bool) -> None:  # noqa: FBT001  # a column of the table
    """Only loopback names and addresses count as this machine."""
    assert is_local is is_loopback(url)


def test_a_dripping_peer_times_out() -> None:
    """A peer that sends a byte now and then does not outlast the time an exchange may take."""
    stopped = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                while not stopped.wait(0.02):
                    connection.sendall(b"x")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        transport = NetworkTransport()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        exchange = transport.send(HttpRequest("GET", url), timeout=0.3)
        stopped.set()
        thread.join(5)
    assert exchange.failure is not None
    assert "timeout" == exchange.failure.kind


def test_a_fault_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that no target causes reaches whoever sends, from the thread where it happened."""

    def fail(*_: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr("mock_knock.harness.network._request", fail)
    with pytest.raises(RuntimeError, match="ours"):
        get("http://127.0.0.1:1")


def test_no_proxy_carries_local_requests_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request for this machine goes there itself, whatever proxy the environment names."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with peer(b"HTTP/1.1 204 No Content\r\n\r\n") as url:
        assert 204 == get(url).response.status


def test_a_proxy_that_was_asked_for() -> None:
    """A proxy that is named carries every request, and gets the whole URL."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                received.append(connection.recv(65_536))
                connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        transport = NetworkTransport(proxies={"http": f"http://127.0.0.1:{listener.getsockname()[1]}"})
        exchange = transport.send(HttpRequest("GET", "http://127.0.0.1:9/a"), timeout=5)
        thread.join(5)
    assert exchange.response is not None
    assert received[0].startswith(b"GET http://127.0.0.1:9/a HTTP/1.1\r\n")


def test_a_proxy_that_is_not_there() -> None:
    """A proxy that does not answer is a refused connection, and the message names the proxy."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    transport = NetworkTransport(proxies={"http": f"http://127.0.0.1:{port}"})
    failure = transport.send(HttpRequest("GET", "http://127.0.0.1:9"), timeout=5).failure
    assert failure is not None
    assert ("refused", True) == (failure.kind, "proxy" in failure.message)


@pytest.mark.parametrize(
    "settings", [{"verify": "nowhere.pem"}, {"certificate": "nowhere.pem"}, {"certificate": (__file__, "nowhere.pem")}]
)
def test_a_file_of_certificates_that_is_not_there(settings: Any) -> None:
    """A file of certificates that does not exist is told before anything is sent."""
    with pytest.raises(UsageError) as caught:
        NetworkTransport(**settings)
    assert ("tls-file-missing", "nowhere.pem") == (caught.value.code, caught.value.where)


@pytest.mark.parametrize("settings", [{"verify": __file__}, {"certificate": __file__}, {"verify": False}])
def test_tls_that_cannot_be_set_up(settings: Any) -> None:
    """A file that holds no certificates, and a peer that speaks no TLS, are failures of kind tls."""
    with peer(b"nonsense") as url:
        failure = NetworkTransport(**settings).send(HttpRequest("GET", url.replace("http", "https")), timeout=5).failure
    assert failure is not None
    assert "tls" == failure.kind


def test_a_bundle_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundle that the environment names counts beyond this machine; one that is not there is a failure."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/bundle.pem")
    failure = get("https://nowhere.invalid").failure
    assert "tls" == failure.kind
