from __future__ import annotations

import socket
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from mock_knock.local import FakeOptions, running
from mock_knock.web.guard import AccessRules

USE = """
def test_one(knock, knock_url, request):
    assert knock.url == knock_url == request.config.getoption("--knock-url", None) or request.config.getini("knock_url")
    assert knock.application is None
    knock.load({"version": 1, "users": [{"id": "ada"}]})
    assert list(knock.users) == ["ada"]


def test_two(knock):
    assert list(knock.users) == []
"""
BOTH = ("-p", "no:cacheprovider")


@pytest.fixture
def closed() -> str:
    """Return an address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_fake_that_runs(project: pytest.Pytester) -> None:
    """With `--knock-url` each test has a world of its own in the fake that runs there, and leaves others alone."""
    project.makepyfile(USE)
    with running() as server:
        project.runpytest_inprocess("--knock-url", server.url).assert_outcomes(passed=2)
        project.runpytest_inprocess("--knock-url", f"{server.url}/", "-k", "two").assert_outcomes(
            passed=1, deselected=1
        )


def test_a_fake_of_the_configuration(project: pytest.Pytester) -> None:
    """`knock_url` in the configuration names a fake, too; it need not be there for tests that ask for none."""
    with running() as server:
        project.makeini(f"[pytest]\nknock_url = {server.url}\n")
        project.makepyfile(USE, test_none="def test_none():\n    pass\n")
        project.runpytest_inprocess().assert_outcomes(passed=3)
    project.runpytest_inprocess("test_none.py").assert_outcomes(passed=1)
    result = project.runpytest_inprocess()
    assert 3 == result.ret
    result.stdout.fnmatch_lines([f"*Exit: --knock-url: {server.url}/_mock/health: no fake answers there (*"])


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_nobody_there(project: pytest.Pytester, closed: str, workers: tuple[str, ...]) -> None:
    """A named fake that does not answer ends the session at once with exit code 3, what is wrong, and a remedy."""
    project.makepyfile("def test_it():\n    pass\n")
    result = project.runpytest_inprocess("--knock-url", closed, *workers)
    assert 3 == result.ret
    result.stderr.fnmatch_lines(
        [
            f"Exit: --knock-url: {closed}/_mock/health: no fake answers there (ConnectionError) [[]fake-unreachable[]]",
            "  hint: start it with `mock-knock serve`, or mend the address",
        ]
    )
    for stream in (result.stdout, result.stderr):
        stream.no_fnmatch_line("*Traceback*")
        stream.no_fnmatch_line("*INTERNALERROR*")


def test_nobody_there_for_workers(project: pytest.Pytester, closed: str) -> None:
    """A fake of the configuration that does not answer fails the tests of a worker, and the session goes on."""
    project.makeini(f"[pytest]\nknock_url = {closed}\n")
    project.makepyfile(USE, test_none="def test_none():\n    pass\n")
    result = project.runpytest_inprocess("-n", "1")
    result.assert_outcomes(passed=1, errors=2)
    assert 2 == sum(line.startswith(f"--knock-url: {closed}/_mock") for line in result.stdout.lines)
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_something_else_there(project: pytest.Pytester) -> None:
    """What is no fake ends the session with what to do."""

    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"status": "ok"}')

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    project.makepyfile(USE)
    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        result = project.runpytest_inprocess("--knock-url", f"http://127.0.0.1:{server.server_address[1]}")
        thread.join()
    assert 4 == result.ret
    result.stderr.fnmatch_lines(
        ["Exit: --knock-url: *: something answers there that is no mock-knock*", "  hint: give*"]
    )


def test_what_is_no_address(project: pytest.Pytester) -> None:
    """An address that is none is told, with how to write one."""
    project.makepyfile(USE)
    result = project.runpytest_inprocess("--knock-url", "localhost:4010")
    assert 4 == result.ret
    result.stderr.fnmatch_lines(
        ["Exit: --knock-url: localhost:4010: *no address of a fake*", "  hint: write it like http://127.0.0.1:4010"]
    )


def test_a_token(project: pytest.Pytester) -> None:
    """A fake that asks for a token gets it from `--knock-admin-token`; without it the session says so."""
    project.makepyfile(USE)
    with running(FakeOptions(rules=AccessRules(admin_token="t0ken"))) as server:
        project.runpytest_inprocess("--knock-url", server.url, "--knock-admin-token", "t0ken").assert_outcomes(passed=2)
        result = project.runpytest_inprocess("--knock-url", server.url)
    assert 4 == result.ret
    result.stderr.fnmatch_lines(["Exit: --knock-url: *X-Mock-Admin-Token*", "  hint: give it with --knock-admin-token"])


def test_keys_that_are_refused(project: pytest.Pytester) -> None:
    """A fake that takes some keys alone is of no use to tests, each of which has a key of its own."""
    project.makepyfile(USE)
    with running(FakeOptions(rules=AccessRules(api_keys=frozenset({"sk_test_one"})))) as server:
        result = project.runpytest_inprocess("--knock-url", server.url)
    assert 4 == result.ret
    result.stderr.fnmatch_lines(["Exit: --knock-url: *", "  hint: start it without --api-key and without keys*"])
