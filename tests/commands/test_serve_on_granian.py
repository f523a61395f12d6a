"""`mock-knock serve --server granian` serves like the default server, but for faults of the wire."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from mock_knock.domain.faults.wire import WireKind
from mock_knock.web.granian_server import GranianServer
from mock_knock.web.guard import ADMIN_TOKEN_HEADER as ADMIN
from mock_knock.web.guard import DEFAULT_KEY

if TYPE_CHECKING:
    from tests.commands.conftest import Call, Serving

TIMEOUT = 60
BODY = {"users": [{"id": "ada"}]}
IDENTIFY = "/v1/users/bulk/identify"
WIRE = "version: 1\nfaults:\n- {id: late, on: '*', do: {delay: 1s}}\n- {id: cut, on: '*', do: {wire: %s}}\n"


@pytest.fixture(autouse=True)
def fail_to_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    """See to it that no call within this process serves for ever."""
    monkeypatch.setattr(GranianServer, "run", lambda _: pytest.fail("it serves"))


def headers(key: str = DEFAULT_KEY, **more: str) -> dict[str, str]:
    """Return the header fields of a request; those of `more` have _ for -."""
    return {"Authorization": f"Bearer {key}", **{name.replace("_", "-"): value for name, value in more.items()}}


def post(url: str, body: object = BODY, **more: str) -> requests.Response:
    """Send a body to an address with the default key."""
    return requests.post(url, json=body, headers=headers(**more), timeout=TIMEOUT)


def test_where_it_is_not_installed(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without granian the option is refused, with what installs it; the default server needs it not."""
    monkeypatch.setitem(sys.modules, "granian", None)
    monkeypatch.delitem(sys.modules, "mock_knock.web.granian_server", raising=False)
    called = call("serve", "--port", "0", "--server", "granian")
    assert (2, "") == (called.code, called.out)
    assert "error: --server: granian is not installed [server-missing]\n" in called.err
    assert "hint: pip install 'mock-knock[load]', or leave --server out" in called.err


def test_another_server(call: Call) -> None:
    """A server that this one cannot run on is refused with those it can."""
    called = call("serve", "--server", "gunicorn")
    assert (2, "") == (called.code, called.out)
    assert "'waitress', 'granian'" in called.err


@pytest.mark.parametrize("kind", WireKind)
def test_a_scenario_that_cannot_be_delivered(call: Call, tmp_path: Path, kind: str) -> None:
    """A scenario with a fault of the wire, of whatever kind, is refused at the start, with the server that can."""
    (tmp_path / "cut.yaml").write_text(WIRE % kind, encoding="utf-8")
    name = str(tmp_path / "cut.yaml")
    called = call("serve", "--port", "0", "--server", "granian", "--scenario", name)
    assert (2, "") == (called.code, called.out)
    what = f"--scenario {name}: granian cannot deliver the fault 'cut', which is one of the wire ({kind})"
    assert f"error: {what} [fault-undeliverable]\n" in called.err
    assert "hint: leave --server out: waitress" in called.err


def test_a_port_that_is_taken(call: Call) -> None:
    """A port on which somebody listens is refused as by the default server, even where two could share it."""
    with socket.create_server(("127.0.0.1", 0), reuse_port=hasattr(socket, "SO_REUSEPORT")) as taken:
        called = call("serve", "--server", "granian", "--port", str(taken.getsockname()[1]))
    assert (2, True, True) == (called.code, "[port-in-use]" in called.err, "--port 0" in called.err)


def test_a_batch_to_its_end(serve: Callable[..., Serving]) -> None:
    """A batch is identified, polled until it is completed, and somebody of it is notified."""
    server = serve("--server", "granian", "--clock", "manual")
    operation = post(server.url + IDENTIFY).json()
    assert ("queued", server.url) == (operation["status"], operation["progress_path"].partition("/v1")[0])
    polls = [server.get(f"/v1/bulk_operations/{operation['id']}", **headers()).json()["status"] for _ in range(3)]
    assert ["queued", "processing", "completed"] == polls
    assert 200 == post(f"{server.url}/v1/workflows/a%2Fb/trigger", {"recipients": ["ada"]}).status_code
    entry = server.get("/_mock/requests", **headers()).json()["entries"][-1]
    assert f"{server.url}/v1/workflows/a%2Fb/trigger" == entry["request"]["url"]
    assert ["a/b"] == [each["workflow"] for each in server.get("/_mock/state", **headers()).json()["workflow_runs"]]


def test_faults_that_come_later(serve: Callable[..., Serving]) -> None:
    """By whichever door a fault of the wire comes, its request is told that it cannot be delivered; others are not."""
    server = serve("--server", "granian", "--quiet")
    controls, identify = f"{server.url}/_mock", server.url + IDENTIFY
    told = [
        post(identify, X_Mock_Fault="wire=reset"),
        post(identify, X_Mock_Fault="wire=hang, when_committed=after"),
        post(identify, {"users": [{"id": "mock:duplicate-bulk"}]}),
        post(f"{server.url}/v1/workflows/mock-reset-after-commit/trigger", {"recipients": ["ada"]}),
    ]
    fault = {"id": "cut", "on": "*", "when": {"nth": 1}, "do": {"wire": "empty"}}
    assert 201 == post(f"{controls}/faults", fault).status_code
    told += [post(identify)]
    scenario = {"version": 1, "faults": [fault]}
    assert 200 == requests.put(f"{controls}/scenario", json=scenario, headers=headers(), timeout=TIMEOUT).status_code
    told += [post(identify)]
    assert [(501, "fault_undeliverable")] * 6 == [(each.status_code, each.json()["code"]) for each in told]
    assert 200 == post(identify).status_code
    stopped = server.stop()
    assert (0, 6) == (stopped.code, stopped.err.count("fault_undeliverable"))


def test_other_faults(serve: Callable[..., Serving]) -> None:
    """What is said in the answer itself, or late, is delivered: a status, a body, a delay, an answer in pieces."""
    identify = serve("--server", "granian", "--clock", "x60", "--scenario", "503-twice").url + IDENTIFY
    assert 503 == post(identify, X_Mock_Fault="status=503").status_code
    assert "first" == post(identify, X_Mock_Fault='{"headers": {"x-a": "first"}}').headers["x-a"]
    assert 200 == post(identify, X_Mock_Fault="delay=1s").status_code
    dribble = '{"delay": {"dribble": {"bytes": 100, "every": "1s"}}}'
    assert "queued" == post(identify, X_Mock_Fault=dribble).json()["status"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
@pytest.mark.parametrize("is_asked", [True, False])
def test_how_it_ends(serve: Callable[..., Serving], number: int, code: int, *, is_asked: bool) -> None:
    """Ctrl-C and SIGTERM end it as they end the default server, also right after the greeting, and the port is free."""
    server = serve("--server", "granian")
    if is_asked:
        assert 200 == post(server.url + IDENTIFY).status_code
    stopped = server.stop(number)
    assert (code, "", number == signal.SIGINT) == (stopped.code, stopped.out, "interrupted" in stopped.err)
    with pytest.raises(requests.ConnectionError):
        post(server.url + IDENTIFY)


def test_the_other_options(serve: Callable[..., Serving]) -> None:
    """Keys, seed, admin token and log mean what they mean on the default server."""
    server = serve("--server", "granian", "--api-key", "sk_test_mine", "--admin-token", "canary", "--seed", "example")
    assert [401, 403, 200] == [
        post(server.url + IDENTIFY).status_code,
        server.get("/_mock/state", **headers("sk_test_mine")).status_code,
        server.get("/_mock/state", **{**headers("sk_test_mine"), ADMIN: "canary"}).status_code,
    ]
    assert 200 == server.get("/v1/users", **headers("sk_test_mine")).status_code
    assert "GET /v1/users 200 [sk_test_***]" in server.stop().err
