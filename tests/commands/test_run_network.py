from __future__ import annotations

import json
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from mock_knock.harness.transport import WsgiTransport
from mock_knock.local import FakeOptions, build_fake, load_scenario, running

if TYPE_CHECKING:
    from tests.commands.conftest import Call, Called, Serving, Start

FLOW = "bulk-identify-users-notify"
HARDENED = f"{FLOW}.hardened"
SOURCES = ("knockUsersApi", "knockBulkOperationsApi", "knockWorkflowsApi")
KNOCK = "https://api.knock.app"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that opens a connection or asks for an address."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("something was sent")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def url() -> Iterator[str]:
    """Yield the address of a fake on a port of this process."""
    with running() as server:
        yield server.url


def closed_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def path_of(called: Called) -> list[tuple[str, str, Any]]:
    """Return the way a run took: step, decision and the status that it read, for each request."""
    return [
        (step["stepId"], step["decision"]["kind"], step["outputs"].get("bulkStatus")) for step in called.report["steps"]
    ]


@pytest.mark.parametrize("name", ["flow", HARDENED])
@pytest.mark.parametrize("scenario", [None, "fails-midway", "immediate"])
def test_over_http_it_is_the_same(
    run_flow: Call, serve: Callable[..., Serving], workspace: Path, name: str, scenario: str | None
) -> None:
    """A flow takes the same way against a server as against the fake in its own process."""
    flow = workspace / "arazzo" / f"{name}.yaml"
    flow.write_text(flow.read_text(encoding="utf-8").replace("retryAfter: 1", "retryAfter: 0"), encoding="utf-8")
    chosen = [] if scenario is None else ["--scenario", scenario]
    server = serve(*chosen, "--clock", "manual")
    inside = run_flow(*chosen, flow=flow)
    outside = run_flow("--target", server.url, "--poll-interval", "0", flow=flow)
    assert (inside.code, path_of(inside)) == (outside.code, path_of(outside))
    assert inside.report["findings"] == outside.report["findings"]
    assert inside.report["outputs"].keys() == outside.report["outputs"].keys()
    assert all(step["request"]["url"].startswith(f"{server.url}/v1/") for step in outside.report["steps"])
    assert f"against {server.url}" in outside.err
    assert 0 == server.stop().code


@pytest.mark.parametrize("slash", ["", "/"])
def test_an_address_with_a_slash(run_flow: Call, url: str, slash: str) -> None:
    """A slash at the end of the target makes no difference."""
    called = run_flow("--target", f"{url}{slash}", "--poll-interval", "0")
    assert (0, f"{url}/v1/users/bulk/identify") == (called.code, called.report["steps"][0]["request"]["url"])


def test_an_address_for_each_source(run_flow: Call, url: str) -> None:
    """Each source can have a server of its own; the descriptions' own ones are then not asked."""
    servers = [part for name in SOURCES for part in ("--server", f"{name}={url}")]
    called = run_flow("--target", "described", *servers, "--poll-interval", "0")
    assert (0, 5) == (called.code, len(called.report["steps"]))


def test_a_server_beats_the_target(run_flow: Call, url: str) -> None:
    """A server that is named for one source gets what belongs to it, the target the rest."""
    called = run_flow("--target", f"http://127.0.0.1:{closed_port()}", "--server", f"knockUsersApi={url}")
    assert (3, [200, None]) == (called.code, [each["response"] and each["response"]["status"]
                                              for each in called.report["steps"]])  # fmt: skip


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_target_that_is_down(run_flow: Call, host: str) -> None:
    """A target that does not answer ends the run with exit code 3, and the report says which request it was."""
    called = run_flow("--target", f"http://{host}:{closed_port()}")
    report = called.report
    assert (3, "unreachable", ["bulkIdentify"]) == (called.code, report["outcome"], called.step_ids())
    assert (None, {"kind": "refused"}) == (report["steps"][0]["response"], report["steps"][0]["error"])
    assert {"request-failed"} <= called.codes()
    assert "is the target running" in called.err


def test_a_target_that_stays_silent(run_flow: Call) -> None:
    """A target that never answers uses up the budget of time, which is exit code 4."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.001)  # a connection is made by the system, and never answered
        called = run_flow("--target", f"http://127.0.0.1:{listener.getsockname()[1]}", "--timeout", "0.2")
    assert (4, {"kind": "timeout"}) == (called.code, called.report["steps"][0]["error"])


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    "arguments",
    [
        ["--target", KNOCK],
        ["--target", f"{KNOCK}:443/"],
        ["--target", "http://192.168.1.5:4010"],
        ["--target", "http://0.0.0.0:4010"],
        ["--target", "http://127.0.0.1.example.com"],
        ["--target", "http://localhost.example.com"],
        ["--target", "http://127.0.0.1@example.com"],
        ["--target", "http://[2001:db8::1]:4010"],
        ["--target", "described"],
        ["--target", "http://127.0.0.1:1", "--server", f"knockWorkflowsApi={KNOCK}"],
    ],
)
def test_nothing_leaves_this_machine(run_flow: Call, arguments: list[str]) -> None:
    """Requests beyond this machine are refused without --live, with a list of what would be sent; nothing is."""
    called = run_flow(*arguments)
    assert (2, "") == (called.code, called.out)
    assert "[live-not-allowed]" in called.err
    assert "hint: give --live if these requests may really be sent:" in called.err
    assert "/v1/workflows/{key}/trigger" in called.err


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("server", ["http://evil.example\\@127.0.0.1", "http://evil.example\\@127.0.0.1/x"])
def test_an_address_that_only_looks_like_this_machine(run_flow: Call, workspace: Path, server: str) -> None:
    """A server that a description spells so that programs disagree about its host is refused, --live or not."""
    for file in (workspace / "openapi").glob("knock-*-api-openapi.yml"):
        file.write_text(file.read_text(encoding="utf-8").replace(KNOCK, server), encoding="utf-8")
    for live in ([], ["--live"]):
        called = run_flow("--target", "described", *live, flow="arazzo/flow.yaml")
        assert (2, "") == (called.code, called.out)
        assert "[server-unknown]" in called.err


@pytest.mark.parametrize("target", [KNOCK, "described"])
def test_live(run_flow: Call, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    """With --live the requests leave, and what will be sent is said first."""
    fake = build_fake(FakeOptions(clock="manual"))
    monkeypatch.setattr("mock_knock.harness.network.NetworkTransport", lambda **_: WsgiTransport(fake.application))
    called = run_flow("--target", target, "--live", "--poll-interval", "0")
    assert (0, 5) == (called.code, len(called.report["steps"]))
    announced, _, rest = called.err.partition("/v1/workflows/{key}/trigger\n")
    assert "--live: these requests leave this machine:" in announced
    assert f"  bulkIdentify: POST {KNOCK}/v1/users/bulk/identify\n" in announced
    assert "outcome success" in rest


def test_live_says_nothing_at_home(run_flow: Call, url: str) -> None:
    """With --live and a target on this machine nothing needs to be said."""
    assert "--live" not in run_flow("--target", url, "--live", "--poll-interval", "0").err


def test_an_interrupted_run(start: Start) -> None:
    """Ctrl-C in the middle of a run ends it with exit code 130, and the steps done so far are shown."""
    with running(FakeOptions(scenario=load_scenario("stuck-queued"))) as server:
        arguments = ["run", FLOW, "--inputs", FLOW, "--target", server.url, "--poll-interval", "3600",
                     "--timeout", "86400"]  # fmt: skip
        process = start(arguments)
        wait_for_poll(server.url)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (130, "interrupted") == (process.returncode, err.strip())
    assert "[run-interrupted]" in out
    assert "✓ bulkIdentify" in out  # the answer to the poll may still be on its way


def wait_for_poll(url: str) -> None:
    """Ask a fake for its journal until a poll stands in it."""
    for _ in range(10_000):
        journal = json.dumps(requests.get(f"{url}/_mock/requests", timeout=60).json())
        if "/v1/bulk_operations/" in journal and '"GET"' in journal:
            return
    pytest.fail("nobody polled")
