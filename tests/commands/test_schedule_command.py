from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mock_knock.harness.transport import IN_PROCESS_URL, WsgiTransport
from mock_knock.local import FakeOptions, build_fake, load_scenario
from mock_knock.messages import HttpRequest

if TYPE_CHECKING:
    from tests.commands.conftest import Call

KEY = "sk_test_local"
FLAKY: dict[str, Any] = {"id": "flaky", "on": "getBulkOperation", "when": {"probability": 0.5}, "do": {"status": 503}}


def scenario(folder: Path, *faults: dict[str, Any], **members: Any) -> Path:
    """Write a scenario with these faults."""
    file = folder / "chaos.yaml"
    file.write_text(yaml.safe_dump({"version": 1, "faults": list(faults), **members}), encoding="utf-8")
    return file


def fires(called: Any) -> list[bool]:
    """Return the decisions of a schedule in JSON."""
    return [each["fires"] for each in called.report["decisions"]]


def test_a_schedule(call: Call) -> None:
    """Each fault has a heading and rows of ten requests, each of which it happens to or not."""
    called = call("schedule", "503-twice", "--count", "12")
    assert (0, "") == (called.code, called.err)
    assert (
        "503-twice, seed 0\n"
        "\n"
        "503-twice  on getBulkOperation\n"
        "      1  fires fires     .     .     .     .     .     .     .     .\n"
        "     11      .     .\n"
    ) == called.out


@pytest.mark.parametrize("name", ["503-twice", "latency-lognormal", "immediate", "fails-midway", "rate-tiers"])
def test_lines_end_where_their_text_ends(call: Call, name: str) -> None:
    """No line ends in blanks, and a file gets no colours."""
    called = call("schedule", name)
    assert (0, "") == (called.code, called.err)
    assert [] == [line for line in called.out.splitlines() if line != line.rstrip()]
    assert "\x1b" not in called.out


def test_colours_on_a_terminal(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal what happens stands out."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    text = call("schedule", "503-twice").out
    assert "\x1b[31mfires\x1b[0m \x1b[2m    .\x1b[0m" in text
    assert "\x1b[1m503-twice  on getBulkOperation\x1b[0m\n" in text


def test_a_schedule_for_programs(call: Call) -> None:
    """As JSON it is one object with every decision and the number from 0 to 1 that it was drawn by."""
    called = call("schedule", "503-twice", "--count", "3", "--json")
    report = called.report
    chances = [each.pop("chance") for each in report["decisions"]]
    expected = [{"fault": "503-twice", "n": n, "fires": n <= 2} for n in (1, 2, 3)]
    assert {"seed": 0, "key": "sk_test_***", "decisions": expected} == report
    assert all(0 <= each < 1 for each in chances)
    assert 3 == len(set(chances))


@pytest.mark.parametrize("key", [KEY, "sk_test_other"])
def test_what_is_foretold_happens(call: Call, tmp_path: Path, key: str) -> None:
    """The requests of a client meet the faults that were foretold for its key."""
    file = scenario(tmp_path, FLAKY, seed=11)
    called = call("schedule", file, "--count", "30", "--key", key, "--json")
    assert 11 == called.report["seed"]
    transport = WsgiTransport(build_fake(FakeOptions(scenario=load_scenario(str(file)))).application)
    url = f"{IN_PROCESS_URL}/v1/bulk_operations/182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
    request = HttpRequest("GET", url, (("Authorization", f"Bearer {key}"),))
    answers = [transport.send(request, timeout=5).response for _ in range(30)]
    assert fires(called) == [answer is not None and answer.status == 503 for answer in answers]
    assert {True, False} == set(fires(called))


def test_what_a_schedule_depends_on(call: Call, tmp_path: Path) -> None:
    """The same scenario, seed and key have the same schedule; another seed or key has another."""
    file = scenario(tmp_path, FLAKY, seed=7)
    found = [
        fires(call("schedule", file, "--count", "64", "--json", *more))
        for more in ([], ["--seed", "7"], ["--seed", "8"], ["--key", "sk_test_x"])
    ]
    assert found[0] == found[1]
    assert 3 == len({tuple(each) for each in found})
    assert "chaos, seed 8\n" in call("schedule", file, "--seed", "8").out


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({}, "flaky  on getBulkOperation"),
        ({"on": "*"}, "flaky  on every operation"),
        ({"on": ["getUser", "getBulkOperation"]}, "flaky  on getUser, getBulkOperation"),
        ({"when": {"after": "90s"}}, "flaky  on getBulkOperation  (from 90 s on)"),
        ({"when": {"for": "1500ms"}}, "flaky  on getBulkOperation  (for 1.5 s)"),
        ({"when": {"per": "resource"}}, "flaky  on getBulkOperation  (counted for each resource)"),
        ({"when": {"until": "key_changes"}}, "flaky  on getBulkOperation  (until the API key changes)"),
        ({"ttl": "5m"}, "flaky  on getBulkOperation  (gone after 300 s)"),
        ({"when": {"match": {"attempt": 0}}}, "flaky  on getBulkOperation  (counted among those that fit its `match`)"),
        (
            {"when": {"after": "1s", "for": "2s", "per": "resource"}, "ttl": "3s"},
            "flaky  on getBulkOperation  (from 1 s on, for 2 s, counted for each resource, gone after 3 s)",
        ),
    ],
)
def test_what_else_must_be_so(call: Call, tmp_path: Path, members: dict[str, Any], told: str) -> None:
    """The heading of a fault says what it is about, and what a schedule by numbers leaves out."""
    assert told == call("schedule", scenario(tmp_path, {**FLAKY, **members})).out.splitlines()[2]


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        ("getUser", ["chaos, seed 0", "", "all  on every operation", "      1  fires     ."]),
        ("getBulkOperation", ["chaos, seed 0", "", "some  on getBulkOperation", "      1      . fires", "",
                              "all  on every operation", "      1  fires     ."]),
    ],
)  # fmt: skip
def test_one_operation(call: Call, tmp_path: Path, operation: str, told: list[str]) -> None:
    """For one operation only the faults that are about it are foretold."""
    some = {**FLAKY, "id": "some", "when": {"nth": 2}}
    file = scenario(tmp_path, some, {**FLAKY, "id": "all", "on": "*", "when": {"first": 1}})
    assert told == call("schedule", file, "--count", "2", "--operation", operation).out.splitlines()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["immediate"], "immediate, seed 0\nit has no faults that are drawn by request: see its `bulk`\n"),
        (["503-twice", "--operation", "getUser"], "503-twice, seed 0\nnone of its faults is about getUser\n"),
    ],
)
def test_nothing_to_foretell(call: Call, arguments: list[str], told: str) -> None:
    """A scenario without faults, or without one for the operation, says so."""
    called = call("schedule", *arguments)
    assert (0, told) == (called.code, called.out)
    assert [] == call("schedule", *arguments, "--json").report["decisions"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "missing argument 'SCENARIO'"),
        (["nope"], "[scenario-unknown]\n  hint: bundled scenarios: "),
        (["./nope.yaml"], "[file-missing]"),
        (["503-twice", "--count", "0"], "'--count'"),
        (["503-twice", "--count", "10001"], "'--count'"),
        (["503-twice", "--seed", "-1"], "'--seed'"),
    ],
)
def test_what_is_refused(call: Call, arguments: list[str], words: str) -> None:
    """What cannot be meant is refused with exit code 2."""
    called = call("schedule", *arguments)
    assert (2, "", True) == (called.code, called.out, words in called.err)


def test_a_scenario_that_is_none(call: Call, tmp_path: Path) -> None:
    """A file that is no scenario is refused with the place of each problem."""
    called = call("schedule", scenario(tmp_path, {"do": {"status": 1}}))
    assert (2, "") == (called.code, called.out)
    assert "chaos.yaml:" in called.err


def test_secrets_are_masked(call: Call) -> None:
    """The key is masked where it is shown."""
    called = call("schedule", "503-twice", "--key", "sk_live_canary0123456789", "--json")
    assert "sk_live_***6789" == json.loads(called.out)["key"]


def test_a_terminal_is_not_taken_over(call: Call, tmp_path: Path) -> None:
    """Names that come from a file cannot move the cursor."""
    file = scenario(tmp_path, {**FLAKY, "on": ["a\x1b[2Jb\x07"]}).rename(tmp_path / "x\x1b[2J.yaml")
    called = call("schedule", file)
    assert not set(called.out) & set("\x1b\x07")
