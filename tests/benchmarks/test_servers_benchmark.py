"""The benchmark of servers that carry our application is ready to run; nothing is timed here."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.load.loads import LOADS
from benchmarks.load.measuring import Readings
from benchmarks.load.serving import ask, running
from benchmarks.load.wrk import Reading
from benchmarks.servers import MEASURED, candidates, render


def test_every_server_that_is_there() -> None:
    """Our two servers are measured, waitress first, and the others where they are installed."""
    foreign = [name for name in ("cheroot", "pyuwsgi") if find_spec(name)]
    assert [each.name for each in candidates()] == ["waitress", "granian", *foreign]
    assert all(each.validates and each.version.startswith(each.name) for each in candidates())


@pytest.mark.parametrize("name", ["cheroot", "pyuwsgi"])
def test_a_foreign_server_carries_our_application(tmp_path: Path, name: str) -> None:
    """What is measured is our application: it takes the loads and refuses what is wrong."""
    pytest.importorskip(name)
    candidate = next(each for each in candidates() if each.name == name)
    with running(candidate, tmp_path, ()) as server:
        loads = [each for each in LOADS if each.name in MEASURED]
        assert [ask(server.url, load, server.operation)[0] for load in loads] == [200] * len(loads)
        assert server.wrongly_accepted() == []


def test_the_table() -> None:
    """The table has requests a second and their ratio to those of waitress; what is missing is a dash."""
    found = Readings()
    for load in MEASURED:
        found.found["waitress", load] = [Reading(200.0, 1.0, 2.0)]
    found.found["granian", "W1"] = [Reading(500.0, 1.0, 2.0)]
    assert render(found, ["waitress", "granian"]).splitlines()[2:] == [
        "| waitress | 200 | 200 | 200 | 1.00x | 1.00x | 1.00x |",
        "| granian | 500 | - | - | 2.50x | - | - |",
    ]
