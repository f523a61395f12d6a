"""The gauntlet: one client meets every fault, each in a fresh world, and is judged by what truly happened.

DESIGN section 7. The client says how it ended; the fake, asked through nothing but its controls, says what was broken
and what that makes of the client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager
from dataclasses import dataclass
from time import perf_counter
from typing import Final, Literal, Protocol

import orjson

from mock_knock.harness.moments import Moment, read_moments
from mock_knock.harness.transport import IN_PROCESS_URL, Transport
from mock_knock.messages import HttpRequest, JsonValue

NO_FAULT: Final = "none"
CONTROL_TIMEOUT: Final = 60.0

Reported = Literal["success", "failure", "hung"]
Verdict = Literal["survived", "loud", "hung", "silent"]
RANKS: Final[dict[Verdict, int]] = {"survived": 0, "loud": 1, "hung": 2, "silent": 3}
"""How bad a verdict is."""


@dataclass(frozen=True, slots=True)
class Ordeal:
    """A fault to meet: its name, what it does in a sentence, and what it is about; `NO_FAULT` is none."""

    fault: str
    description: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FakeKnock:
    """A fake that was set up for one cell: `run` runs the client against it.

    `ask` returns what one of its controls says of the world that the client was in, whatever its port does.
    """

    run: Callable[[], Ending]
    ask: Callable[[str], JsonValue]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a client says that it ended, and a line about it; `seconds` is the time it took on its own clock."""

    reported: Reported
    detail: str = ""
    seconds: float = 0.0


class Client(Protocol):
    """What is put to the test."""

    @property
    def name(self) -> str:
        """What it is called, for people."""
        ...

    def meet(self, ordeal: Ordeal) -> AbstractContextManager[FakeKnock]:
        """Set a fresh fake up for an ordeal, for the length of a `with` block."""
        ...

    def stop(self) -> None:
        """Bring whatever runs to its end, from any thread: nobody waits for it any more."""
        ...


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that was broken `count` times; `message` tells of the first time."""

    invariant: str
    message: str
    count: int


@dataclass(frozen=True, slots=True)
class Cell:
    """What one client made of one fault.

    `fired` is how often the fault happened, `cost` the seconds that the cell took on this machine.
    """

    ordeal: Ordeal
    verdict: Verdict
    ending: Ending
    broken: tuple[Broken, ...] = ()
    requests: int = 0
    fired: int = 0
    cost: float = 0.0
    moments: tuple[Moment, ...] = ()

    @property
    def invariants(self) -> tuple[str, ...]:
        """The names of what was broken."""
        return tuple(each.invariant for each in self.broken)


@dataclass(frozen=True, slots=True)
class GauntletResult:
    """All cells of one client, the one without a fault first."""

    client: str
    seed: int
    cells: tuple[Cell, ...]


def run_gauntlet(
    client: Client,
    ordeals: Sequence[Ordeal],
    *,
    seed: int = 0,
    jobs: int = 1,
    on_cell: Callable[[Cell], None] = lambda _cell: None,
) -> GauntletResult:
    """Let a client meet each fault once, `jobs` at a time; `on_cell` is told about each cell as soon as it is done.

    Whoever interrupts it waits until the cells that have begun were stopped.
    """
    every = (Ordeal(NO_FAULT, "Nothing goes wrong."), *ordeals)
    found: dict[str, Cell] = {}
    for cell in _cells(client, every, jobs):
        found[cell.ordeal.fault] = cell
        on_cell(cell)
    return GauntletResult(client.name, seed, tuple(found[each.fault] for each in every))


def _cells(client: Client, ordeals: Iterable[Ordeal], jobs: int) -> Iterator[Cell]:
    if jobs == 1:
        yield from (run_cell(client, each) for each in ordeals)
        return
    with ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(run_cell, client, each) for each in ordeals]
        try:
            for done in as_completed(waiting):
                yield done.result()
        except BaseException:
            client.stop()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def run_cell(client: Client, ordeal: Ordeal) -> Cell:
    """Let a client meet one fault and judge it."""
    began = perf_counter()
    with client.meet(ordeal) as fake:
        ending = fake.run()
        verdict = fake.ask(f"/verdict?client={ending.reported}")
        entries, faults = fake.ask("/requests")["entries"], fake.ask("/faults")["faults"]
    return Cell(
        ordeal=ordeal,
        verdict=verdict["verdict"],
        ending=ending,
        broken=tuple(Broken(each["invariant"], each["message"], each["count"]) for each in verdict["broken"]),
        requests=verdict["requests"],
        fired=sum(each["fired"] for each in faults),
        cost=perf_counter() - began,
        moments=read_moments(entries),
    )


def worse_cells(result: GauntletResult, baseline: JsonValue | None) -> tuple[Cell, ...]:
    """Return the cells that are worse than in an earlier report.

    A cell that no earlier report has is bad when it is silent or hung, and without a fault unless it is survived.
    """
    before = {} if baseline is None else {each["fault"]: each for each in baseline["cells"]}
    return tuple(cell for cell in result.cells if _is_worse(cell, before.get(cell.ordeal.fault)))


def _is_worse(cell: Cell, before: JsonValue | None) -> bool:
    if not cell.requests:
        return True
    if before is None:
        return cell.verdict in {"silent", "hung"} or (cell.ordeal.fault == NO_FAULT and cell.verdict != "survived")
    if RANKS[cell.verdict] != RANKS[before["verdict"]]:
        return RANKS[cell.verdict] > RANKS[before["verdict"]]
    return bool(set(cell.invariants) - set(before["invariants"]))


def ask_control(transport: Transport, path: str, authorization: str) -> JsonValue:
    """Return what one of a fake's controls says of the world that a header `Authorization` opens."""
    request = HttpRequest("GET", f"{IN_PROCESS_URL}/_mock{path}", (("Authorization", authorization),))
    response = transport.send(request, timeout=CONTROL_TIMEOUT).response
    if response is None or response.status != 200:  # noqa: PLR2004
        raise RuntimeError(f"the fake does not answer {path}")  # within this process it does
    return orjson.loads(response.body)
