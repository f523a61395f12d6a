"""The bundled faults, and what the two bundled flows make of each."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from mock_knock.domain.scenario import Scenario
from mock_knock.errors import InvalidDocument, UsageError
from mock_knock.files import bundled, list_bundled, read_document
from mock_knock.flows import open_flow
from mock_knock.gauntlets import CommandClient, choose_ordeals, find_scenario, flow_client
from mock_knock.harness.gauntlet import NO_FAULT, GauntletResult, Ordeal, Verdict, run_cell, run_gauntlet, worse_cells
from mock_knock.harness.run_settings import RunSettings
from mock_knock.local import build_fake, load_scenario
from mock_knock.web.app import create_app

PUBLISHED = "bulk-identify-users-notify"
HARDENED = f"{PUBLISHED}.hardened"
INPUTS: dict[str, Any] = read_document(bundled("inputs", f"{PUBLISHED}.yaml")).value
SCENARIOS = {name: load_scenario(name) for name in list_bundled("scenarios")}

TABLE = """
fault                            published               hardened
none                             survived                survived
404-after-create                 loud                    loud
404-later                        survived                survived
count-lies                       survived                survived
dedup-limited                    survived                survived
duplicate-bulk                   loud                    loud
fails-midway                     silent:batch-first      loud
partial-errors                   silent:failed-rows      loud
progress-backwards               survived                survived
stuck-processing                 hung                    loud
stuck-queued                     hung                    loud
terminal-flip                    survived                survived
actor-missing                    loud                    loud
dup-run-id                       survived                survived
reset-after-commit               loud                    loud
reset-after-commit-without-key   loud                    loud
too-many-recipients              loud                    loud
workflow-inactive                loud                    loud
workflow-missing                 loud                    loud
400-bad-json                     loud                    loud
401-mid-flow                     loud                    loud
403-public-key                   loud                    loud
408-once                         loud                    loud
409-once                         loud                    loud
413-too-large                    loud                    loud
415-media-type                   loud                    loud
429-no-retry                     loud                    loud
429-retry-after                  loud                    loud
429-retry-after-61               loud                    loud
429-retry-after-date             loud                    loud
429-retry-after-garbage          loud                    loud
429-retry-after-ms               loud                    loud
429-retry-after-past             loud                    loud
429-retry-after-zero             loud                    loud
429-without-retry-after          loud                    loud
500-once                         loud                    loud
502-html                         loud                    loud
503-five-times                   loud                    loud
503-once                         loud                    loud
503-three-times                  loud                    loud
503-twice                        loud                    loud
504-after-commit                 loud                    loud
504-once                         loud                    loud
rate-tiers                       survived                survived
redirect-loop                    loud                    loud
bandwidth                        survived                survived
dribble                          survived                survived
hang                             loud                    loud
latency-fixed                    survived                survived
latency-lognormal                survived                survived
slow-accept                      survived                survived
slow-close                       survived                survived
bad-chunk                        loud                    loud
close-idle                       loud                    loud
empty                            loud                    loud
garbage                          loud                    loud
refuse                           loud                    loud
reset                            loud                    loud
reset-three-times                loud                    loud
short-body                       loud                    loud
bad-date                         loud                    loud
bad-uuid                         loud                    loud
bom                              loud:batch-first        loud
deep-nesting                     loud:batch-first        loud
duplicate-keys                   survived                survived
empty-body                       loud:batch-first        loud
extra-enum                       loud:batch-first        loud
extra-fields                     survived                survived
html-200                         loud:batch-first        loud
huge-integer                     loud                    loud
list-instead                     loud:batch-first        loud
missing-estimated-total-rows     loud                    loud
missing-id                       loud                    loud
missing-inserted-at              loud                    loud
missing-name                     loud                    loud
missing-processed-rows           loud                    loud
missing-status                   loud:batch-first        loud
missing-success-count            loud                    loud
missing-typename                 loud                    loud
missing-updated-at               loud                    loud
nan                              loud:batch-first        loud
no-content-204                   loud                    loud
no-content-type                  loud                    loud
null-body                        loud:batch-first        loud
null-status                      loud:batch-first        loud
truncated-json                   loud:batch-first        loud
undocumented-header              survived                survived
undocumented-status              loud                    loud
wrong-content-type               loud:batch-first        loud
wrong-type-estimated-total-rows  loud                    loud
wrong-type-id                    loud                    loud
wrong-type-inserted-at           loud                    loud
wrong-type-name                  loud                    loud
wrong-type-processed-rows        loud                    loud
wrong-type-status                loud:batch-first        loud
wrong-type-success-count         loud                    loud
wrong-type-typename              loud                    loud
wrong-type-updated-at            loud                    loud
"""
"""Each cell of both flows: the verdict, and what was broken."""
SURVIVED = [
    "none",
    "404-later",
    "count-lies",
    "dedup-limited",
    "progress-backwards",
    "terminal-flip",
    "dup-run-id",
    "rate-tiers",
    "bandwidth",
    "dribble",
    "latency-fixed",
    "latency-lognormal",
    "slow-accept",
    "slow-close",
    "duplicate-keys",
    "extra-fields",
    "undocumented-header",
]
"""Of the published flow and of the hardened one."""


def expected(column: int) -> dict[str, str]:
    """Return a column of the table by fault."""
    rows = [line.split() for line in TABLE.strip().splitlines()[1:]]
    return {row[0]: row[column] for row in rows}


def told(result: GauntletResult) -> dict[str, str]:
    """Return verdict and broken invariants of each cell, as the table has them."""
    return {cell.ordeal.fault: ":".join((cell.verdict, ",".join(cell.invariants))).rstrip(":") for cell in result.cells}


def faults(result: GauntletResult, verdict: Verdict) -> list[str]:
    """Return the faults of the cells with a verdict."""
    return [cell.ordeal.fault for cell in result.cells if cell.verdict == verdict]


def test_the_published_flow() -> None:
    """The published flow is silent for operations that fail, and hangs on those that never end; nothing else is bad."""
    result = run_gauntlet(flow_client(PUBLISHED, INPUTS), choose_ordeals())
    assert expected(1) == told(result)
    assert ["fails-midway", "partial-errors"] == faults(result, "silent")
    assert ["stuck-processing", "stuck-queued"] == faults(result, "hung")
    assert SURVIVED == faults(result, "survived")
    not_met = [cell.ordeal.fault for cell in result.cells if not cell.fired]
    assert (PUBLISHED, [NO_FAULT, "404-later", "dup-run-id", "rate-tiers"]) == (result.client, not_met)


def test_the_hardened_flow() -> None:
    """The hardened flow is never silent, comes to an end every time, and harms nobody; so it is with four at once."""
    result = run_gauntlet(flow_client(HARDENED, INPUTS), choose_ordeals(), jobs=4)
    assert expected(2) == told(result)
    assert ([], []) == (faults(result, "silent"), faults(result, "hung"))
    assert SURVIVED == faults(result, "survived")
    assert [] == [cell for cell in result.cells if cell.invariants]


def test_the_same_gauntlet_again() -> None:
    """A gauntlet has the same result again, also with several cells at once."""
    client = flow_client(PUBLISHED, INPUTS, seed=5)
    first, second, at_once = (
        [
            (cell.ordeal, cell.verdict, cell.invariants, cell.requests, cell.fired, cell.ending.reported)
            for cell in run_gauntlet(client, choose_ordeals(tags=["bulk"]), seed=5, jobs=jobs).cells
        ]
        for jobs in (1, 1, 4)
    )
    assert first == second == at_once


def test_fakes_are_made_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """While one thread makes a fake, no other one does: routing uses what CPython cannot use in two threads at once."""
    made: list[threading.Thread] = []
    other = threading.Thread(target=build_fake)

    def make_beside_another(*arguments: Any, **named: Any) -> Any:
        made.append(threading.current_thread())
        if len(made) == 1:
            other.start()
            other.join(0.2)  # it is not done before this one is
            assert [threading.current_thread()] == made
        return create_app(*arguments, **named)

    monkeypatch.setattr("mock_knock.local.create_app", make_beside_another)
    build_fake()
    other.join()
    assert [threading.current_thread(), other] == made


def test_time_costs_a_flow_nothing() -> None:
    """What a flow waits for passes on its own clock: the same fault takes it the same time, again and again."""
    client = flow_client(HARDENED, INPUTS, seed=3)
    (ordeal,) = choose_ordeals(["latency-lognormal"])
    first, second = (run_cell(client, ordeal).ending.seconds for _ in range(2))
    assert pytest.approx(first) == second
    assert first > 2


def test_every_fault_is_there_once() -> None:
    """All bundled scenarios with tags are faults to meet, each once and by kind; those without tags are none."""
    found = choose_ordeals()
    assert {name for name, each in SCENARIOS.items() if each.tags} == {each.fault for each in found}
    assert len(found) == len({each.fault for each in found})
    assert ["bulk", "trigger", "http", "slow", "wire", "contract"] == list(
        dict.fromkeys(each.tags[0] for each in found)
    )
    assert {"immediate"} == {name for name, each in SCENARIOS.items() if not each.tags}
    assert all(each.description.endswith(".") for each in found)


def test_a_kind_of_their_own_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults of a kind that is not known come behind the others."""
    given = (Scenario("a", tags=("own",)), Scenario("c", tags=("contract",)), Scenario("b", tags=("bulk",)))
    monkeypatch.setattr("mock_knock.gauntlets.catalogue", lambda: given)
    assert ["b", "c", "a"] == [each.fault for each in choose_ordeals()]


@pytest.mark.parametrize(
    ("names", "tags", "chosen"),
    [
        (["reset"], [], ["reset"]),
        (["reset", "503-twice", "reset"], [], ["503-twice", "reset"]),
        (["B4"], [], ["partial-errors"]),
        (["B4", "H1", "partial-errors"], [], ["partial-errors", "429-retry-after"]),
        ([NO_FAULT], [], []),
        ([NO_FAULT, "reset"], [], ["reset"]),
        ([], ["slow"], [name for name, each in SCENARIOS.items() if "slow" in each.tags]),
        (
            ["reset", "bandwidth"],
            ["slow"],
            [*(name for name, each in SCENARIOS.items() if "slow" in each.tags), "reset"],
        ),
    ],
)
def test_chosen_faults(names: list[str], tags: list[str], chosen: list[str]) -> None:
    """Faults are chosen by name, by alias and by tag, each once; `none` chooses nothing more."""
    assert chosen == [each.fault for each in choose_ordeals(names, tags)]


@pytest.mark.parametrize(
    ("names", "tags", "code", "what", "listed"),
    [
        (["nope"], [], "fault-unknown", "there is no fault 'nope'", {"faults: ", "503-twice", "reset-after-commit"}),
        (["reset", "B99"], [], "fault-unknown", "there is no fault 'B99'", {"reset"}),
        (["immediate"], [], "fault-unknown", "there is no fault 'immediate'", {"reset"}),
        (["RESET"], [], "fault-unknown", "there is no fault 'RESET'", {"reset"}),
        ([""], [], "fault-unknown", "there is no fault ''", {"reset"}),
        ([], ["nope"], "tag-unknown", "there is no tag 'nope'", {"tags: bulk, contract, http, slow, trigger, wire"}),
        (["nope"], ["nope"], "tag-unknown", "there is no tag 'nope'", {"tags: "}),
    ],
)
def test_faults_that_are_not_there(names: list[str], tags: list[str], code: str, what: str, listed: set[str]) -> None:
    """A name or a tag that does not exist is refused with the list of those that do."""
    with pytest.raises(UsageError) as refused:
        choose_ordeals(names, tags)
    assert (code, what) == (refused.value.code, refused.value.what)
    assert set() == {each for each in listed if each not in refused.value.hint}


def test_scenarios_of_faults() -> None:
    """The scenario of a fault is the bundled one with the seed of the gauntlet; without a fault it is the usual one."""
    found = find_scenario(Ordeal("latency-lognormal"), 7)
    assert (7, SCENARIOS["latency-lognormal"].faults) == (found.seed, found.faults)
    assert Scenario(name=NO_FAULT, seed=7) == find_scenario(Ordeal(NO_FAULT), 7)


def test_a_seed_decides() -> None:
    """What a fault leaves to chance depends on the seed of the gauntlet."""
    (ordeal,) = choose_ordeals(["latency-lognormal"])
    seconds = {run_cell(flow_client(HARDENED, INPUTS, seed=seed), ordeal).ending.seconds for seed in range(3)}
    assert 3 == len(seconds)


def test_a_flow_with_a_key_of_its_own() -> None:
    """A flow that uses another API key is judged by what happened in the world of that key."""
    client = flow_client(PUBLISHED, {**INPUTS, "apiKey": "sk_test_other"})
    cell = run_cell(client, choose_ordeals(["fails-midway"])[0])
    assert ("silent", ("batch-first",), 5, 1, 5) == (
        cell.verdict,
        cell.invariants,
        cell.requests,
        cell.fired,
        len(cell.moments),
    )


@pytest.mark.parametrize(
    ("flow", "name"),
    [
        (PUBLISHED, PUBLISHED),
        (bundled("arazzo", f"{HARDENED}.yaml"), HARDENED),
        (open_flow(PUBLISHED), PUBLISHED),
    ],
)
def test_names_of_flows(flow: Any, name: str) -> None:
    """A flow is called by the name of its file, whether it is given by name, by path or loaded."""
    assert name == flow_client(flow, INPUTS).name


def test_a_flow_without_inputs() -> None:
    """A flow that lacks inputs is refused before it meets anything."""
    with pytest.raises(InvalidDocument) as refused:
        flow_client(PUBLISHED, {})
    assert {"input-invalid"} == {each.code for each in refused.value.findings}


def test_a_flow_out_of_time() -> None:
    """A flow that is ended by a budget is hung."""
    client = flow_client(PUBLISHED, INPUTS, settings=RunSettings(timeout=3))
    cell = run_cell(client, choose_ordeals(["stuck-queued"])[0])
    assert ("hung", "hung", "outcome exhausted") == (cell.verdict, cell.ending.reported, cell.ending.detail)


@pytest.mark.parametrize(
    ("fault", "detail"),
    [
        (NO_FAULT, "outcome success"),
        ("bad-date", "outcome success, 3 contract violations"),
        ("fails-midway", "outcome failure"),
    ],
)
def test_what_a_flow_reports(fault: str, detail: str) -> None:
    """A flow reports success when its outcome is one and no message broke the contract."""
    cell = run_cell(flow_client(HARDENED, INPUTS), next(iter(choose_ordeals([fault])), Ordeal(NO_FAULT)))
    reported = "success" if detail == "outcome success" else "failure"
    assert (reported, detail) == (cell.ending.reported, cell.ending.detail)


def test_a_command_meets_a_server() -> None:
    """A command finds the address and the key of a fake in its environment, and its requests are seen."""
    script = (
        "import os, urllib.request as u\n"
        "asked = u.Request(os.environ['KNOCK_BASE_URL'] + '/v1/users/ada')\n"
        "asked.add_header('Authorization', 'Bearer ' + os.environ['KNOCK_API_KEY'])\n"
        "u.build_opener(u.ProxyHandler({})).open(asked)\n"
    )
    client = CommandClient((sys.executable, "-I", "-c", script))
    cell = run_cell(client, Ordeal(NO_FAULT))
    assert ("loud", "failure", 1) == (cell.verdict, cell.ending.reported, cell.requests)
    assert "exit code 1; urllib.error.HTTPError: HTTP Error 404: NOT FOUND" == cell.ending.detail
    assert [("GET", "/v1/users/ada", 404)] == [(each.method, each.path, each.status) for each in cell.moments]


def test_names_of_commands(tmp_path: Path) -> None:
    """A command is called by its command line, as a shell would take it."""
    assert (
        f"python '{tmp_path}/my client.py' 'a'\"'\"'b'"
        == CommandClient(("python", f"{tmp_path}/my client.py", "a'b")).name
    )


def test_a_command_that_proves_nothing() -> None:
    """A command that sends nothing to its fake is to be looked at, whatever it says."""
    result = run_gauntlet(CommandClient((sys.executable, "-c", "pass")), ())
    assert result.cells == worse_cells(result, None)


def test_a_command_with_another_key() -> None:
    """A fake takes the key that it gave to the command alone: another one would open a world that nobody judges."""
    script = (
        "import os, urllib.request as u\n"
        "u.build_opener(u.ProxyHandler({})).open(u.Request(os.environ['KNOCK_BASE_URL'] + '/v1/users',"
        " headers={'Authorization': 'Bearer sk_test_mine'}))"
    )
    cell = run_cell(CommandClient((sys.executable, "-c", script)), Ordeal(NO_FAULT))
    assert ("loud", 0) == (cell.verdict, cell.requests)
