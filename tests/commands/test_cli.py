from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from mock_knock import __version__, cli
from mock_knock.errors import InvalidDocument, MockKnockError, Unreachable, UsageError
from mock_knock.messages import Finding

if TYPE_CHECKING:
    from tests.commands.conftest import Call, Called, Start

KEY = "sk_live_0123456789abcdefghij"


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_fits_a_screen(call: Call, flag: str) -> None:
    """The help of the program names every command and fits a terminal of 24 lines."""
    called = call(flag)
    assert (0, "") == (called.code, called.err)
    assert 24 >= len(called.out.splitlines())
    assert all(f"  {name}" in called.out for name in cli.COMMANDS)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_help_of_a_command_shows_an_example(call: Call, name: str) -> None:
    """The help of each command shows a command line to copy, and no line is wider than a terminal."""
    called = call(name, "-h")
    assert (0, "") == (called.code, called.err)
    assert f"\n  mock-knock {name}" in called.out
    assert 90 >= max(map(len, called.out.splitlines()))


def test_version(call: Call) -> None:
    """The version is that of the package."""
    called = call("--version")
    assert (0, f"mock-knock, version {__version__}\n") == (called.code, called.out)


def test_the_module_is_the_program(execute: Callable[..., Called]) -> None:
    """`python -m mock_knock` is the same as `mock-knock`."""
    done = execute("--version")
    assert (0, f"mock-knock, version {__version__}\n", "") == (done.code, done.out, done.err)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--nothing"], "--nothing"),
        (["run"], "FLOW"),
        (["run", "x", "y"], "y"),
        (["run", "x", "--max-steps", "0"], "--max-steps"),
        (["run", "x", "--max-visits", "x"], "--max-visits"),
        (["run", "x", "--timeout", "0"], "--timeout"),
        (["run", "x", "--timeout", "nan"], "--timeout"),
        (["run", "x", "--timeout", "1e300"], "--timeout"),
        (["run", "x", "--poll-interval", "-1"], "--poll-interval"),
        (["run", "x", "--poll-interval", "nan"], "--poll-interval"),
        (["run", "x", "--poll-interval", "inf"], "--poll-interval"),
        (["run", "x", "--poll-interval", "soon"], "--poll-interval"),
        (["run", "x", "--dialect", "loose"], "--dialect"),
        (["run", "x", "--contract", "maybe"], "--contract"),
        (["run", "x", "--allow-root", "nowhere"], "--allow-root"),
        (["serve", "--port", "65536"], "--port"),
        (["serve", "--port", "-1"], "--port"),
        (["serve", "--port", "http"], "--port"),
        (["serve", "--port"], "--port"),
        (["serve", "--strict=1"], "--strict"),
        (["demo", "endless-poll", "x"], "x"),
    ],
)
def test_wrong_usage(call: Call, arguments: list[str], word: str) -> None:
    """A command line that makes no sense ends with exit code 2, names what is wrong and shows where help is."""
    called = call(*arguments)
    assert (2, "") == (called.code, called.out)
    assert word in called.err
    assert "usage: mock-knock" in called.err
    assert re.match(r"error: [^\n]* \[usage-[a-z-]+\]\n  hint: ", called.err)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["srve"],
            "error: there is no command 'srve' [usage-command-unknown]\n  hint: did you mean serve?\n",
        ),
        (
            ["--confg", "x"],
            (
                "error: no such option '--confg' [usage-option-unknown]\n"
                "  hint: did you mean --config or --no-config?\n"
                "  usage: mock-knock [OPTIONS] [COMMAND] [ARGS]...\n  `mock-knock --help` tells more\n"
            ),
        ),
        (
            ["--config"],
            (
                "error: option '--config' requires an argument [usage-option-incomplete]\n"
                "  hint: `mock-knock --help` tells more\n"
            ),
        ),
        (
            ["serve", "--port"],
            (
                "error: option '--port' requires an argument [usage-option-incomplete]\n"
                "  hint: usage: mock-knock serve [OPTIONS]\n  `mock-knock serve --help` tells more\n"
            ),
        ),
        (
            ["run"],
            (
                "error: missing argument 'FLOW' [usage-argument-missing]\n"
                "  hint: usage: mock-knock run [OPTIONS] FLOW\n  `mock-knock run --help` tells more\n"
            ),
        ),
        (
            ["demo", "x", "y"],
            (
                "error: got unexpected extra argument (y) [usage-invalid]\n"
                "  hint: usage: mock-knock demo [OPTIONS] [NAME]\n  `mock-knock demo --help` tells more\n"
            ),
        ),
        (
            ["lint", "x", "--dialect", "loose"],
            (
                "error: invalid value for '--dialect': 'loose' is not one of 'lenient', 'strict' "
                "[usage-value-invalid]\n"
                "  hint: usage: mock-knock lint [OPTIONS] FLOW...\n  `mock-knock lint --help` tells more\n"
            ),
        ),
    ],
)
def test_how_wrong_usage_is_told(call: Call, arguments: list[str], told: str) -> None:
    """Each kind of wrong usage has a code and a remedy, in the form of every other error."""
    called = call(*arguments)
    assert (2, "", told) == (called.code, called.out, called.err)


def test_a_command_that_is_like_no_other(call: Call) -> None:
    """A command that does not exist is told with those that do."""
    assert f"  hint: commands: {', '.join(cli.COMMANDS)}\n" in call("xyzzy").err


def behave(monkeypatch: pytest.MonkeyPatch, outcome: Any) -> None:
    """Make `mock-knock demo` return a value, or raise an exception."""

    def act() -> Any:
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    monkeypatch.setattr("mock_knock.commands.demo.command", click.Command("demo", callback=act))


FINDINGS = (
    Finding("a-code", "error", "first", "x.yaml:1:2", "mend it"),
    Finding("b-code", "warning", "second"),
)


@pytest.mark.parametrize(
    ("outcome", "code", "err"),
    [
        (0, 0, ""),
        (None, 0, ""),
        (1, 1, ""),
        (MockKnockError("a-code", "what"), 2, "error: what [a-code]\n"),
        (UsageError("a-code", "what", hint="how"), 2, "error: what [a-code]\n  hint: how\n"),
        (Unreachable("a-code", "what", where="there"), 3, "error: there: what [a-code]\n"),
        (InvalidDocument("a-code", "what", where="x:1:2"), 2, "error: x:1:2: what [a-code]\n"),
        (
            InvalidDocument.from_findings(FINDINGS),
            2,
            "error: x.yaml:1:2: first [a-code]\n  hint: mend it\nwarning: second [b-code]\n",
        ),
        (KeyboardInterrupt(), 130, "\ninterrupted\n"),
        (click.Abort(), 130, "interrupted\n"),
        (OSError(28, "No space left on device"), 2, "error: No space left on device [system-error]\n"),
        (OSError(2, "No such file or directory", "x"), 2, "error: x: No such file or directory [system-error]\n"),
    ],
)
def test_how_a_command_ends(call: Call, monkeypatch: pytest.MonkeyPatch, outcome: Any, code: int, err: str) -> None:
    """What a command returns or raises decides the exit code and what stands on stderr."""
    behave(monkeypatch, outcome)
    called = call("demo")
    assert (code, "", err) == (called.code, called.out, called.err)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"the key {KEY}", "the key sk_live_***ghij"),
        ("https://ada:canary@example.com", "https://***@example.com"),
        ("a\x1b[31mb\x1b]0;title\x07\x9b\r\u202ec", "a[31mb]0;titlec"),
        ("a\udcffb", "ab"),
    ],
)
def test_messages_are_masked_and_clean(call: Call, monkeypatch: pytest.MonkeyPatch, text: str, shown: str) -> None:
    """No message carries a secret, or a character that moves the terminal."""
    behave(monkeypatch, UsageError("a-code", text, where=text, hint=text))
    assert f"error: {shown}: {shown} [a-code]\n  hint: {shown}\n" == call("demo").err


def test_wrong_usage_is_masked(call: Call) -> None:
    """A secret in the wrong place of the command line is not repeated."""
    called = call("run", "x", KEY)
    assert (2, False) == (called.code, KEY in called.err)
    assert "sk_live_***ghij" in called.err


def test_the_module_can_be_imported() -> None:
    """Importing `mock_knock.__main__` runs nothing."""
    assert cli.main is import_module("mock_knock.__main__").main


def test_commands_that_a_shell_completes() -> None:
    """A shell that completes commands gets them in the order of the table, each with a module of its own."""
    context = click.Context(cli.root)
    assert list(cli.COMMANDS) == cli.root.list_commands(context)
    assert {name: name for name in cli.COMMANDS} == {
        name: command.name for name in cli.COMMANDS if (command := cli.root.get_command(context, name))
    }


def test_output_that_is_no_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line can be called with anything for stdout that can be written to."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stdout", written)
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert (0, f"mock-knock, version {__version__}\n") == (ended.value.code, written.getvalue())


def test_commands_are_imported_when_they_are_called() -> None:
    """Asking for help imports no command and none of the libraries behind them."""
    script = (
        "import sys\nfrom mock_knock.cli import main\ntry:\n    main(['-h'])\nfinally:\n"
        "    print([name for name in ('flask', 'requests', 'openapi_core', 'mock_knock.local') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert "[]" == done.stdout.splitlines()[-1]


@pytest.mark.parametrize("arguments", [["--version"], ["demo"], ["run", "bulk-identify-users-notify", "-h"]])
def test_a_reader_that_goes_away(start: Start, arguments: list[str]) -> None:
    """When nobody reads stdout any more, the program ends without a word."""
    reading, writing = os.pipe()
    os.close(reading)
    process = start(arguments, stdout=writing)
    os.close(writing)
    _, err = process.communicate(timeout=60)
    assert (1, "") == (process.returncode, err)


@pytest.mark.parametrize("stream", ["stdout", "stderr", "both"])
def test_nobody_reads_the_error(start: Start, stream: str) -> None:
    """A refusal that nobody reads keeps its exit code."""
    reading, writing = os.pipe()
    os.close(reading)
    names = ["stdout", "stderr"] if stream == "both" else [stream]
    process = start(["run", "nothing.yaml"], **dict.fromkeys(names, writing))
    os.close(writing)
    process.communicate(timeout=60)
    assert 2 == process.returncode


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("arguments", [["--version"], ["demo"]])
def test_a_full_disk(execute: Callable[..., Called], arguments: list[str]) -> None:
    """Output that cannot be written is told on stderr, with exit code 2."""
    with Path("/dev/full").open("w") as full:
        done = execute(*arguments, stdout=full)
    assert (2, "error: No space left on device [system-error]\n") == (done.code, done.err)


@pytest.mark.parametrize(("number", "code"), [(1, 0), (2, 0)])
def test_closed_streams(tmp_path: Path, number: int, code: int) -> None:
    """A program that was started without stdout or stderr does its work all the same."""
    command = f'exec "{sys.executable}" -m mock_knock demo {number}>&-'
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert (code, False) == (done.returncode, "Traceback" in done.stderr)
    assert ("people notified" in done.stdout) is (number == 2)


def test_a_terminal_without_ticks(execute: Callable[..., Called], environment: dict[str, str]) -> None:
    """A terminal of another encoding gets a question mark for what it does not have."""
    done = execute("demo", env={**environment, "PYTHONIOENCODING": "latin-1"})
    assert 0 == done.code
    assert "? people notified" in done.out


def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    """In a folder that was removed a run is refused, not broken off."""
    flow = "bulk-identify-users-notify"
    script = f'mkdir gone; cd gone; rmdir ../gone; exec "{sys.executable}" -m mock_knock run {flow}'
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert (2, True, False) == (done.returncode, "[system-error]" in done.stderr, "Traceback" in done.stderr)
