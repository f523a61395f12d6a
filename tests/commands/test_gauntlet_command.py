from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from mock_knock.harness.gauntlet import GauntletResult

if TYPE_CHECKING:
    from tests.commands.conftest import Call, Called

FLOW = "bulk-identify-users-notify"
PUBLISHED = (FLOW, "--inputs", FLOW)
TWO_BAD_CELLS = (*PUBLISHED, "--fault", "fails-midway", "--fault", "stuck-queued", "--timeout", "5")
HARDENED = (f"{FLOW}.hardened", "--inputs", FLOW)
NAIVE = """
import json, os, time, urllib.request as u
opener = u.build_opener(u.ProxyHandler({}))
def send(method, path, body=None):
    asked = u.Request(os.environ["KNOCK_BASE_URL"] + "/v1" + path, method=method)
    asked.add_header("Authorization", "Bearer " + os.environ["KNOCK_API_KEY"])
    asked.add_header("Content-Type", "application/json")
    return json.load(opener.open(asked, None if body is None else json.dumps(body).encode()))
operation = send("POST", "/users/bulk/identify", {"users": [{"id": "ada"}, {"id": "grace"}]})
while operation["status"] in ("queued", "processing"):
    time.sleep(0.1)
    operation = send("GET", "/bulk_operations/" + operation["id"])
send("POST", "/workflows/welcome/trigger", {"recipients": ["ada", "grace"]})
print("notified")
"""
PYTHON = (sys.executable, "-I", "-c")


@pytest.fixture
def gauntlet(call: Call) -> Call:
    """Return a function that calls `gauntlet` with arguments."""
    return lambda *arguments: call("gauntlet", *arguments)


@pytest.fixture
def idle(gauntlet: Call, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Return a function that calls `gauntlet`, which must not let any client meet anything."""
    monkeypatch.setattr("mock_knock.commands.gauntlet.run_gauntlet", None)
    return gauntlet


def cells(called: Called) -> dict[str, str]:
    """Return the verdicts of the JSON report on stdout."""
    return {cell["fault"]: cell["verdict"] for cell in called.report["cells"]}


@pytest.mark.parametrize(
    ("client", "fault", "code", "verdict"),
    [
        (PUBLISHED, "none", 0, "survived"),
        (PUBLISHED, "reset", 0, "loud"),
        (PUBLISHED, "fails-midway", 1, "silent"),
        (PUBLISHED, "stuck-queued", 1, "hung"),
        (HARDENED, "fails-midway", 0, "loud"),
        (HARDENED, "stuck-queued", 0, "loud"),
    ],
)
def test_exit_codes(gauntlet: Call, client: tuple[str, ...], fault: str, code: int, verdict: str) -> None:
    """The exit code is 1 when a cell is silent or hung, and 0 when the client said so or got over it."""
    called = gauntlet(*client, "--fault", fault, "--report", "json=-")
    assert (code, {"none": "survived", fault: verdict}) == (called.code, cells(called))


def test_the_table(gauntlet: Call) -> None:
    """Without a report on stdout the table stands there, and nothing on stderr; a file has no colours."""
    called = gauntlet(*PUBLISHED, "--fault", "fails-midway", "--fault", "B4", "--fault", "reset")
    assert (1, "") == (called.code, called.err)
    assert called.out.startswith(f"{FLOW}\n  fault ")
    for words in (
        "✓ none                             survived          5      1.0\n  bulk\n",
        "✗ fails-midway                     silent            5      1.0  batch-first\n",
        "1 survived, 1 loud, 0 hung, 2 silent of 4\n",
        "\n✗ partial-errors  ",
        "\n    failed-rows: a run for ",
    ):
        assert words in called.out
    assert "\x1b" not in called.out
    assert [] == [line for line in called.out.splitlines() if line != line.rstrip()]


def test_faults_of_a_kind(gauntlet: Call) -> None:
    """Faults are chosen by name and by tag; the cell without a fault is always there."""
    called = gauntlet(*HARDENED, "--tag", "slow", "--fault", "reset", "--report", "json=-")
    assert [
        "none", "bandwidth", "dribble", "hang", "latency-fixed", "latency-lognormal", "slow-accept", "slow-close",
        "reset",
    ] == list(cells(called))  # fmt: skip


def test_json_on_stdout_is_alone(gauntlet: Call) -> None:
    """With a report on stdout the table goes to stderr, so that a program can read stdout."""
    called = gauntlet(*HARDENED, "--fault", "reset", "--seed", "7", "--report", "json=-")
    assert called.out == json.dumps(called.report, indent=2, ensure_ascii=False) + "\n"
    assert ("mock-knock/gauntlet@1", f"{FLOW}.hardened", 7) == tuple(
        called.report[name] for name in ("format", "client", "seed")
    )
    assert "1 survived, 1 loud, 0 hung, 0 silent of 2\n" in called.err


def test_reports_in_files(gauntlet: Call, tmp_path: Path) -> None:
    """A report of each kind is written to its file, and the table stays on stdout."""
    files = {kind: tmp_path / f"gauntlet.{kind}" for kind in ("json", "junit", "html", "svg")}
    reports = [part for kind, path in files.items() for part in ("--report", f"{kind}={path}")]
    called = gauntlet(*PUBLISHED, "--fault", "fails-midway", *reports)
    assert (1, "", True) == (called.code, called.err, "1 silent of 2" in called.out)
    texts = {kind: path.read_text(encoding="utf-8") for kind, path in files.items()}
    assert set(files.values()) == set(tmp_path.iterdir())
    assert ["survived", "silent"] == [cell["verdict"] for cell in json.loads(texts["json"])["cells"]]
    assert "1" == ET.fromstring(texts["junit"]).get("failures")
    assert texts["html"].startswith("<!doctype html>")
    assert 2 == texts["html"].count("<svg ")
    assert "svg" == ET.fromstring(texts["svg"]).tag.rpartition("}")[2]


@pytest.fixture
def report_of(gauntlet: Call, tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a report of the published flow with some cells changed."""

    def write(**changes: dict[str, Any]) -> Path:
        file = tmp_path / "before.json"
        gauntlet(*TWO_BAD_CELLS, "--report", f"json={file}")
        report = json.loads(file.read_text(encoding="utf-8"))
        for cell in report["cells"]:
            cell.update(changes.get(cell["fault"].replace("-", "_"), {}))
        file.write_text(json.dumps(report), encoding="utf-8")
        return file

    return write


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 0),
        ({"fails_midway": {"verdict": "loud"}}, 1),
        ({"stuck_queued": {"verdict": "survived"}}, 1),
        ({"stuck_queued": {"verdict": "silent"}}, 0),
        ({"fails_midway": {"invariants": []}}, 1),
        ({"fails_midway": {"invariants": ["batch-first", "failed-rows"]}}, 0),
        ({"fails_midway": {"fault": "reset"}}, 1),
        ({"none": {"verdict": "loud"}}, 0),
    ],
)
def test_a_baseline(gauntlet: Call, report_of: Callable[..., Path], changes: dict[str, Any], code: int) -> None:
    """Beside an earlier report only what got worse counts; a cell that it does not have counts as without it."""
    file = report_of(**changes)
    called = gauntlet(*TWO_BAD_CELLS, "--baseline", file)
    assert code == called.code
    assert bool(code) is ("\n    outcome " in called.out)


GOOD: dict[str, Any] = {"fault": "reset", "verdict": "loud", "invariants": ["batch-first"]}


@pytest.mark.parametrize(
    "report",
    [
        [],
        "text",
        None,
        {},
        {"format": "mock-knock/run@1", "cells": []},
        {"format": "mock-knock/gauntlet@1"},
        {"format": "mock-knock/gauntlet@1", "cells": {}},
        *(
            {"format": "mock-knock/gauntlet@1", "cells": [GOOD, bad]}
            for bad in (
                "reset",
                {**GOOD, "fault": 1},
                {**GOOD, "verdict": "worse"},
                {**GOOD, "verdict": ["loud"]},
                {**GOOD, "invariants": "batch-first"},
                {**GOOD, "invariants": [["batch-first"]]},
                {"fault": "reset", "verdict": "loud"},
            )
        ),
    ],
)
def test_a_baseline_that_is_none(idle: Call, tmp_path: Path, report: Any) -> None:
    """A file that is no report of a gauntlet is refused before anything runs, with its name and how to get one."""
    file = tmp_path / "before.json"
    file.write_text(json.dumps(report), encoding="utf-8")
    called = idle(*PUBLISHED, "--baseline", file)
    assert (2, "") == (called.code, called.out)
    assert (
        f"error: {file}: this is no report of format mock-knock/gauntlet@1 [baseline-invalid]\n  hint: " in called.err
    )


@pytest.mark.parametrize(("text", "code"), [(None, "file-missing"), ('{"format": ', "json-syntax")])
def test_a_baseline_that_cannot_be_read(idle: Call, tmp_path: Path, text: str | None, code: str) -> None:
    """A baseline that is not there or no JSON is refused before anything runs."""
    file = tmp_path / "before.json"
    if text is not None:
        file.write_text(text)
    called = idle(*PUBLISHED, "--baseline", file)
    assert (2, True) == (called.code, f"[{code}]" in called.err)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "missing argument 'FLOW | -- COMMAND...'"),
        ([*PUBLISHED, "--fault", "nope"], "there is no fault 'nope' [fault-unknown]\n  hint: faults: 400-bad-json, "),
        ([*PUBLISHED, "--tag", "nope"], "there is no tag 'nope' [tag-unknown]\n  hint: tags: bulk, "),
        (
            [*PUBLISHED, "--report", "sarif=-"],
            "[report-unknown]\n  hint: kinds: json, junit, html, svg, ndjson, summary",
        ),
        ([*PUBLISHED, "--report", "json"], "[argument-malformed]"),
        ([*PUBLISHED, "--report", "json=missing/x.json"], "[file-unwritable]"),
        ([*PUBLISHED, "--jobs", "0"], "'--jobs'"),
        ([*PUBLISHED, "--jobs", "65"], "'--jobs'"),
        ([*PUBLISHED, "--timeout", "0"], "'--timeout'"),
        ([*PUBLISHED, "--timeout", "3601"], "'--timeout'"),
        ([*PUBLISHED, "--timeout", "nan"], "'nan' is not a number of seconds [usage-value-invalid]"),
        ([*PUBLISHED, "--seed", "-1"], "'--seed'"),
        ([FLOW], "[input-invalid]"),
        (["no-such-flow"], "error: "),
        ([FLOW, "other"], "[client-unclear]\n  hint: put -- before a command"),
        (["--input", "a=1", "--", "true"], "[inputs-without-flow]"),
        (["--inputs", FLOW, "--", "true"], "[inputs-without-flow]"),
    ],
)
def test_what_is_refused(idle: Call, arguments: list[str], words: str) -> None:
    """What cannot be meant is refused with exit code 2 before anything runs."""
    called = idle(*arguments)
    assert (2, "") == (called.code, called.out)
    assert words in called.err


def test_a_command(gauntlet: Call) -> None:
    """A command after -- meets its faults on a server, with what it said; its options are its own."""
    called = gauntlet("--fault", "fails-midway", "--report", "json=-", "--", *PYTHON, NAIVE, "--seed", "--help")
    assert (1, {"none": "survived", "fails-midway": "silent"}) == (called.code, cells(called))
    assert called.report["client"].endswith("--seed --help")
    silent = called.report["cells"][1]
    assert ("success", "exit code 0; notified", ["batch-first"]) == (
        silent["client"],
        silent["detail"],
        silent["invariants"],
    )
    assert silent["requests"] >= 3


def test_a_command_that_hangs(gauntlet: Call) -> None:
    """A command gets so many seconds as --timeout says, in each cell."""
    command = (*PYTHON, "import time; time.sleep(20)")
    called = gauntlet("--fault", "none", "--timeout", "0.5", "--report", "json=-", "--", *command)
    assert (1, {"none": "hung"}) == (called.code, cells(called))
    assert "still running after 0.5 s; it said nothing" == called.report["cells"][0]["detail"]


def test_a_command_that_cannot_be_started(gauntlet: Call, tmp_path: Path) -> None:
    """A command that cannot be started is no client that failed."""
    called = gauntlet("--fault", "reset", "--", tmp_path / "nowhere")
    assert (2, "") == (called.code, called.out)
    assert (
        f"the command '{tmp_path}/nowhere' cannot be started: No such file or directory [command-unusable]"
        in called.err
    )


def test_a_flow_gets_its_own_time(gauntlet: Call) -> None:
    """The timeout of a flow is one of its own clock, so a long one takes no longer."""
    called = gauntlet(*PUBLISHED, "--fault", "stuck-queued", "--timeout", "20", "--report", "json=-")
    assert [("hung", 19.5)] == [(each["verdict"], each["seconds"]) for each in called.report["cells"][1:]]


@pytest.mark.parametrize(
    ("arguments", "jobs"),
    [
        (PUBLISHED, 1),
        ((*PUBLISHED, "--jobs", "3"), 3),
        (("--", "true"), 4 * (os.cpu_count() or 1)),
        (("--jobs", "2", "--", "true"), 2),
    ],
)
def test_how_many_at_once(
    gauntlet: Call, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], jobs: int
) -> None:
    """Cells of a flow run one after the other, those of a command, which waits a lot, four for each core."""
    given: list[int] = []

    def run(*_: Any, jobs: int, **__: Any) -> GauntletResult:
        given.append(jobs)
        return GauntletResult("x", 0, ())

    monkeypatch.setattr("mock_knock.commands.gauntlet.run_gauntlet", run)
    assert (0, [jobs]) == (gauntlet(*arguments).code, given)


def test_a_terminal_sees_progress_and_colours(gauntlet: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal it shows how far it is, and verdicts have their colours."""
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    called = gauntlet(*PUBLISHED, "--fault", "fails-midway")
    assert "\x1b[31m✗\x1b[0m fails-midway" in called.out
    assert "100%" in called.err


def test_inputs_of_a_flow(gauntlet: Call) -> None:
    """Single inputs stand on top of a file, as in `run`."""
    called = gauntlet(*HARDENED, "--input", "apiKey=pk_test_public", "--fault", "none", "--report", "json=-")
    assert (1, {"none": "loud"}) == (called.code, cells(called))


def test_secrets_are_masked(gauntlet: Call) -> None:
    """A key on the command line of a client is written nowhere; one that sends nothing is to be looked at."""
    kinds = ("json", "junit", "html", "svg")
    for kind in kinds:
        called = gauntlet(
            "--fault", "none", "--report", f"{kind}=-", "--", *PYTHON, "print(1)", "sk_live_canary0123456789"
        )
        assert (1, False) == (called.code, "canary" in called.out + called.err)
        assert "sk_live_***6789" in called.out
        assert "sk_live_***6789" in called.err
