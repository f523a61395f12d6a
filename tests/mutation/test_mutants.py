"""Nothing that a document says makes a traceback or a hang; and the search for such a document is one that finds it."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import mutate
import pytest
import trial
from mutants import Mutant, flow_names, mutant, mutants, originals
from mutate import Summary, print_summary
from quick_judges import known_judge

from mock_knock.contract.description import load_description
from mock_knock.errors import InvalidDocument, UsageError
from mock_knock.files.yaml_reader import read_yaml
from mock_knock.harness.result import RunResult
from mock_knock.messages import Finding

PACKAGE = Path(__file__).parents[2]
COUNTS = {"dev": 1_000, "ci": 300, "full": 100_000}
SEED = 3
FLOW = "flows/checkout.arazzo.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the sound files."""
    trial.write_originals(tmp_path)
    return tmp_path


def test_no_mutant_breaks_the_engine() -> None:
    """Whatever a document says ends, within two seconds, as a result or as a refusal with code and place."""
    count = COUNTS[os.environ.get("HYPOTHESIS_PROFILE", "dev")]
    environment = {name: text for name, text in os.environ.items() if not name.startswith("COVERAGE_PROCESS")}
    environment["PYTHONPATH"] = os.pathsep.join([str(PACKAGE), environment.get("PYTHONPATH", "")])
    command = [sys.executable, str(Path(mutate.__file__)), "--seed", str(SEED), "--count", str(count)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    assert done.stdout.startswith(f"{count:,} mutants of seed {SEED} in ")


def test_mutants_are_reproducible() -> None:
    """A mutant hangs on its seed and its index alone, and another index or seed gives another one."""
    first = list(mutants(1, 40))
    assert first == [mutant(1, index) for index in range(40)]
    assert 80 == len({each.content for each in (*first, *mutants(2, 40))})


def test_mutants_of_everything() -> None:
    """Flows, the documents they call and their descriptions are all changed, as text and as trees, in both formats."""
    found = list(mutants(0, 600))
    assert {"flows/mutant.yaml", "flows/mutant.json", "flows/common.arazzo.yaml"} <= {each.path for each in found}
    assert {name for name in originals() if name.startswith("openapi/")} <= {each.path for each in found}


@pytest.mark.parametrize("name", flow_names())
def test_a_sound_flow_is_no_failure(folder: Path, name: str) -> None:
    """A document nobody changed fails in none of the ways that are looked for, and leaves the folder as it was."""
    before = {path: path.read_bytes() for path in folder.rglob("*.*")}
    one = Mutant(0, name, name, originals()[name], "0")
    seen = trial.try_mutant(one, folder)
    assert [] == seen.failures
    assert seen.counts.total() > 0
    assert before == {path: path.read_bytes() for path in folder.rglob("*.*")}


@pytest.mark.parametrize("name", flow_names())
def test_sound_flows_get_to_their_ends(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Each workflow of a sound document succeeds for some answers, so that mutants of all of its parts are met."""
    ended: set[str] = set()

    def note(_trial: trial.Trial, result: RunResult) -> None:
        if result.outcome == "success":
            ended.add(result.flow)

    monkeypatch.setattr(trial, "_report", note)
    value: Any = read_yaml(originals()[name].decode())
    workflows = {each["workflowId"] for each in value["workflows"]}
    draws = iter(range(200))
    while not workflows <= ended:
        trial.try_mutant(Mutant(0, name, name, originals()[name], str(next(draws))), folder)
    assert workflows == ended


def fail_with(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let loading raise an exception."""

    def fail(*_given: Any, **_named: Any) -> None:
        raise error

    monkeypatch.setattr(trial, "load_flow", fail)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyError("gone"), "KeyError"),
        (RecursionError("deep"), "RecursionError"),
        (InvalidDocument("", "what", where="a:1:1"), "a refusal without code"),
        (InvalidDocument("code", "what"), "a refusal without code"),
        (UsageError("code", "what"), "a refusal without code"),
        (
            InvalidDocument("code", "what", where="a", findings=(Finding("", "error", "x", "a"),)),
            "a finding without code",
        ),
        (InvalidDocument("code", "what", where="a", findings=(Finding("b", "error", "x"),)), "a finding without code"),
    ],
)
def test_what_counts_as_a_failure(folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str) -> None:
    """An exception of any other kind, and a refusal or finding without code or place, is a failure that is told."""
    fail_with(monkeypatch, error)
    seen = trial.try_mutant(Mutant(0, FLOW, FLOW, b"x", "0"), folder)
    assert [told] == [text[: len(told)] for text in seen.failures[:1]]


def test_a_good_refusal_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal with code and place is counted, and no failure."""
    fail_with(monkeypatch, InvalidDocument("some-code", "what", where="a:1:1"))
    seen = trial.try_mutant(Mutant(0, FLOW, FLOW, b"x", "0"), folder)
    assert ([], {"load refused: some-code": 1}) == (seen.failures, seen.counts)


def test_a_hang_is_a_failure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes on for ever is stopped, also where every exception is caught on the way."""

    def hang(*_given: Any, **_named: Any) -> None:
        while True:
            try:
                sum(range(1_000))
            except Exception:  # noqa: BLE001  # as careless code does
                continue

    monkeypatch.setattr(trial, "load_flow", hang)
    monkeypatch.setattr(trial, "CPU_SECONDS", 0.01)
    seen = trial.try_mutant(Mutant(0, FLOW, FLOW, b"x", "0"), folder)
    assert ["Hang"] == [text.partition(":")[0] for text in seen.failures]


def test_a_secret_in_a_report_is_a_failure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that shows a secret is a failure."""
    monkeypatch.setattr(trial, "mask_result", lambda result: result)
    one = Mutant(0, FLOW, FLOW, originals()[FLOW], "0")
    assert ["a secret stands in a report"] == trial.try_mutant(one, folder).failures


class Dying:
    """A process that ends at once, as the system may end one."""

    def __init__(self, *, args: tuple[Any, ...], **_named: Any) -> None:
        self.exitcode = -9
        *_others, self.reports, _at = args

    def start(self) -> None:
        """Do nothing but die."""

    def join(self) -> None:
        """Be dead."""


def test_a_process_that_dies_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """When a process is ended from outside, the mutant it was at is told, and the next ones are tried."""
    monkeypatch.setattr(mutate, "_SPAWN", _Dying(multiprocessing.get_context("spawn")))
    found = list(mutate.try_all(0, 4, 2))
    assert [0, 1, 2, 3] == sorted(index for part in found for index, _ in part.failures)
    assert {"the process died with -9"} == {text for part in found for _, text in part.failures}


class _Dying:
    """A way to start processes that all die."""

    def __init__(self, real: Any) -> None:
        self.Pipe, self.Value, self.Process = real.Pipe, real.Value, Dying


def test_the_summary_groups_failures(capsys: pytest.CaptureFixture[str]) -> None:
    """Failures of one kind are told once, with the first mutant, the others, and how to see it again."""
    failures = [(9, "KeyError at a.py, f: 'x'\n..."), (4, "KeyError at a.py, f: 'y'\n..."), (7, "the process died")]
    print_summary(Summary(10, failures=failures), 5, 1.0, 2)
    shown = capsys.readouterr().out
    assert "FAILED 2 times, first at 4: KeyError at a.py, f: 'y'" in shown
    assert "others: 9" in shown
    assert "reproduce: python tests/mutation/mutate.py --seed 5 --only 4" in shown
    assert "failures: 3" in shown


def test_known_judges_are_those_of_the_description() -> None:
    """The same description gives the same judge; another text, or another name, another one."""
    value = {"openapi": "3.0.3", "paths": {}}
    one = load_description("a", value, where="x")
    assert known_judge(one) is known_judge(load_description("a", dict(value), where="x"))
    assert known_judge(one) is not known_judge(load_description("b", value, where="x"))
    assert known_judge(one) is not known_judge(load_description("a", {**value, "x": 10**400}, where="x"))
