"""The benchmarks of growth, soak and start are ready to run; nothing is timed here."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from benchmarks import start
from benchmarks.goals import NO_GOAL, Figure, Goal, as_json, render_figures, report, show
from benchmarks.growth import __main__ as growth
from benchmarks.growth.bodies import ANSWER, REFUSED, wrong_bodies
from benchmarks.growth.memory import LEFT
from benchmarks.growth.sizes import FLAT, Sizes
from benchmarks.growth.turns import Ask, Extent, Side, compare, measure_by_turns, ratio_figure
from benchmarks.growth.worlds import new_worlds
from benchmarks.load.candidates import BARE_ON_DEFAULT, OURS, Candidate, own_candidates
from benchmarks.load.loads import IDENTIFY, LOADS, user
from benchmarks.load.serving import Running, running
from benchmarks.load.wrk import Reading, Unanswered
from benchmarks.soak import __main__ as soak
from benchmarks.soak.asked import NUMBER, POPULATION, Asked, creating_nothing, identifying, send_once, triggering
from benchmarks.soak.sending import CONNECTIONS, Sender

ONCE = Extent(turns=1, calls=1)
TINY = Sizes(
    operations=3, users=12, runs=3, under_way=3, journal=5, batch=10, counted=20, usual=ONCE, polls=ONCE, large=ONCE
)
"""Enough to see that everything is measured."""


def ours() -> Candidate:
    """Return the fake as it is measured."""
    return next(each for each in own_candidates() if each.name == OURS)


# goals


@pytest.mark.parametrize(
    ("value", "goal", "verdict"),
    [
        (1.1, Goal(1.1), "yes"),
        (1.2, Goal(1.0), "**no**, by 20 %"),
        (4.99, Goal(5, excludes_limit=True), "yes"),
        (5.0, Goal(5, excludes_limit=True), "**no**, by less than 1 %"),
        (-3.0, Goal(5, excludes_limit=True), "yes"),
        (99.0, None, NO_GOAL),
    ],
)
def test_a_goal_is_missed_above_its_limit(value: float, goal: Goal | None, verdict: str) -> None:
    """A figure may be as much as its goal says, or less where the limit itself is excluded."""
    figure = Figure("memory", value, "MB", goal=goal)
    assert verdict == figure.verdict
    assert figure.is_missed == verdict.startswith("**no**")


def test_a_missed_goal_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table names figure, goal and how far it is missed, JSON says so too, and the exit code is 1."""
    figures = [Figure("fine", 1.0, "x", "1 and 1", FLAT), Figure("bad", 2.2, "x", "1 and 2", FLAT)]
    assert 1 == report(figures, tmp_path / "found.json")
    shown = capsys.readouterr().out
    assert "| fine | 1 and 1 | 1.00 x | at most 1.1 | yes |" in shown
    assert "| bad | 1 and 2 | 2.20 x | at most 1.1 | **no**, by 100 % |" in shown
    found = json.loads((tmp_path / "found.json").read_bytes())
    assert [False, True] == [each["is_missed"] for each in found["figures"]]
    assert 0 == report(figures[:1], None)


def test_the_table_is_markdown() -> None:
    """Every line has as many cells, whether or not a figure has a goal."""
    lines = render_figures([Figure("a", 1, "x"), Figure("b", 1, "x", "of c", FLAT)]).splitlines()
    assert {6} == {line.count("|") for line in lines}
    assert 2 == len(as_json([Figure("a", 1, "x")]))


@pytest.mark.parametrize(
    ("value", "shown"), [(0.123, "0.12"), (12.34, "12.3"), (123.4, "123"), (12_345.6, "12,346"), (-12.34, "-12.3")]
)
def test_figures_have_three_digits(value: float, shown: str) -> None:
    """A figure is shown with three digits, or with all of those before the point."""
    assert shown == show(value)


# turns


class Stopwatch:
    """A clock that moves by what is asked of it alone."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def asks(self, costs: Iterator[float]) -> Callable[[], Ask]:
        """Return what makes ready, which takes long, for requests of these costs."""

        def ask() -> None:
            self.now += next(costs)

        def ready() -> Ask:
            self.now += 1_000
            return ask

        return ready


def test_turns_count_what_is_asked_alone() -> None:
    """Getting ready is not counted, the first turn neither, and a cost is that of one call and one part."""
    clock = Stopwatch()
    sides = [Side(clock.asks(iter([9.0, 9.0, 2.0, 4.0])), parts=3), Side(clock.asks(iter([9.0, 9.0, 6.0, 6.0])))]
    assert [[1.0], [6.0]] == measure_by_turns(sides, Extent(turns=1, calls=2), clock)


def test_who_comes_first_changes() -> None:
    """Each side is first as often as the other, so that what comes before it does it no harm."""
    order: list[str] = []
    sides = [Side(lambda: lambda: order.append("a")), Side(lambda: lambda: order.append("b"))]
    measure_by_turns(sides, Extent(turns=2, calls=1))
    assert ["b", "a", "a", "b", "b", "a"] == order


def test_a_ratio_is_the_median_of_turns() -> None:
    """A slow turn changes a ratio no more than any other one does."""
    figure = ratio_figure("cost", [1e-6, 1e-6, 1e-6], [1e-6, 2e-6, 99e-6], FLAT)
    assert (2.0, "1.00 µs and 2.00 µs", True) == (figure.value, figure.made_of, figure.is_missed)


def test_growing_cost_is_a_missed_goal() -> None:
    """What costs more with each call is beyond the goal beside what does not."""
    clock = Stopwatch()
    growing = (float(each) for each in count(1))
    sides = [Side(clock.asks(iter([1.0] * 9))), Side(clock.asks(growing))]
    assert compare("growth", sides, Extent(turns=3, calls=1), goal=FLAT, clock=clock).is_missed


# growth


@pytest.mark.parametrize("part", growth.PARTS)
def test_each_part_of_growth_has_its_figures(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With little stored, every part measures what it names, and what it measures is told meanwhile."""
    found = growth.measure(TINY, [part])
    assert found
    assert len({each.name for each in found}) == len(found)
    assert len(found) == len(capsys.readouterr().err.splitlines())


def test_refused_bodies_have_a_goal_for_cost_and_answer() -> None:
    """Each wrong body is compared with the accepted one, and its answer is as small as it must be."""
    found = growth.measure(TINY, ["refused"])
    kinds = 2 * len(wrong_bodies(TINY.batch))
    assert [REFUSED, ANSWER] * kinds == [each.goal for each in found]
    assert not any(each.is_missed for each in found if each.goal is ANSWER)


def test_memory_left_has_a_goal() -> None:
    """What creates nothing is to leave nothing behind."""
    assert [LEFT, LEFT] == [each.goal for each in growth.measure(TINY, ["left"])]


def test_the_command_prints_its_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`python -m benchmarks.growth` prints one line for each figure and writes them all."""
    monkeypatch.setattr(Sizes, "quick", lambda: TINY)
    path = tmp_path / "growth.json"
    growth.main(["--quick", "--only", "memory", "--json", str(path)])
    names = [each["name"] for each in json.loads(path.read_bytes())["figures"]]
    shown = capsys.readouterr().out
    assert [True] * len(names) == [f"| {name} |" in shown for name in names]
    assert "| memory of an operation of one user |" in shown


def test_a_wrong_status_is_no_measurement() -> None:
    """A request that is answered with something else than expected ends the benchmark."""
    with new_worlds() as new_world:
        world = new_world()
        with pytest.raises(RuntimeError, match=r"422 .*not 200"):
            world.ask("POST", IDENTIFY, {"users": wrong_bodies(1)["one without id"]})


def test_worlds_know_what_they_are_filled_with() -> None:
    """Time passes until users are there, and a world knows nothing of another one."""
    with new_worlds() as new_world:
        world = new_world()
        world.identify([user(0), user(1)])
        world.settle()
        assert {"ids": ["user-0", "user-1"]} == world.ask("GET", "/_mock/users")
        assert {"ids": []} == new_world().ask("GET", "/_mock/users")
        world.reset()
        assert {"ids": []} == world.ask("GET", "/_mock/users")


# soak


def test_what_is_asked_is_answered_as_expected(tmp_path: Path) -> None:
    """Each request of the soak has the status it is there for, and those that create nothing create nothing twice."""
    with running(ours(), tmp_path, ()) as server:
        nothing = soak.prepare(server)
        before = send_once(server.url, [Asked("GET", "/_mock/runs"), Asked("GET", "/_mock/users")])
        send_once(server.url, nothing)
        assert before == send_once(server.url, [Asked("GET", "/_mock/runs"), Asked("GET", "/_mock/users")])
        assert POPULATION == len(json.loads(before[1])["ids"])
        send_once(server.url, [*identifying()[:5], *triggering()[:2]])
        with pytest.raises(RuntimeError, match="404, not 200"):
            send_once(server.url, [Asked("GET", "/v1/users/nobody")])


def test_what_creates_nothing_is_a_mixture() -> None:
    """Reads, replays and refused requests of each kind are there, always in the same order."""
    found = creating_nothing(["1", "2"])
    assert {200, 400, 401, 404, 422} == {each.status for each in found}
    assert found == creating_nothing(["1", "2"])
    assert not any(NUMBER in each.text("here") for each in found)
    assert all(NUMBER in each.text("here") for each in (*identifying(), *triggering()))


def test_a_request_goes_over_the_wire_as_text() -> None:
    """A request has its length, its key and the host; an own field counts more than the usual one."""
    text = Asked("POST", "/v1/x", b"{}", fields={"Authorization": "Bearer other"}).text("here:1")
    head, _, body = text.partition("\r\n\r\n")
    assert "{}" == body
    assert {"POST /v1/x HTTP/1.1", "Host: here:1", "Content-Length: 2", "Authorization: Bearer other"} <= set(
        head.split("\r\n")
    )


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Return what wrk is made to say."""
    said = {"requests": 40, "refused": 10, "microseconds": 2_000_000, "lost": 0, "broken": 0}

    def run(command: tuple[str, ...], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, f"some\n{json.dumps(said)}\n")

    monkeypatch.setattr(subprocess, "run", run)
    return said


def test_a_sender_goes_on_where_it_has_stopped(tmp_path: Path, answers: dict[str, int]) -> None:
    """Numbers that stand in requests never come again, and a lost answer is no measurement."""
    sender = Sender(triggering(), "http://here:1", tmp_path)
    sent = sender.send(1)
    assert (40, 2.0, 10) == (sent.requests, sent.seconds, sent.refused)
    sender.send(1)
    assert f"local number = {40 + CONNECTIONS}" in (tmp_path / "soak.lua").read_text()
    assert POPULATION == (tmp_path / "texts.lua").read_text().count("HTTP/1.1")
    answers["lost"] = 1
    with pytest.raises(Unanswered):
        sender.send(1)


def test_growth_is_reported() -> None:
    """Memory over requests that create nothing has a goal, what is created is told for each and has none."""
    leaking = soak.Course(requests=1_000, seconds=2.0, refused=150, before=50.0, after=56.0)
    growth_, speed = soak.growth_figures(leaking)
    assert (6.0, "**no**, by 20 %") == (growth_.value, growth_.verdict)
    assert (500.0, "15 % of them refused") == (speed.value, speed.made_of)
    steady = soak.Course(requests=1_000, seconds=2.0, refused=0, before=50.0, after=54.0)
    assert "yes" == next(soak.growth_figures(steady)).verdict
    created, _ = soak.created_figures("run", leaking)
    assert (6_000.0, "bytes", NO_GOAL) == (created.value, created.unit, created.verdict)


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_the_soak_is_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second of each kind of request is enough for all figures; memory is told meanwhile."""
    extent = soak.Extent(warm_up=1, requests=1, remembered=1, created=1, slice=1)
    with running(ours(), tmp_path, ()) as server:
        names = [each.name for each in soak.measure(server, extent, tmp_path, ())]
    assert 3 == sum(name.startswith("memory") for name in names)
    assert 6 == len(names)
    assert 6 == capsys.readouterr().err.count(" MB, ")


# start


def readings(seconds: float, p99: float) -> start.Readings:
    """Return two rounds of three servers; a reading of one of them is missing."""
    slow = start.Start(4.0, 170.0, None)
    ours_ = start.Start(seconds, 90.0, Reading(900.0, 1.0, p99))
    bare = start.Start(0.25, 36.0, Reading(900.0, 1.0, 2.0))
    commands = {"`mock-knock --help`": [0.12, 0.14]}
    return start.Readings(commands, {OURS: [ours_] * 2, BARE_ON_DEFAULT: [bare] * 2, "prism": [slow] * 2})


def test_starts_are_reported() -> None:
    """Start, memory and latency of the fake are held against their goals, those of others are told beside them."""
    found = {each.name: each for each in start.figures(readings(2.0, 4.0))}
    assert "yes" == found["`mock-knock --help`"].verdict
    assert "**no**, by 300 %" == found[f"start to the first answer: {OURS}"].verdict
    assert NO_GOAL == found[f"start to the first answer: {BARE_ON_DEFAULT}"].verdict
    assert (0.5, "**no**, by 67 %") == (
        found["start of mock-knock beside that of prism"].value,
        found["start of mock-knock beside that of prism"].verdict,
    )
    assert "**no**, by 12 %" == found[f"memory after the first answer: {OURS}"].verdict
    assert "**no**, by 100 %" == found[f"p99 of W1 on one connection: {OURS}"].verdict
    assert 2.0 == found[f"p99 of {OURS} beside that of {BARE_ON_DEFAULT}"].value
    assert "p99 of W1 on one connection: prism" not in found


def test_goals_of_a_start_can_be_met() -> None:
    """A start that is quick enough is no missed goal, and without prism there is nothing beside it."""
    found = readings(0.5, 2.0)
    del found.starts["prism"]
    names = {each.name: each.is_missed for each in start.figures(found)}
    assert not names[f"start to the first answer: {OURS}"]
    assert not names[f"p99 of W1 on one connection: {OURS}"]
    assert "start of mock-knock beside that of prism" not in names


def test_every_round_but_the_first_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Commands and servers are started by turns, in one round more than counts, whose figures are left out."""
    told: list[str] = []
    numbers = count()
    monkeypatch.setattr(start, "time_command", lambda _: float(next(numbers)))
    monkeypatch.setattr(start, "start_once", lambda *_: start.Start(float(next(numbers)), 1.0, None))
    found = start.measure([ours()], start.Extent(rounds=2), tmp_path, told.append)
    assert [[3.0, 6.0], [4.0, 7.0]] == list(found.commands.values())
    assert [5.0, 8.0] == [each.seconds for each in found.starts[OURS]]
    assert 3 == len(told)


@pytest.mark.parametrize("name", start.commands())
def test_the_commands_that_are_timed_run(name: str) -> None:
    """A command that fails would end the benchmark; none does."""
    start.time_command(start.commands()[name])


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_a_start_has_memory_and_latency(tmp_path: Path) -> None:
    """A server is started, looked at and asked on one connection."""
    found = start.start_once(ours(), start.Extent(seconds=1, warm_seconds=1), tmp_path)
    assert found.megabytes > 10
    assert found.reading is not None


def test_a_server_that_is_lost_has_no_latency(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a request is lost or refused, there are no figures."""

    def send(*_: object, **__: object) -> Reading:
        raise Unanswered("lost")

    monkeypatch.setattr(start, "send", send)
    server = Running(ours(), "http://127.0.0.1:1", 2**22 + 1, 0.25, LOADS[0].path)
    assert start.latency(server, start.Extent(), tmp_path, ()) is None
