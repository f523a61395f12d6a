from __future__ import annotations

import gc
import re
import shlex
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from mock_knock.commands.serve import THRESHOLDS, rare_collections
from mock_knock.local import running
from mock_knock.web.guard import ADMIN_TOKEN_HEADER as ADMIN
from mock_knock.web.guard import DEFAULT_KEY

if TYPE_CHECKING:
    from tests.commands.conftest import Call, Called, Serving, Start

BODY = {"users": [{"id": "ada"}]}


def identify(url: str, key: str = DEFAULT_KEY) -> requests.Response:
    """Identify one user in bulk."""
    headers = {"Authorization": f"Bearer {key}"}
    return requests.post(f"{url}/v1/users/bulk/identify", json=BODY, headers=headers, timeout=60)


def test_one_line_of_json(serve: Callable[..., Serving]) -> None:
    """With --json stdout has one line, address and key, that a program can use."""
    server = serve()
    assert {"url", "api_key"} == set(server.greeting)
    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9][0-9]*", server.url)
    assert DEFAULT_KEY == server.api_key
    assert "queued" == identify(server.url, server.api_key).json()["status"]
    stopped = server.stop()
    assert (0, "") == (stopped.code, stopped.out)


def test_what_to_paste(start: Start) -> None:
    """Without --json everything for people stands on stderr: variables for the SDKs and a curl line that works."""
    process = start(["serve", "--port", "0"])
    assert process.stderr is not None
    lines: list[str] = []
    while not (lines and lines[-1].startswith("See what it holds")):
        lines.append(process.stderr.readline())
    text = "".join(lines)
    exported = dict(part.split("=", 1) for part in shlex.split(text[text.index("export ") :].splitlines()[0])[1:])
    assert {"KNOCK_BASE_URL", "KNOCK_API_KEY"} == set(exported)
    assert 200 == identify(exported["KNOCK_BASE_URL"], exported["KNOCK_API_KEY"]).status_code
    command = shlex.split(text[text.index("curl ") : text.index("See what")].replace("\\\n", " "))
    headers = dict(command[n + 1].split(": ") for n, word in enumerate(command) if word == "-H")
    body = command[command.index("-d") + 1]
    assert "queued" == requests.post(command[-1], data=body, headers=headers, timeout=60).json()["status"]
    for address in re.findall(r"http\S+/_mock/\w+", text):
        assert 200 == requests.get(address, timeout=60).status_code
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (0, "") == (process.returncode, out)
    assert re.search(r"^\d\d:\d\d:\d\d POST /v1/users/bulk/identify 200 \[sk_test_\*\*\*\]", err, re.MULTILINE)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_how_a_server_ends(serve: Callable[..., Serving], number: int, code: int) -> None:
    """Ctrl-C ends a server with exit code 130, SIGTERM with 0; both without a traceback, and the port is free again."""
    server = serve()
    assert 200 == identify(server.url).status_code
    stopped = server.stop(number)
    assert code == stopped.code
    assert ("interrupted" in stopped.err) is (number == signal.SIGINT)
    with pytest.raises(requests.ConnectionError):
        identify(server.url)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_that_nobody_asked(serve: Callable[..., Serving], number: int) -> None:
    """A signal that comes right after the greeting is heard."""
    assert (130 if number == signal.SIGINT else 0) == serve().stop(number).code


def test_the_default_command_serves(call: Call) -> None:
    """Without arguments the program serves on port 4010; taken, it says so and shows the way out."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 4010))
            taken.listen()
        except OSError:
            pass  # somebody else has it, which is as good
        called = call()
    assert (2, "") == (called.code, called.out)
    assert "error: 127.0.0.1:4010: port 4010 is in use [port-in-use]" in called.err
    assert "--port 0" in called.err


def test_a_port_that_is_taken(call: Call) -> None:
    """A port on which somebody listens is refused with exit code 2 and a hint at --port 0."""
    with running() as server:
        called = call("serve", "--port", str(server.effective_port))
    assert (2, True, True) == (called.code, "[port-in-use]" in called.err, "--port 0" in called.err)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "256.1.1.1", "203.0.113.7", "a b", "http://127.0.0.1"])
def test_hosts_that_are_not_here(call: Call, host: str) -> None:
    """An address that is not this machine's is refused with one that is."""
    called = call("serve", "--port", "0", "--host", host)
    assert (2, "") == (called.code, called.out)
    assert "[address-unusable]" in called.err
    assert "hint: use --host 127.0.0.1" in called.err


def test_a_scenario(serve: Callable[..., Serving]) -> None:
    """A scenario decides how bulk operations go."""
    server = serve("--scenario", "immediate")
    assert "completed" == identify(server.url).json()["status"]
    assert "immediate" in server.get("/_mock/scenario").text


def test_answers_can_be_checked(serve: Callable[..., Serving]) -> None:
    """With --check-responses the fake looks at its own answers, which keep the contract."""
    answer = identify(serve("--check-responses").url)
    assert (200, False) == (answer.status_code, "X-Mock-Contract-Violations" in answer.headers)


def test_a_manual_clock(serve: Callable[..., Serving]) -> None:
    """On a manual clock time stands until somebody moves it."""
    server = serve("--clock", "manual")
    operation = identify(server.url).json()["id"]
    before = server.get("/_mock/clock").json()["now"]
    assert before == server.get("/_mock/clock").json()["now"]
    requests.post(f"{server.url}/_mock/clock/advance", json={"seconds": 10}, timeout=60)
    path, headers = f"/v1/bulk_operations/{operation}", {"Authorization": f"Bearer {DEFAULT_KEY}"}
    assert "completed" == server.get(path, **headers).json()["status"]


def test_keys_that_are_accepted(serve: Callable[..., Serving]) -> None:
    """With --api-key these keys alone are accepted, and the greeting names none of them."""
    server = serve("--api-key", "sk_test_canary_one", "--api-key", "sk_test_canary_two")
    assert "<one of your --api-key>" == server.api_key
    keys = ("sk_test_canary_one", "sk_test_canary_two", DEFAULT_KEY)
    assert [200, 200, 401] == [identify(server.url, key).status_code for key in keys]
    assert "canary_one" not in server.stop().err


def test_an_address_of_all(serve: Callable[..., Serving]) -> None:
    """On an address that other machines reach, /_mock is closed and says how to open it; /v1 is guarded by its key."""
    server = serve("--host", "0.0.0.0")
    assert server.url.startswith("http://127.0.0.1:")
    closed = server.get("/_mock/state")
    assert (403, "admin_token_missing") == (closed.status_code, closed.json()["code"])
    assert 200 == identify(server.url).status_code
    assert "/_mock is closed: give --admin-token to open it" in server.stop().err


def test_an_admin_token(serve: Callable[..., Serving]) -> None:
    """With --admin-token /_mock opens to who has it, and to nobody else."""
    server = serve("--host", "0.0.0.0", "--admin-token", "canary")
    tried: list[dict[str, str]] = [{ADMIN: "canary"}, {ADMIN: "canar"}, {ADMIN: ""}, {}]
    answers = [server.get("/_mock/state", **headers) for headers in tried]
    assert [200, 403, 403, 403] == [answer.status_code for answer in answers]
    stopped = server.stop()
    assert "/_mock asks for --admin-token" in stopped.err
    assert "canary" not in stopped.err


def test_an_admin_token_at_home(serve: Callable[..., Serving]) -> None:
    """An admin token is asked for on this machine as well, when there is one."""
    server = serve("--admin-token", "canary")
    assert 403 == server.get("/_mock/state").status_code
    assert 200 == server.get("/_mock/state", **{ADMIN: "canary"}).status_code


def test_another_name(serve: Callable[..., Serving]) -> None:
    """Under a foreign name /_mock answers only when the name is allowed."""
    server = serve("--allowed-host", "knock.test")
    assert [200, 403] == [server.get("/_mock/state", Host=name).status_code for name in ("knock.test:80", "other.test")]


def test_ipv6(call: Call, serve: Callable[..., Serving]) -> None:
    """An IPv6 address stands in brackets in the greeting, and counts as this machine."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 here")
    server = serve("--host", "::1")
    assert server.url.startswith("http://[::1]:")
    assert 200 == server.get("/_mock/state").status_code
    assert 0 == call("run", "bulk-identify-users-notify", "--inputs", "bulk-identify-users-notify", "--target",
                     server.url, "--poll-interval", "0").code  # fmt: skip


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_greeting_that_nobody_can_read(execute: Callable[..., Called]) -> None:
    """A server whose greeting cannot be written does not serve in secret."""
    with Path("/dev/full").open("w") as full:
        done = execute("serve", "--port", "0", "--json", stdout=full)
    assert (2, True) == (done.code, "[system-error]" in done.err)


def test_a_quiet_server(serve: Callable[..., Serving]) -> None:
    """With --quiet a request leaves no line in the log, and is in the journal all the same."""
    server = serve("--quiet")
    assert identify(server.url).ok
    assert requests.get(f"{server.url}/_mock/requests/count", timeout=60).json()["count"] == 1
    assert "bulk/identify" not in server.stop().err  # with --json nobody is told what to paste
    loud = serve()
    assert identify(loud.url).ok
    assert "POST /v1/users/bulk/identify 200" in loud.stop().err


def test_collections_are_rare_while_it_serves() -> None:
    """What is there when a server starts is not looked through for garbage, and afterwards everything is as it was."""
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    with rare_collections():
        assert gc.get_freeze_count() > frozen + 1_000
        assert gc.get_threshold() == THRESHOLDS
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
