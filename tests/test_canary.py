"""A canary key is found nowhere in what the program writes: each sink has its test.

What a sink shows of a key is its beginning and its last four characters. Facts are no sink: `GET /_mock/state`, the
users, runs and messages show what clients have stored, as they stored it. One line prints a key because that is what it
is for: `mock-knock serve` says which key to use, where the seed declares one (`--json` says it as JSON).
"""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

import mock_knock
from mock_knock import AdminClient, FakeOptions, HttpRequest, KnockWorld, MockKnockError
from mock_knock.cli import main
from mock_knock.commands import gauntlet
from mock_knock.commands.arguments import REPORT_KINDS
from mock_knock.harness.network import NetworkTransport
from mock_knock.harness.transport import WsgiTransport
from mock_knock.web.guard import AccessRules

CANARY = "sk_test_canary0123456789abcdef"
KNOWN = CANARY[8:-4]
"""What must not be found."""
MASKED = "sk_test_***cdef"
FLOW = "bulk-identify-users-notify"
BODIES = (
    {"recipients": ["ada"], "data": {"note": f"use {CANARY}", "token": CANARY}},
    {"recipients": [CANARY], "actor": CANARY, "tenant": CANARY},
    {"recipients": 7, "data": CANARY},
)


def assert_silent(*texts: str) -> None:
    """Fail when the canary stands in a text, or when there is no text at all."""
    assert any(text.strip() for text in texts)
    for text in texts:
        assert KNOWN not in text
        assert KNOWN not in text.encode().hex()


def requests_with_the_canary(url: str) -> Iterator[HttpRequest]:
    """Yield requests that carry it wherever a client could put it."""
    fields = (
        ("Authorization", f"Bearer {CANARY}"),
        ("Idempotency-Key", CANARY),
        ("X-Api-Key", CANARY),
        ("X-Mock-Admin-Token", CANARY),
        ("X-Note", f"my key is {CANARY}"),
        ("Content-Type", "application/json"),
    )
    for body in BODIES:
        yield HttpRequest("POST", f"{url}/v1/workflows/welcome/trigger?api_key={CANARY}", fields, orjson.dumps(body))
    yield HttpRequest("POST", f"{url}/v1/workflows/{CANARY}/trigger", fields, b'{"recipients": ["ada"]}')
    yield HttpRequest("POST", f"{url}/v1/workflows/welcome/trigger", fields, f"not JSON but {CANARY}".encode())
    yield HttpRequest("GET", f"{url}/v1/users/{CANARY}", fields)
    yield HttpRequest("GET", f"{url}/v1/nowhere/{CANARY}?q={CANARY}", fields)
    yield HttpRequest("PUT", f"{url}/v1/users/{CANARY}", (("Authorization", f"Basic {CANARY}"), *fields[1:]), b"{}")
    yield HttpRequest("GET", f"{url}/v1/messages?trigger_data={CANARY}&page_size={CANARY}", fields)


@pytest.fixture
def spoken() -> Iterator[KnockWorld]:
    """Yield a world that was asked with the canary everywhere, which is its key, too."""
    with mock_knock.running(FakeOptions(checks_responses=True)) as knock:
        admin = knock.admin.for_key(CANARY)
        admin.add_fault({"id": "busy", "on": "getUser", "do": {"status": 503}})
        for request in requests_with_the_canary(knock.url):
            assert WsgiTransport(knock.application).send(request, timeout=10).response  # type: ignore[arg-type]  # it has one
        yield KnockWorld(knock.url, CANARY, admin, knock.application)


def test_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """The log of the server has the canary at no level."""
    caplog.set_level(logging.DEBUG)
    with mock_knock.running(FakeOptions(rules=AccessRules(admin_token="another"))) as knock:
        for request in requests_with_the_canary(knock.url):
            NetworkTransport().send(request, timeout=10)
            WsgiTransport(knock.application).send(request, timeout=10)  # type: ignore[arg-type]  # it has one
        with socket.create_connection(("127.0.0.1", int(knock.url.rpartition(":")[2]))) as raw:
            raw.sendall(f"GET /{CANARY} {CANARY}\r\nAuthorization: Bearer {CANARY}\r\n\r\n".encode())
            raw.recv(65_536)
    own = [each for each in caplog.records if each.name.startswith(("mock_knock", "waitress"))]
    assert len(own) > 18
    assert_silent(*(each.getMessage() for each in own), caplog.handler.format(own[0]))
    assert MASKED in caplog.text


def test_a_server_of_its_own() -> None:
    """What `mock-knock serve` prints has neither the keys nor the token that it was given."""
    given = ("--api-key", CANARY, "--admin-token", f"{CANARY}-too")
    command = [sys.executable, "-m", "mock_knock", "serve", "--port", "0", "--json", *given]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        greeting = process.stdout.readline()
        for request in requests_with_the_canary(json.loads(greeting)["url"]):
            NetworkTransport().send(request, timeout=20)
        process.terminate()
        _, log = process.communicate(timeout=60)
    assert 0 == process.returncode
    assert_silent(greeting, log)
    assert MASKED in log


def test_the_journal(spoken: KnockWorld) -> None:
    """The journal shows the requests with the canary masked, in every form in which it can be read."""
    found = spoken.admin.requests()
    assert 8 == found.total
    assert_silent(
        repr(found),
        repr([*spoken.admin.events(after=0, limit=found.total)]),
        repr(spoken.admin.near_misses(limit=100, recipient="bob")),
    )
    assert MASKED in repr(found)


def test_verifications(spoken: KnockWorld) -> None:
    """What a verification says has the canary neither from what was expected nor from what came."""
    for expected in (
        {"workflow": CANARY + "x", "exactly": 1},
        {"recipient": CANARY, "exactly": 7},
        {"header": {"Authorization": f"Bearer {CANARY}x", "Idempotency-Key": CANARY + "x"}},
        {"body": {"data": {"note": CANARY, "token": CANARY + "x", "other": CANARY}}},
        {"user": f"{CANARY}x", "status": 200},
    ):
        for found in (spoken.admin.verify(**expected), spoken.admin.wait(**expected, timeout=0)):
            assert not found.passed
            assert_silent(repr(found))
    assert_silent(repr(spoken.admin.verify_order({"recipient": CANARY}, {"recipient": f"{CANARY}x"})))


def test_other_controls(spoken: KnockWorld) -> None:
    """The verdict, the faults and the scenario say nothing of the canary, which a bearer alone is no fact of."""
    asked = spoken.admin
    assert_silent(repr(asked.verdict()), repr(asked.faults()), repr(asked.scenario()), repr(asked.clock()))
    with mock_knock.running() as knock:
        other = knock.admin.for_key(CANARY)
        WsgiTransport(knock.application).send(  # type: ignore[arg-type]  # it has one
            HttpRequest(
                "POST",
                f"{knock.url}/v1/workflows/welcome/trigger",
                (
                    ("Authorization", f"Bearer {CANARY}"),
                    ("Idempotency-Key", CANARY),
                    ("Content-Type", "application/json"),
                ),
                b'{"recipients": ["ada"]}',
            ),
            timeout=10,
        )
        other.take_snapshot("one")
        assert_silent(repr(other.state()), repr(other.snapshots()), repr(other.runs()))


def refusals(admin: AdminClient) -> Iterator[Callable[[], object]]:
    """Yield calls that fail, with the canary in what is sent."""
    yield lambda: admin.user(CANARY)
    yield lambda: admin.verify(**{CANARY: 1})
    yield lambda: admin.count(operation=CANARY, exactly=CANARY, attempt=CANARY)
    yield lambda: admin.set_scenario({"version": 1, CANARY: 1, "faults": [{"on": CANARY, "do": {"status": CANARY}}]})
    yield lambda: admin.set_state({"version": 1, "users": [{"id": 7, "token": CANARY, CANARY: CANARY}]})
    yield lambda: admin.restore_snapshot(CANARY)
    yield lambda: admin.travel_to(CANARY)
    yield lambda: admin.push_bulk_operation(CANARY, CANARY)
    yield lambda: [*admin.events(after=CANARY)]  # type: ignore[arg-type]  # a mistake


def test_errors_of_the_client(spoken: KnockWorld) -> None:
    """No error of the client has the canary: not what a control refuses, nor what cannot be reached."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = f"http://127.0.0.1:{listener.getsockname()[1]}"
    texts = []
    for admin in (spoken.admin, AdminClient(spoken.url, CANARY), AdminClient(closed, CANARY, token=CANARY)):
        with closing(admin):
            for call in refusals(admin):
                with pytest.raises(MockKnockError) as failed:
                    call()
                texts += [str(failed.value), repr(failed.value)]
        texts.append(repr(admin))
    for url in (f"ftp://{CANARY}", f"http://{CANARY}:{CANARY}@127.0.0.1/?{CANARY}"):
        with pytest.raises(MockKnockError) as failed:
            AdminClient(url)
        texts.append(str(failed.value))
    texts.append(repr(AdminClient(f"http://{CANARY}@127.0.0.1:1")))
    assert_silent(*texts)


Run = Callable[..., list[str]]


@pytest.fixture
def written(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Return what calls the command line with a report and returns all that it wrote."""

    def run(*arguments: str, kind: str, after: tuple[str, ...] = ()) -> list[str]:
        report = tmp_path / f"report.{kind}"
        with pytest.raises(SystemExit):
            main([*arguments, "--report", f"{kind}={report}", *after])
        out, err = capfd.readouterr()
        return [out, err, report.read_text(encoding="utf-8")]

    return run


def inputs(**more: Any) -> tuple[str, ...]:
    """Return inputs with the canary where it is declared as a secret, and where only its look tells."""
    given = {
        "apiKey": CANARY,
        "users": [{"id": "ada", "note": CANARY, "token": CANARY}],
        "recipientIds": ["ada", CANARY],
        "workflowKey": CANARY,
        "data": {"note": f"a key: {CANARY}", CANARY: CANARY},
        **more,
    }
    return tuple(
        word
        for name, value in given.items()
        for word in ("--input", f"{name}={value if isinstance(value, str) else json.dumps(value)}")
    )


@pytest.mark.parametrize("kind", REPORT_KINDS)
@pytest.mark.parametrize("scenario", [None, "500-once", "fails-midway", "reset", "stuck-queued"])
def test_reports_of_runs(written: Run, kind: str, scenario: str | None) -> None:
    """No report of a run, and no tree, has the canary, whatever becomes of the run."""
    chosen = ("--scenario", scenario) if scenario else ()
    assert_silent(*written("run", FLOW, *inputs(), *chosen, "--max-visits", "5", kind=kind))


@pytest.mark.parametrize("kind", REPORT_KINDS)
def test_lines_for_the_shell(written: Run, kind: str) -> None:
    """The command lines that a failed run shows have no canary, nor has an address."""
    with mock_knock.running(FakeOptions(rules=AccessRules(api_keys=frozenset({"sk_test_another"})))) as knock:
        texts = written("run", FLOW, *inputs(), "--target", knock.url, kind=kind)
        assert "curl -sS" in texts[0]
        assert_silent(*texts)
    assert_silent(*written("run", FLOW, *inputs(), "--target", f"http://{CANARY}:{CANARY}@127.0.0.1:9", kind=kind))


@pytest.mark.parametrize("kind", REPORT_KINDS)
def test_inputs_that_are_refused(written: Run, kind: str) -> None:
    """A run that does not begin says what is wrong with its inputs without the canary."""
    assert_silent(*written("run", FLOW, *inputs(users=CANARY, recipientIds=[1, CANARY]), kind=kind))


@pytest.mark.parametrize("kind", [*gauntlet._RENDER])  # noqa: SLF001  # a kind that is new is covered by itself
def test_reports_of_gauntlets(written: Run, kind: str) -> None:
    """No report of a gauntlet has the canary: not of a flow, nor of a command that is given it and prints it."""
    faults = ("--fault", "500-once", "--fault", "fails-midway")
    assert_silent(*written("gauntlet", FLOW, *inputs(), *faults, kind=kind))
    script = f"print('{CANARY}'); raise SystemExit('{CANARY}')"
    report = written("gauntlet", *faults, kind=kind, after=("--", sys.executable, "-c", script))
    assert_silent(*report)
