"""Answers on a line that can be waited on and not be broken, as on granian."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import orjson
import pytest
from werkzeug.test import Client, TestResponse

from mock_knock.domain.faults.wire import WireKind
from mock_knock.local import FakeOptions, build_fake
from mock_knock.messages import Connection
from mock_knock.web.sending import CONNECTION
from tests.web.faulty import APPLIED, IDENTIFY, USERS

KEY = "sk_test_local"


class RecordedLine:
    """A line on which nobody really waits."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def wait(self, seconds: float, *, has_answer: bool = True) -> bool:
        """Remember a wait."""
        assert has_answer
        self.waits.append(seconds)
        return True

    def held(self) -> AbstractContextManager[None]:
        """Return the length of a long answer."""
        return nullcontext()

    def is_over(self) -> bool:
        """Tell whether the client has gone."""
        return False


Identify = Callable[[str], TestResponse]


@pytest.fixture
def line() -> RecordedLine:
    """Return the line of all requests."""
    return RecordedLine()


@pytest.fixture
def identify(line: RecordedLine) -> Identify:
    """Return a function that identifies a user and asks for a fault; the clock of the fake goes by."""
    client = Client(build_fake(FakeOptions()).application)

    def send(fault: str) -> TestResponse:
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", "X-Mock-Fault": fault}
        return client.post(IDENTIFY, data=USERS, headers=headers, environ_overrides={CONNECTION: line})

    return send


@pytest.mark.parametrize("kind", WireKind)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_fault_of_the_wire(
    identify: Identify, line: RecordedLine, caplog: pytest.LogCaptureFixture, kind: str, when: str
) -> None:
    """Whatever the wire was to do, the answer is 501 at once, with the remedy, and the log has it as a warning."""
    answer = identify(f"wire={kind}, when_committed={when}")
    envelope = answer.get_json()
    assert (501, 501, "fault_undeliverable", "api_error") == (
        answer.status_code,
        envelope["status"],
        envelope["code"],
        envelope["type"],
    )
    assert (kind in envelope["message"], "without --server" in envelope["message"]) == (True, True)
    assert (36, "application/json", None) == (
        len(answer.headers["x-request-id"]),
        answer.headers["Content-Type"],
        answer.headers.get(APPLIED),
    )
    assert [] == line.waits
    assert ["WARNING"] == [each.levelname for each in caplog.records if "fault_undeliverable" in each.getMessage()]


def test_a_delay(identify: Identify, line: RecordedLine) -> None:
    """A delay is waited for, and then the answer is what it would have been."""
    answer = identify("delay=2s")
    assert (200, "header", "queued", [2.0]) == (
        answer.status_code,
        answer.headers[APPLIED],
        answer.get_json()["status"],
        line.waits,
    )


def test_a_dribble(identify: Identify, line: RecordedLine) -> None:
    """An answer in pieces arrives whole, with a wait before every piece but the first, and none before the answer."""
    answer = identify(orjson.dumps({"delay": {"dribble": {"bytes": 100, "every": "50ms"}}}).decode())
    assert "queued" == answer.get_json()["status"]
    pieces = -(-len(answer.data) // 100)
    assert [0.0, *[0.05] * (pieces - 1)] == line.waits


def test_what_a_line_is(line: Any) -> None:
    """A line is told from a connection by what it cannot do."""
    assert not isinstance(line, Connection)
