"""How the gauntlet is run, and which of its cells are to be looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from threading import Event

import pytest

from mock_knock.harness.gauntlet import (
    NO_FAULT,
    RANKS,
    Broken,
    Cell,
    Ending,
    FakeKnock,
    GauntletResult,
    Ordeal,
    Verdict,
    ask_control,
    run_cell,
    run_gauntlet,
    worse_cells,
)
from mock_knock.harness.moments import Moment
from mock_knock.messages import Exchange, HttpRequest, HttpResponse, JsonValue, TransportFailure

TIMEOUT = 60
ORDEALS = tuple(Ordeal(name) for name in ("c", "a", "b"))
NAMES = [NO_FAULT, "c", "a", "b"]
ENTRY = {
    "at": "2026-01-01T00:00:00Z",
    "request": {"method": "GET", "url": "http://localhost/v1/users/ada"},
    "response": {"status": 200, "body": "{}"},
    "delivered": True,
    "fault": None,
}


@dataclass
class Scripted:
    """A client that does in each cell what it is told; its fakes have one request in their journal."""

    run: Callable[[str], Ending] = lambda _: Ending("success", "fine", 1.5)
    name: str = "a script"
    begun: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    stopping: Event = field(default_factory=Event)

    def stop(self) -> None:
        """Note that nobody waits any more."""
        self.stopping.set()

    @contextmanager
    def meet(self, ordeal: Ordeal) -> Iterator[FakeKnock]:
        """Set a made-up fake up."""
        self.begun.append(ordeal.fault)
        try:
            yield FakeKnock(run=lambda: self.run(ordeal.fault), ask=self._ask)
        finally:
            self.left.append(ordeal.fault)

    def _ask(self, path: str) -> JsonValue:
        assert len(self.left) < len(self.begun), "nobody answers any more"
        self.asked.append(path)
        broken = [{"invariant": "batch-first", "message": "too early", "count": 2}]
        answers = {"/requests": {"entries": [ENTRY]}, "/faults": {"faults": [{"fired": 2}, {"fired": 3}]}}
        return answers.get(path, {"verdict": "silent", "requests": 7, "broken": broken})


def names(cells: Sequence[Cell]) -> list[str]:
    """Return the fault of each cell."""
    return [cell.ordeal.fault for cell in cells]


@pytest.mark.parametrize("reported", ["success", "failure", "hung"])
def test_a_cell(reported: str) -> None:
    """A cell holds what the fake says of how the client ended, what was broken, and what happened."""
    client = Scripted(lambda _: Ending(reported, "so it ended", 2.5))  # type: ignore[arg-type]
    cell = run_cell(client, Ordeal("reset", "Bad.", ("wire",)))
    assert [f"/verdict?client={reported}", "/requests", "/faults"] == client.asked
    assert (Ordeal("reset", "Bad.", ("wire",)), "silent", Ending(reported, "so it ended", 2.5)) == (  # type: ignore[arg-type]
        cell.ordeal,
        cell.verdict,
        cell.ending,
    )
    assert ((Broken("batch-first", "too early", 2),), ("batch-first",)) == (cell.broken, cell.invariants)
    assert (7, 5, (Moment(0.0, "GET", "/v1/users/ada", 200),)) == (cell.requests, cell.fired, cell.moments)
    assert cell.cost >= 0


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_fault_is_met_once(jobs: int) -> None:
    """The result has the cell without a fault, then those of the faults as they were given, however many at once."""
    client = Scripted()
    result = run_gauntlet(client, ORDEALS, seed=7, jobs=jobs)
    assert ("a script", 7, NAMES) == (result.client, result.seed, names(result.cells))
    assert sorted(NAMES) == sorted(client.begun) == sorted(client.left)


def test_one_after_the_other() -> None:
    """With one job each cell is told before the next one begins."""
    client = Scripted()
    told: list[tuple[str, list[str]]] = []
    run_gauntlet(client, ORDEALS, on_cell=lambda cell: told.append((cell.ordeal.fault, list(client.begun))))
    assert [(name, NAMES[: place + 1]) for place, name in enumerate(NAMES)] == told


def test_many_at_once() -> None:
    """With several jobs so many cells run at the same time, and each is told as soon as it is done."""
    others, is_told = threading.Barrier(3), threading.Event()
    told: list[str] = []

    def run(fault: str) -> Ending:
        if fault == NO_FAULT:
            assert is_told.wait(TIMEOUT)
        else:
            others.wait(TIMEOUT)
        return Ending("success")

    def tell(cell: Cell) -> None:
        told.append(cell.ordeal.fault)
        is_told.set()

    result = run_gauntlet(Scripted(run), ORDEALS, jobs=4, on_cell=tell)
    assert NAMES == names(result.cells)
    assert told[0] != NO_FAULT
    assert sorted(NAMES) == sorted(told)


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_client_that_breaks(jobs: int) -> None:
    """An exception of a client ends the gauntlet, after the cells that had begun, and its own cell is not told."""
    told: list[str] = []

    def run(fault: str) -> Ending:
        if fault == NO_FAULT:
            raise ValueError("broken")
        return Ending("success")

    client = Scripted(run)
    with pytest.raises(ValueError, match="broken"):
        run_gauntlet(client, ORDEALS * 20, jobs=jobs, on_cell=lambda cell: told.append(cell.ordeal.fault))
    assert sorted(client.begun) == sorted(client.left)
    assert NO_FAULT not in told
    if jobs == 1:
        assert [NO_FAULT] == client.begun


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_interrupt(jobs: int) -> None:
    """Whoever interrupts the gauntlet gets it back once the cells that had begun are done."""

    def stop(_: Cell) -> None:
        raise KeyboardInterrupt

    client = Scripted()
    with pytest.raises(KeyboardInterrupt):
        run_gauntlet(client, ORDEALS, jobs=jobs, on_cell=stop)
    assert sorted(client.begun) == sorted(client.left)


def cell(fault: str, verdict: Verdict, *invariants: str) -> Cell:
    """Return a cell with these broken invariants."""
    broken = tuple(Broken(each, "m", 1) for each in invariants)
    return Cell(Ordeal(fault), verdict, Ending("success"), broken, requests=1)


def before(fault: str, verdict: Verdict, *invariants: str) -> JsonValue:
    """Return an earlier report with one cell."""
    return {"cells": [{"fault": fault, "verdict": verdict, "invariants": list(invariants)}]}


def worse(*cells: Cell, baseline: JsonValue | None = None) -> list[str]:
    """Return the faults of the cells that are to be looked at."""
    return names(worse_cells(GauntletResult("x", 0, cells), baseline))


WORSE = {
    ("survived", "loud"),
    ("survived", "hung"),
    ("survived", "silent"),
    ("loud", "hung"),
    ("loud", "silent"),
    ("hung", "silent"),
}


@pytest.mark.parametrize(("earlier", "now"), [*product(RANKS, RANKS)])
@pytest.mark.parametrize("fault", ["reset", NO_FAULT])
def test_verdicts_beside_earlier_ones(earlier: Verdict, now: Verdict, fault: str) -> None:
    """Survived is better than loud, loud better than hung, hung better than silent; with or without a fault."""
    is_worse = (earlier, now) in WORSE
    assert [fault] * is_worse == worse(cell(fault, now, "a"), baseline=before(fault, earlier, "a"))


@pytest.mark.parametrize(("fault", "bad"), [("reset", ["hung", "silent"]), (NO_FAULT, ["loud", "hung", "silent"])])
@pytest.mark.parametrize("baseline", [None, {"cells": []}, before("other", "silent")])
def test_verdicts_without_earlier_ones(fault: str, bad: list[str], baseline: JsonValue | None) -> None:
    """A cell that no earlier report has is bad when it is hung or silent, and without a fault when it is loud, too."""
    assert bad == [each for each in RANKS if worse(cell(fault, each, "a"), baseline=baseline)]


@pytest.mark.parametrize(
    ("earlier", "now", "is_worse"),
    [
        (["a"], ["a"], False),
        (["a", "b"], ["b", "a"], False),
        (["a", "b"], ["a"], False),
        (["a"], [], False),
        ([], ["a"], True),
        (["a"], ["a", "b"], True),
        (["a"], ["b"], True),
    ],
)
def test_broken_invariants_beside_earlier_ones(earlier: list[str], now: list[str], is_worse: bool) -> None:  # noqa: FBT001  # a column of the table
    """With the same verdict a cell is worse when it breaks what it did not break before; a better one never is."""
    assert is_worse is bool(worse(cell("f", "loud", *now), baseline=before("f", "loud", *earlier)))
    assert [] == worse(cell("f", "loud", *now), baseline=before("f", "silent", *earlier))


def test_cells_that_are_worse_keep_their_order() -> None:
    """Of several cells the bad ones are named in the order of the result; what only the earlier report has is gone."""
    cells = (cell("b", "silent"), cell("c", "survived"), cell("a", "hung"))
    assert ["b", "a"] == worse(*cells)
    assert ["a"] == worse(
        *cells, baseline={"cells": [*before("gone", "survived")["cells"], *before("b", "silent")["cells"]]}
    )


class Answering:
    """A transport that answers every request the same."""

    def __init__(self, response: HttpResponse | None) -> None:
        self.response = response
        self.sent: list[HttpRequest] = []

    def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
        """Note a request and answer it."""
        assert timeout > 0
        self.sent.append(request)
        failure = None if self.response else TransportFailure("reset", "gone")
        return Exchange(request, self.response, failure)


def test_controls_are_asked_for_one_world() -> None:
    """A control is asked with the header that opens the client's world, and answers with JSON."""
    transport = Answering(HttpResponse(200, (), b'{"a": [1]}'))
    assert {"a": [1]} == ask_control(transport, "/verdict?client=hung", "Bearer sk_test_x")
    expected = HttpRequest(
        "GET", "http://localhost/_mock/verdict?client=hung", (("Authorization", "Bearer sk_test_x"),)
    )
    assert [expected] == transport.sent


@pytest.mark.parametrize("response", [None, HttpResponse(404, (), b"{}")])
def test_controls_that_do_not_answer(response: HttpResponse | None) -> None:
    """A control that does not answer is a fault of ours, and not judged as one of the client."""
    with pytest.raises(RuntimeError, match="does not answer /faults"):
        ask_control(Answering(response), "/faults", "Bearer sk_test_x")


def test_an_interrupt_stops_what_runs() -> None:
    """When a cell ends a gauntlet of several at a time, those that have begun are stopped and not waited for."""
    client = Scripted()

    def run(fault: str) -> Ending:
        if fault == "first":
            raise KeyboardInterrupt
        return Ending("success" if client.stopping.wait(60) else "hung")

    client.run = run
    with pytest.raises(KeyboardInterrupt):
        run_gauntlet(client, [Ordeal("first"), Ordeal("second")], jobs=3)
    assert sorted(client.begun) == sorted(client.left)
