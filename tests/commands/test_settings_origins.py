"""Flags beat variables, which beat the settings file, which beats defaults; a bad value says where it comes from."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from mock_knock.cli import COMMANDS
from mock_knock.commands.arguments import ENVIRONMENT_PREFIX
from mock_knock.commands.configured import setting_name
from tests.commands.settings_schema import configured_commands

if TYPE_CHECKING:
    from tests.commands.conftest import Call, Called

SCHEDULE = ("schedule", "503-twice", "--json")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, without any variable of this program."""
    for name in list(os.environ):
        if name.startswith("MOCK_KNOCK_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(text: str, path: str = "mock-knock.yaml") -> None:
    """Write a settings file."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def count(called: Called) -> int:
    """Return how many decisions `schedule` has told."""
    assert 0 == called.code, called.err
    return len(called.report["decisions"])


def test_what_beats_what(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flag beats a variable, a variable beats the file, the file beats the default; an empty variable is none."""
    assert 20 == count(call(*SCHEDULE))
    write("schedule: {count: 5}")
    assert 5 == count(call(*SCHEDULE))
    monkeypatch.setenv("MOCK_KNOCK_SCHEDULE_COUNT", "")
    assert 5 == count(call(*SCHEDULE))
    monkeypatch.setenv("MOCK_KNOCK_SCHEDULE_COUNT", "3")
    assert 3 == count(call(*SCHEDULE))
    assert 2 == count(call(*SCHEDULE, "--count", "2"))


def test_another_file(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is that of --config, else that of the variable, else the nearest one; or none."""
    write("schedule: {count: 1}")
    write("schedule: {count: 2}", "ci/two.yaml")
    write("schedule: {count: 3}", "ci/three.yaml")
    monkeypatch.setenv("MOCK_KNOCK_CONFIG", "ci/two.yaml")
    assert 2 == count(call(*SCHEDULE))
    assert 3 == count(call("--config", "ci/three.yaml", *SCHEDULE))
    assert 20 == count(call("--no-config", *SCHEDULE))
    monkeypatch.setenv("MOCK_KNOCK_NO_CONFIG", "1")
    assert 20 == count(call(*SCHEDULE))


def test_a_file_that_is_not_there(call: Call) -> None:
    """A file that was named and does not exist is refused."""
    called = call("--config", "nope.yaml", *SCHEDULE)
    assert (2, "") == (called.code, called.out)
    assert "error: nope.yaml: there is no such file [file-missing]" in called.err


@pytest.mark.parametrize("arguments", [("lint", "-h"), ("explain",), ("demo", "-h"), ("--version",), ("-h",)])
def test_a_broken_file_does_not_bar_help(call: Call, arguments: tuple[str, ...]) -> None:
    """Help, and commands without settings, work beside a file that cannot be used."""
    write("serve: {prot: 1}")
    assert 0 == call(*arguments).code


def test_a_broken_file(call: Call) -> None:
    """A file with a mistake in any section stops every command that has settings, with place and remedy."""
    write("serve:\n  prot: 1\n")
    called = call(*SCHEDULE)
    assert 2 == called.code
    assert (
        "error: mock-knock.yaml:2:3: 'prot' is not known here [settings-invalid]\n  hint: did you mean 'port'?\n"
        == called.err
    )


@pytest.mark.parametrize(
    ("variable", "value", "arguments", "name"),
    [
        ("MOCK_KNOCK_SERVE_PORT", "x", ("serve",), "port"),
        ("MOCK_KNOCK_SERVE_PORT", "70000", (), "port"),
        ("MOCK_KNOCK_FAKE_STRICT", "maybe", ("serve",), "strict"),
        ("MOCK_KNOCK_FAKE_SCENARIO", "nope", ("serve",), "scenario"),
        ("MOCK_KNOCK_EXEC_SCENARIO", "nope", ("exec", "--", "true"), "scenario"),
        ("MOCK_KNOCK_FAKE_SEED", "nope.yaml", ("serve",), "seed"),
        ("MOCK_KNOCK_FAKE_CLOCK", "fast", ("serve",), "clock"),
        ("MOCK_KNOCK_SERVE_HOST", "256.1.1.1", ("serve",), "host"),
        ("MOCK_KNOCK_FAKE_API_KEY", "sk_test_a pk_test_b", ("serve",), "api-key"),
        ("MOCK_KNOCK_RUN_DIALECT", "loose", ("run", "x"), "dialect"),
        ("MOCK_KNOCK_RUN_REPORT", "xml=a.xml", ("run", "x"), "report"),
        ("MOCK_KNOCK_RUN_INPUTS", "nope", ("run", "bulk-identify-users-notify"), "inputs"),
        ("MOCK_KNOCK_GAUNTLET_FAULT", "nope", ("gauntlet", "bulk-identify-users-notify"), "fault"),
        ("MOCK_KNOCK_LINT_SEVERITY", "nope=note", ("lint", "x"), "severity"),
    ],
)
def test_a_bad_variable(
    call: Call, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, arguments: tuple[str, ...], name: str
) -> None:
    """A value that is refused is told with the variable that it comes from."""
    monkeypatch.setenv(variable, value)
    called = call(*arguments)
    assert (2, "") == (called.code, called.out)
    assert called.err.endswith(f"  note: --{name} comes from {variable}\n"), called.err


@pytest.mark.parametrize(
    ("text", "arguments", "note"),
    [
        ("fake:\n  scenario: nope", ("serve",), "--scenario comes from mock-knock.yaml:2:3"),
        ("serve:\n  seed: nope.yaml", (), "--seed comes from mock-knock.yaml:2:3"),
        ("run: {allow-root: nowhere}", ("run", "x"), "--allow-root comes from mock-knock.yaml:1:7"),
        ("run: {target: 'ftp://x'}", ("run", "bulk-identify-users-notify"), "--target comes from mock-knock.yaml:1:7"),
    ],
)
def test_a_bad_value_of_the_file(call: Call, text: str, arguments: tuple[str, ...], note: str) -> None:
    """A value that is refused later is told with its place in the file."""
    write(text)
    called = call(*arguments)
    assert (2, "") == (called.code, called.out)
    assert called.err.endswith(f"  note: {note}\n"), called.err


def test_a_flag_needs_no_origin(call: Call) -> None:
    """What was typed is not told again."""
    assert "note:" not in call("serve", "--scenario", "nope").err
    assert "note:" not in call("serve", "--port", "x").err


@pytest.mark.parametrize(
    ("setting", "value", "shown"),
    [
        ("serve/scenario", "chaos.yaml", "ci/chaos.yaml"),
        ("serve/scenario", "./chaos", "ci/chaos"),
        ("serve/scenario", "fails-midway", "fails-midway"),
        ("serve/scenario", "B4", "B4"),
        ("serve/seed", "../seed.yaml", "ci/../seed.yaml"),
        ("run/inputs", "in.yaml", "ci/in.yaml"),
        ("run/ca-bundle", "ca.pem", "ci/ca.pem"),
        ("run/client-certificate", "a.pem,b.pem", "ci/a.pem,ci/b.pem"),
        ("run/report", ["json=out.json", "json=-"], ["json=ci/out.json", "json=-"]),
        ("run/report", "json", ["json"]),
        ("run/allow-root", ".", ["ci"]),
        ("run/target", "mock", "mock"),
        ("gauntlet/baseline", "/abs/a.json", "/abs/a.json"),
    ],
)
def test_paths_start_from_the_file(call: Call, setting: str, value: object, shown: object) -> None:
    """A relative path in the file is relative to it; names of bundled files and streams stay as they are."""
    section, name = setting.split("/")
    write(json.dumps({section: {name: value}}), "ci/x.json")
    called = call("--config", "ci/x.json", "config", section, "--json")
    assert shown == called.report["commands"][section][name]["value"]


def test_paths_of_a_file_right_here(call: Call) -> None:
    """Paths in a file of the working directory stay as they are written."""
    write("run: {inputs: ./in.yaml, report: json=out.json}")
    found = call("config", "run", "--json").report["commands"]["run"]
    assert ("./in.yaml", ["json=out.json"]) == (found["inputs"]["value"], found["report"]["value"])


def test_the_section_of_all_fakes(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said of all fakes holds for each command that starts one, unless its own section or variable differs."""
    write("fake: {scenario: immediate, seed: example, retry-after: 7}\nserve: {scenario: fails-midway}")
    monkeypatch.setenv("MOCK_KNOCK_FAKE_SEED", "official-sdk")
    monkeypatch.setenv("MOCK_KNOCK_EXEC_SEED", "example")
    found = call("config", "--json").report["commands"]
    told = {
        name: [(found[name][each]["value"], found[name][each]["where"]) for each in ("scenario", "seed", "retry-after")]
        for name in ("serve", "exec")
    }
    assert [
        ("fails-midway", "mock-knock.yaml:2:9"),
        ("official-sdk", "MOCK_KNOCK_FAKE_SEED"),
        (7, "mock-knock.yaml:1:44"),
    ] == told["serve"]
    assert [
        ("immediate", "mock-knock.yaml:1:8"),
        ("example", "MOCK_KNOCK_EXEC_SEED"),
        (7, "mock-knock.yaml:1:44"),
    ] == told["exec"]
    assert (None, "default") == (found["run"]["scenario"]["value"], found["run"]["scenario"]["origin"])


def test_what_only_the_command_line_can_say(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable sends anything beyond this machine."""
    monkeypatch.setenv("MOCK_KNOCK_RUN_LIVE", "1")
    flow = ("run", "bulk-identify-users-notify", "--inputs", "bulk-identify-users-notify")
    called = call(*flow, "--target", "https://api.knock.app")
    assert (2, True) == (called.code, "[live-not-allowed]" in called.err)
    named = {f"{each.name} {setting_name(option)}" for each, option in _untold()}
    assert {"run live", "run insecure", "lint fix"} == named


def _untold() -> list[tuple[click.Command, click.Option]]:
    return [
        (each, option)
        for each in configured_commands()
        for option in each.params
        if isinstance(option, click.Option) and option not in list(each.settable())
    ]


def test_variables_have_one_meaning() -> None:
    """No two options share a variable, but for those of all fakes, and none has that of an input of a flow."""
    found: dict[str, set[str]] = {}
    for command in configured_commands():
        for option in command.settable():
            for name in option.envvar or ():
                found.setdefault(name, set()).add(setting_name(option))
    assert [] == [name for name, options in found.items() if len(options) > 1]
    assert [] == [name for name in found if name.startswith(ENVIRONMENT_PREFIX)]
    assert "input" not in COMMANDS


def test_inputs_of_flows_still_come_from_variables(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable of an input of a flow goes on working beside those of options."""
    monkeypatch.setenv("MOCK_KNOCK_INPUT_workflowKey", "from-the-variable")
    monkeypatch.setenv("MOCK_KNOCK_RUN_INPUT", 'users=[{"id":"ada"}] recipientIds=["ada"] apiKey=sk_test_a')
    called = call("run", "bulk-identify-users-notify", "--report", "json=-")
    assert 0 == called.code, called.err
    assert any("/workflows/from-the-variable/" in each["request"]["url"] for each in called.report["steps"])


def test_settings_of_a_server(execute: Callable[..., Called]) -> None:
    """The program without arguments takes the settings of `serve` as well."""
    write("serve: {host: 256.1.1.1}")
    done = execute()
    assert 2 == done.code
    assert "note: --host comes from mock-knock.yaml:1:9" in done.err
