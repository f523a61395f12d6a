from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mock_knock.commands.demo_clients import (
    TRIES,
    DemoClient,
    Knock,
    back_off,
    poll_with_deadline,
    poll_without_end,
    send_again,
    send_again_with_key,
    wait_as_asked,
)
from mock_knock.commands.demo_faults import DEMOS, Demo, ScriptedClient
from mock_knock.gauntlets import choose_ordeals
from mock_knock.harness.gauntlet import NO_FAULT, Ending, Ordeal, run_cell
from mock_knock.harness.transport import IN_PROCESS_URL
from mock_knock.local import shared_clock
from mock_knock.messages import Exchange, HttpRequest, TransportFailure

if TYPE_CHECKING:
    from tests.commands.conftest import Call


@pytest.mark.parametrize(
    ("name", "naive", "careful", "broken"),
    [
        ("endless-poll", "… hung", "! loud", []),
        ("double-send", "✗ silent", "✓ survived", ["one-effect"]),
        ("silent-failure", "✗ silent", "! loud", ["batch-first"]),
        ("retry-after", "✗ silent", "✓ survived", ["retry-after"]),
    ],
)
def test_a_demonstration(call: Call, name: str, naive: str, careful: str, broken: list[str]) -> None:
    """Each demonstration shows both clients with their verdicts and what was broken, and keeps what it promises."""
    called = call("demo", name)
    lines = called.out.splitlines()
    assert (0, "") == (called.code, called.err)
    assert f"{naive:<47}{careful}" in lines
    assert f"{'naive client':<47}careful client" in lines
    assert broken == [line.partition(":")[0].strip() for line in lines if line.startswith("  ") and ": " in line]
    assert DEMOS[name].lesson in lines
    assert f"Your own client:  mock-knock gauntlet --fault {DEMOS[name].fault} -- python your_client.py" == lines[-1]


@pytest.mark.parametrize("name", DEMOS)
def test_a_demonstration_fits_a_terminal(call: Call, name: str) -> None:
    """What both clients did takes a screen at most, no line ends in blanks, and a file gets no colours."""
    lines = call("demo", name).out.splitlines()
    assert len(lines) < 30
    assert 100 >= max(len(line) for line in lines if ": " not in line)
    assert [] == [line for line in lines if line != line.rstrip()]
    assert "\x1b" not in "".join(lines)


def test_long_stories_are_cut(call: Call) -> None:
    """Of many requests the first and the last ones are shown, and how many are left out."""
    lines = call("demo", "endless-poll").out.splitlines()
    told = [line for line in lines if "more" in line]
    assert [f"{'       ... 50 more ...':<47}       ... 20 more ..."] == told
    assert f"{'  0.0 s identify  200':<47}  0.0 s identify  200" == lines[5]
    assert " 61.0 s poll      200 queued 0%" in {line[:47].rstrip() for line in lines}


def test_what_the_wire_swallowed(call: Call) -> None:
    """A request without an answer is told as such."""
    told = "  5.0 s trigger   no answer"
    assert f"{told:<47}{told}" in call("demo", "double-send").out.splitlines()


def test_a_demonstration_that_does_not_exist(call: Call) -> None:
    """An unknown name is refused with the list of those that there are."""
    called = call("demo", "nope")
    assert (2, "") == (called.code, called.out)
    assert called.err.splitlines() == [
        "error: there is no demo 'nope' [demo-unknown]",
        "  hint: demos: endless-poll, double-send, silent-failure, retry-after",
    ]


@pytest.mark.parametrize("changes", [{"promised": ("survived", "survived")}, {"naive": wait_as_asked}])
def test_a_demonstration_that_fails(call: Call, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]) -> None:
    """When a demonstration does not show what it promises, the exit code says so."""
    changed: Demo = replace(DEMOS["retry-after"], **changes)  # type: ignore[arg-type]
    monkeypatch.setitem(DEMOS, "retry-after", changed)
    assert 1 == call("demo", "retry-after").code


def test_colours_on_a_terminal(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal what was broken stands out."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert "  \x1b[31mbatch-first\x1b[0m: a run for " in call("demo", "silent-failure").out


@pytest.mark.parametrize(
    ("client", "fault", "verdict", "detail"),
    [
        (poll_without_end, NO_FAULT, "survived", "says that it notified everybody"),
        (poll_with_deadline, NO_FAULT, "survived", "says that it notified everybody"),
        (send_again, NO_FAULT, "survived", "says that it notified everybody"),
        (send_again_with_key, NO_FAULT, "survived", "says that it notified everybody"),
        (back_off, NO_FAULT, "survived", "says that it notified everybody"),
        (wait_as_asked, NO_FAULT, "survived", "says that it notified everybody"),
        (poll_with_deadline, "partial-errors", "loud", "notifies nobody: completed"),
        (poll_with_deadline, "stuck-queued", "loud", "gives up after 30 s: queued"),
        (poll_without_end, "workflow-missing", "loud", "says it failed"),
        (poll_without_end, "reset-after-commit", "loud", "says it failed"),
        (wait_as_asked, "stuck-queued", "loud", "gives up"),
        (wait_as_asked, "429-without-retry-after", "survived", "says that it notified everybody"),
    ],
)
def test_clients_of_demonstrations(client: DemoClient, fault: str, verdict: str, detail: str) -> None:
    """The clients do their job when nothing goes wrong, and say how they end when something does."""
    ordeal = next(iter(choose_ordeals([fault])), Ordeal(NO_FAULT))
    cell = run_cell(ScriptedClient("client", client), ordeal)
    assert (verdict, detail) == (cell.verdict, cell.ending.detail)


@pytest.mark.parametrize("client", [send_again, send_again_with_key])
def test_a_client_that_is_never_answered(client: DemoClient) -> None:
    """A client that sends again gives up after a few tries, and says so."""
    paths: list[str] = []

    class Losing:
        """A transport that loses every answer."""

        def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
            """Note a request."""
            assert timeout > 0
            paths.append(request.url.removeprefix(IN_PROCESS_URL))
            return Exchange(request, failure=TransportFailure("reset", "gone"))

    assert Ending("failure", "gives up") == client(Knock(Losing(), shared_clock()))
    assert ["/v1/users/bulk/identify", *["/v1/workflows/welcome/trigger"] * TRIES] == paths
