from __future__ import annotations

import contextlib
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.bulk_operation import Stage, Timeline
from mock_knock.domain.bulk_plan import BulkPlan
from mock_knock.domain.faults.answer import AnswerFault
from mock_knock.domain.faults.delay import FixedDelay
from mock_knock.domain.faults.fault import Action, Fault
from mock_knock.domain.reading import MAX_NUMBER
from mock_knock.domain.scenario import Scenario
from mock_knock.domain.scenario_format import MAX_SEED, parse_fault, parse_scenario, write_scenario
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue
from tests.domain import made_up_faults

DEFAULT = Timeline()
DROP: Any = object()


def parse(value: JsonValue) -> Scenario:
    """Read a scenario that is called `mine`."""
    return parse_scenario(value, name="mine")


def bulk(**members: JsonValue) -> BulkPlan:
    """Read a scenario with these members of `bulk` and return its plan."""
    return parse({"version": 1, "bulk": members}).bulk


def places(call: Callable[[], object]) -> list[str]:
    """Return the place of each finding when `call` refuses its input."""
    with pytest.raises(InvalidDocument) as caught:
        call()
    findings = caught.value.findings
    assert {("scenario-invalid", "error")} == {(finding.code, finding.severity) for finding in findings}
    assert all(finding.message and finding.hint for finding in findings)
    return [finding.where for finding in findings]


def test_the_smallest_scenario() -> None:
    """A scenario needs its version alone; everything else has the default of the fake."""
    assert Scenario(name="mine") == parse({"version": 1})


def test_a_scenario_with_everything() -> None:
    """Every member that is described is read."""
    found = parse(
        {
            "$schema": "../schemas/scenario.json",
            "version": 1,
            "name": "half",
            "description": "Half of it works.",
            "seed": 42,
            "bulk": {
                "progress": {"queued": {"polls": 2}, "processing": {"seconds": 0.5}},
                "outcome": "failed",
                "fail_at": "50%",
                "error_items": ["jane", "john"],
                "every": 10,
            },
            "faults": [{"id": "down", "do": {"status": 503}}, {"id": "slow", "do": {"delay": "2s"}}],
            "rate_limits": True,
            "aliases": ["B3", "B4"],
            "tags": ["bulk"],
        }
    )
    plan = BulkPlan(
        timeline=Timeline(Stage(polls=2), Stage(seconds=0.5)),
        outcome="failed",
        fail_at=Fraction(1, 2),
        error_ids=frozenset({"jane", "john"}),
        every=10,
    )
    faults = (Fault("down", Action(answer=AnswerFault(503))), Fault("slow", Action(delay=FixedDelay(2))))
    expected = Scenario(
        name="half",
        description="Half of it works.",
        seed=42,
        bulk=plan,
        faults=faults,
        has_rate_limits=True,
        aliases=("B3", "B4"),
        tags=("bulk",),
    )
    assert expected == found


@pytest.mark.parametrize(
    ("progress", "timeline"),
    [
        ({}, DEFAULT),
        ({"queued": {"polls": 3}}, Timeline(Stage(polls=3), DEFAULT.processing)),
        ({"processing": {"seconds": 9}}, Timeline(DEFAULT.queued, Stage(seconds=9))),
        (
            {"queued": {"polls": 1, "seconds": 2}, "processing": {"polls": 0}},
            Timeline(Stage(polls=1, seconds=2), Stage(polls=0)),
        ),
        ({"queued": {}, "processing": {}}, Timeline(Stage(), Stage())),
        ({"queued": {"polls": None, "seconds": None}}, Timeline(Stage(), DEFAULT.processing)),
        ({"by": "polls"}, Timeline(Stage(polls=1), Stage(polls=1))),
        ({"by": "polls", "queued": 0, "processing": 3}, Timeline(Stage(polls=0), Stage(polls=3))),
        ({"by": "time"}, Timeline(Stage(seconds=1), Stage(seconds=1))),
        ({"by": "time", "queued": 0, "processing": 2.5}, Timeline(Stage(seconds=0), Stage(seconds=2.5))),
        ({"by": "immediate"}, Timeline(Stage(polls=0), Stage(polls=0))),
        ({"by": "manual"}, Timeline(Stage(), Stage())),
    ],
)
def test_forms_of_progress(progress: JsonValue, timeline: Timeline) -> None:
    """A stage left out of the long form keeps its default; the short form counts polls or seconds, or neither."""
    assert timeline == bulk(progress=progress).timeline


@pytest.mark.parametrize(
    ("text", "share"), [("0%", 0), ("7%", Fraction(7, 100)), ("07%", Fraction(7, 100)), ("100%", 1)]
)
def test_shares(text: str, share: Fraction) -> None:
    """A share is a whole number of per cent."""
    assert share == bulk(outcome="failed", fail_at=text).fail_at


@pytest.mark.parametrize(("outcome", "every"), [("completed", None), ("completed", 1), ("failed", MAX_NUMBER)])
def test_outcomes(outcome: str, every: int | None) -> None:
    """An outcome and a number of rows come back as they were written."""
    found = bulk(outcome=outcome, every=every)
    assert (outcome, every) == (found.outcome, found.every)


@pytest.mark.parametrize("seed", [0, 1, 2**32, MAX_SEED])
def test_seeds(seed: int) -> None:
    """A seed is any whole number of 63 bits."""
    assert seed == parse({"version": 1, "seed": seed}).seed


SCENARIOS: list[tuple[dict[Any, Any], list[str]]] = [
    ({"version": DROP}, ["#/version"]),
    ({"version": 2}, ["#/version"]),
    ({"version": "1"}, ["#/version"]),
    ({"version": True}, ["#/version"]),
    ({"version": [1]}, ["#/version"]),
    ({"description": 7}, ["#/description"]),
    ({"description": None}, ["#/description"]),
    ({"name": ""}, ["#/name"]),
    ({"seed": -1}, ["#/seed"]),
    ({"seed": 1.5}, ["#/seed"]),
    ({"seed": "1"}, ["#/seed"]),
    ({"seed": True}, ["#/seed"]),
    ({"seed": None}, ["#/seed"]),
    ({"seed": MAX_SEED + 1}, ["#/seed"]),
    ({"faults": {}}, ["#/faults"]),
    ({"faults": [{"id": "a", "do": {"status": 503}}, 7]}, ["#/faults/1"] * 3),
    ({"faults": [{"id": "a", "do": {"status": 9}, "x": 1}]}, ["#/faults/0/x", "#/faults/0/do/status"]),
    ({"rate_limits": "no"}, ["#/rate_limits"]),
    ({"rate_limits": None}, ["#/rate_limits"]),
    ({"aliases": "B3"}, ["#/aliases"]),
    ({"aliases": [3]}, ["#/aliases"]),
    ({"tags": {"bulk": True}}, ["#/tags"]),
    ({"a/b~c": 1}, ["#/a~1b~0c"]),
    ({7: 1}, ["#/7"]),
    ({"version": 0, "seed": [], "bulk": 5, "x": 1}, ["#/x", "#/version", "#/seed", "#/bulk"]),
]
"""Members of a scenario with something wrong, and where."""


@pytest.mark.parametrize(("members", "where"), SCENARIOS)
def test_refused_scenarios(members: dict[Any, Any], where: list[str]) -> None:
    """Whatever is wrong at the top of a scenario is reported, each fault at its place."""
    document = {name: value for name, value in {"version": 1, **members}.items() if value is not DROP}
    assert where == places(lambda: parse(document))


PLANS: list[tuple[dict[Any, Any], list[str]]] = [
    ({"outcome": "maybe"}, ["/outcome"]),
    ({"outcome": None}, ["/outcome"]),
    ({"outcome": ["failed"]}, ["/outcome"]),
    ({"outcome": {"failed": 1}}, ["/outcome"]),
    ({"fail_at": "50%"}, ["/fail_at"]),
    ({"outcome": "completed", "fail_at": "50%"}, ["/fail_at"]),
    ({"outcome": "failed", "fail_at": "101%"}, ["/fail_at"]),
    ({"outcome": "failed", "fail_at": "9" * 5_000 + "%"}, ["/fail_at"]),
    ({"outcome": "failed", "fail_at": "-1%"}, ["/fail_at"]),
    ({"outcome": "failed", "fail_at": "1.5%"}, ["/fail_at"]),
    ({"outcome": "failed", "fail_at": "50"}, ["/fail_at"]),
    ({"outcome": "failed", "fail_at": "50%\n"}, ["/fail_at"]),
    ({"outcome": "failed", "fail_at": "\u0665%"}, ["/fail_at"]),
    ({"outcome": "failed", "fail_at": 0.5}, ["/fail_at"]),
    ({"outcome": "failed", "fail_at": None}, ["/fail_at"]),
    ({"fail_at": 50}, ["/fail_at", "/fail_at"]),
    ({"error_items": "jane"}, ["/error_items"]),
    ({"error_items": [1]}, ["/error_items"]),
    ({"error_items": None}, ["/error_items"]),
    ({"error_items": {"id": "jane"}}, ["/error_items"]),
    ({"every": 0}, ["/every"]),
    ({"every": 2.0}, ["/every"]),
    ({"every": True}, ["/every"]),
    ({"every": MAX_NUMBER + 1}, ["/every"]),
    ({"every": 10**400}, ["/every"]),
    ({"rows": 1}, ["/rows"]),
    ({"progress": None}, ["/progress"]),
    ({"progress": []}, ["/progress"]),
    ({"progress": {"failed": {}}}, ["/progress/failed"]),
    ({"progress": {"queued": 1}}, ["/progress/queued"]),
    ({"progress": {"queued": {"poll": 1}}}, ["/progress/queued/poll"]),
    ({"progress": {"queued": {"polls": -1}}}, ["/progress/queued/polls"]),
    ({"progress": {"queued": {"polls": 1.5}}}, ["/progress/queued/polls"]),
    ({"progress": {"processing": {"seconds": "1"}}}, ["/progress/processing/seconds"]),
    ({"progress": {"processing": {"seconds": float("nan")}}}, ["/progress/processing/seconds"]),
    ({"progress": {"processing": {"seconds": float("inf")}}}, ["/progress/processing/seconds"]),
    ({"progress": {"by": "magic"}}, ["/progress/by"]),
    ({"progress": {"by": ["polls"]}}, ["/progress/by"]),
    ({"progress": {"by": None}}, ["/progress/by"]),
    ({"progress": {"by": "polls", "queued": 1.5}}, ["/progress/queued"]),
    ({"progress": {"by": "polls", "queued": True}}, ["/progress/queued"]),
    ({"progress": {"by": "time", "processing": {"seconds": 1}}}, ["/progress/processing"]),
    ({"progress": {"by": "time", "queued": -1, "processing": None}}, ["/progress/queued", "/progress/processing"]),
]
"""Plans of bulk operations with something wrong, and where."""


@pytest.mark.parametrize(("members", "where"), PLANS)
def test_refused_bulk_plans(members: dict[str, JsonValue], where: list[str]) -> None:
    """Whatever is wrong in the plan of bulk operations is reported, each fault at its place."""
    assert [f"#/bulk{place}" for place in where] == places(lambda: bulk(**members))


@pytest.mark.parametrize("value", [None, True, 7, "version: 1", [], [{"version": 1}]])
def test_a_scenario_is_a_mapping(value: JsonValue) -> None:
    """Anything but a mapping is refused as a whole, and for its missing version."""
    assert ["#", "#/version"] == places(lambda: parse(value))


def test_a_fault_by_itself() -> None:
    """A fault can be read alone, with the usual id where it names none; what is wrong with it is told as elsewhere."""
    fault = Fault("admin", Action(answer=AnswerFault(503)))
    assert fault == parse_fault({"do": {"status": 503}}, usual_id="admin")
    assert ["#/do/status"] == places(lambda: parse_fault({"do": {"status": 1}}, usual_id="admin"))


def test_places_for_people() -> None:
    """The caller decides how a place is written, from the JSON pointer to it."""
    document = {"version": 1, "seed": -1}
    assert ["x.yaml:/seed"] == places(lambda: parse_scenario(document, name="x", where=lambda at: f"x.yaml:{at}"))


def test_a_message_names_the_bounds() -> None:
    """A number out of bounds is refused with the bounds it must keep."""
    with pytest.raises(InvalidDocument, match=rf"'every' must be a whole number from 1 to {MAX_NUMBER} "):
        bulk(every=0)


names = st.sampled_from(
    ["version", "seed", "bulk", "progress", "by", "queued", "polls", "outcome", "fail_at", "every", "x"]
)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["polls", "failed", "50%", "é%"])
documents = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5), max_leaves=15
)


@given(documents, documents)
def test_any_document_is_read_or_refused(value: JsonValue, plan: JsonValue) -> None:
    """Reading ends in a scenario or in findings, whatever the document holds."""
    for document in (value, {"version": 1, "bulk": plan}):
        with contextlib.suppress(InvalidDocument):
            assert isinstance(parse(document), Scenario)


ids = st.frozensets(st.text(min_size=1, max_size=3), max_size=3)
stages = st.builds(Stage, st.none() | st.integers(0, 9), st.none() | st.floats(0, MAX_NUMBER))
shares = st.integers(0, 100).map(lambda each: Fraction(each, 100))
everies = st.none() | st.integers(1, 9)
usual = {"timeline": st.builds(Timeline, stages, stages), "error_ids": ids, "every": everies}
plans = st.builds(BulkPlan, **usual) | st.builds(BulkPlan, outcome=st.just("failed"), fail_at=shares, **usual)
words = st.lists(st.text(max_size=3), max_size=2).map(tuple)
scenarios = st.builds(
    Scenario,
    st.text(min_size=1, max_size=3),
    st.text(max_size=3),
    st.integers(0, MAX_SEED),
    plans,
    st.lists(made_up_faults.faults, max_size=2, unique_by=lambda each: each.id).map(tuple),
    st.booleans(),
    aliases=words,
    tags=words,
)


@given(scenarios)
def test_reading_undoes_writing(scenario: Scenario) -> None:
    """A scenario that is written down and read again is the same."""
    assert scenario == parse(write_scenario(scenario))
