from __future__ import annotations

from datetime import timedelta

import pytest
from scripted_api import START, Answer, ManualTime, Script, answer

from mock_knock.harness.exchanges import send_in_time
from mock_knock.harness.masking import mask_result
from mock_knock.harness.result import RunResult
from mock_knock.messages import Exchange, HttpRequest, TransportFailure
from tests.report.made_up_run import step

REQUEST = HttpRequest("GET", "http://localhost/")


class Slow(Script):
    """A scripted transport under which the time of the run passes."""

    clock = ManualTime()

    def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
        """Answer after two seconds."""
        self.clock.wait(2.0)
        return super().send(request, timeout=timeout)


class Broken(Slow):
    """A transport that fails in a way of its own."""

    def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
        """Raise after two seconds."""
        super().send(request, timeout=timeout)
        raise OSError("gone")


@pytest.mark.parametrize(
    ("kind", "reply", "timeout", "failure"),
    [
        (Slow, answer({}), 9.0, None),
        (Slow, TransportFailure("reset", "cut off"), 9.0, "reset"),
        (Slow, answer({}), 1.0, "timeout"),
        (Broken, answer({}), 9.0, "broken"),
    ],
)
def test_when_a_request_was_sent(kind: type[Slow], reply: Answer, timeout: float, failure: str | None) -> None:
    """Each exchange says when it was sent and how long it took by the clock of the run, whatever came of it."""
    clock = ManualTime([30.0])
    transport = kind([reply])
    transport.clock = clock
    exchange = send_in_time(transport, clock)(REQUEST, timeout)
    assert failure == (exchange.failure.kind if exchange.failure else None)
    assert (START + timedelta(seconds=30), 2.0) == (exchange.at, exchange.seconds)
    masked = mask_result(RunResult("w", "success", steps=(step("s", exchange),))).steps[0].exchange
    assert (exchange.at, exchange.seconds) == (masked.at, masked.seconds)
