from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mock_knock.harness.run_settings import Addresses, RealClock


def test_the_real_clock_goes_forward() -> None:
    """The clock of this machine never goes back, waits as told, and knows the date in UTC."""
    clock = RealClock()
    before = clock.seconds()
    clock.wait(0)
    assert before <= clock.seconds()
    assert datetime(2026, 1, 1, tzinfo=UTC) < clock.now()


@pytest.mark.parametrize(
    ("target", "described", "expected"),
    [
        (None, None, None),
        (None, "https://a.example", "https://a.example"),
        ("http://localhost", "https://a.example", "http://localhost"),
    ],
)
def test_a_target_beats_the_description(target: str | None, described: str | None, expected: str | None) -> None:
    """A target stands for every source; without one the description says where to go."""
    assert expected == Addresses(target).resolve("jobs", described)


def test_a_server_beats_the_target() -> None:
    """The address of one source wins over the target, for that source alone."""
    addresses = Addresses("http://localhost", {"jobs": "http://127.0.0.1:1"})
    assert "http://127.0.0.1:1" == addresses.resolve("jobs", None)
    assert "http://localhost" == addresses.resolve("users", None)
