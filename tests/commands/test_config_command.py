"""`mock-knock config` tells what every option is set to, and by what."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mock_knock.cli import root
from mock_knock.files import bundled

if TYPE_CHECKING:
    from tests.commands.conftest import Call

CANARY = "canary1234567890"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, without any variable of this program."""
    for name in list(os.environ):
        if name.startswith("MOCK_KNOCK_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_values_and_origins(call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each option of a command has its value and where that comes from."""
    (folder / "mock-knock.yaml").write_text("serve: {port: 5000, strict: true}\nfake: {scenario: fails-midway}\n")
    monkeypatch.setenv("MOCK_KNOCK_SERVE_ALLOWED_HOST", "one two")
    called = call("config", "serve")
    assert (0, "") == (called.code, called.err)
    assert (
        """\
settings: mock-knock.yaml

serve
  host                127.0.0.1     default
  port                5000          mock-knock.yaml:1:9
  server              waitress      default
  scenario            fails-midway  mock-knock.yaml:2:8
  seed                -             default
  strict              true          mock-knock.yaml:1:21
  rate-limits         false         default
  retry-after         1             default
  clock               real          default
  api-key             -             default
  check-responses     false         default
  journal-entries     1000          default
  journal-bytes       32000000      default
  no-header-faults    false         default
  no-reserved-faults  false         default
  allowed-host        one, two      MOCK_KNOCK_SERVE_ALLOWED_HOST
  admin-token         -             default
  quiet               false         default
  json                false         default
"""
        == called.out
    )


def test_all_commands(call: Call) -> None:
    """Without a name every command with settings is told, in the order of the help."""
    called = call("config")
    assert "settings: no mock-knock.yaml here" == called.out.splitlines()[0]
    titles = [line for line in called.out.splitlines()[1:] if line and not line.startswith(" ")]
    assert ["serve", "run", "lint", "exec", "gauntlet", "schedule"] == titles


def test_one_object(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --json there is one object, whose values have the types of their options."""
    monkeypatch.setenv("MOCK_KNOCK_SCHEDULE_COUNT", "7")
    report = call("config", "schedule", "schedule", "--json").report
    assert ("mock-knock/config@1", None, ["schedule"]) == (report["format"], report["file"], list(report["commands"]))
    told = report["commands"]["schedule"]
    assert {"value": 7, "origin": "variable", "where": "MOCK_KNOCK_SCHEDULE_COUNT"} == told["count"]
    assert {"value": None, "origin": "default", "where": None} == told["operation"]
    assert {"value": False, "origin": "default", "where": None} == told["json"]


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_secrets_are_masked(call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch, form: tuple[str, ...]) -> None:
    """No key, token, credential or secret input is shown, whatever it looks like and wherever it comes from."""
    text = f"fake: {{api-key: {CANARY}}}\nrun: {{input: ['apiKey={CANARY}'], proxy: 'http://ada:{CANARY}@proxy:1'}}\n"
    (folder / "mock-knock.yaml").write_text(text)
    monkeypatch.setenv("MOCK_KNOCK_SERVE_ADMIN_TOKEN", CANARY)
    monkeypatch.setenv("MOCK_KNOCK_SCHEDULE_KEY", CANARY)
    monkeypatch.setenv("MOCK_KNOCK_EXEC_API_KEY", f"sk_test_{CANARY}")
    called = call("config", *form)
    assert 0 == called.code
    assert CANARY not in called.out + called.err
    assert all(shown in called.out for shown in ("***", "apiKey=***", "http://***@proxy:1", "sk_test_***7890"))


def test_a_bad_value(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that its command would refuse is refused here as well, with its variable."""
    monkeypatch.setenv("MOCK_KNOCK_RUN_TIMEOUT", "soon")
    called = call("config")
    assert (2, "") == (called.code, called.out)
    assert called.err.endswith("  note: --timeout comes from MOCK_KNOCK_RUN_TIMEOUT\n")


@pytest.mark.parametrize("name", ["demo", "nothing"])
def test_a_command_without_settings(call: Call, name: str) -> None:
    """A command that has no options to set is refused with those that have."""
    called = call("config", name)
    assert (2, "") == (called.code, called.out)
    assert "[config-unknown]" in called.err
    assert "commands: serve, run, lint, exec, gauntlet, schedule" in called.err


def test_variables_that_mean_nothing(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable with the program's name that no command knows is told, with the nearest one that exists."""
    monkeypatch.setenv("MOCK_KNOCK_SERVE_PROT", CANARY)
    monkeypatch.setenv("MOCK_KNOCK_XYZZY", "1")
    monkeypatch.setenv("MOCK_KNOCK_INPUT_apiKey", CANARY)
    monkeypatch.setenv("MOCK_KNOCK_NO_CONFIG", "1")
    assert (
        "no command knows the variable MOCK_KNOCK_SERVE_PROT: did you mean MOCK_KNOCK_SERVE_PORT?\n"
        "no command knows the variable MOCK_KNOCK_XYZZY\n"
    ) == call("config", "serve").err


def test_the_schema(call: Call) -> None:
    """With --schema the published schema is printed, even beside a file that cannot be used."""
    Path("mock-knock.yaml").write_text("x")
    called = call("config", "--schema")
    assert (0, bundled("schemas", "mock-knock.json").read_text()) == (called.code, called.out)


def test_without_the_program() -> None:
    """Called by itself the command knows no other."""
    command = root.get_command(None, "config")  # type: ignore[arg-type]  # it does not look
    assert command is not None
    with pytest.raises(SystemExit):
        command.main(["--help"])
