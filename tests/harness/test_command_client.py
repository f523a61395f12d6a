"""Commands as clients: how they are started, and how they end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event
from typing import IO, Any

import pytest

from mock_knock.errors import UsageError
from mock_knock.harness import command_client
from mock_knock.harness.command_client import MAX_DETAIL, TAIL_BYTES, run_command
from mock_knock.harness.gauntlet import Ending

PATIENCE = 60
SLEEP = 20
"""Seconds that a process which should be ended would still run."""


def run(script: str, *arguments: str, timeout: float = PATIENCE, **environment: str) -> Ending:
    """Run a Python script."""
    return run_command([sys.executable, "-I", "-c", script, *arguments], environment, timeout=timeout)


@pytest.mark.parametrize(
    ("script", "reported", "detail"),
    [
        ("print('done')", "success", "exit code 0; done"),
        ("", "success", "exit code 0; it said nothing"),
        ("print('one'); print('  two  \\n\\n   ')", "success", "exit code 0; two"),
        ("import sys; sys.exit(3)", "failure", "exit code 3; it said nothing"),
        ("import sys; sys.exit('no luck')", "failure", "exit code 1; no luck"),
        ("import sys; print('out', flush=True); print('err', file=sys.stderr)", "success", "exit code 0; err"),
        ("1 / 0", "failure", "exit code 1; ZeroDivisionError: division by zero"),
        ("import os; os.kill(os.getpid(), 9)", "failure", "exit code -9; it said nothing"),
        ("import sys; sys.exit(len(sys.stdin.read()))", "success", "exit code 0; it said nothing"),
    ],
)
def test_how_a_command_ends(script: str, reported: str, detail: str) -> None:
    """A command says success by exit code 0 and anything else is a failure; its last line is kept."""
    ending = run(script)
    assert (reported, detail) == (ending.reported, ending.detail)
    assert ending.seconds > 0


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (r"b'caf\xe9 \xff\xfe'", "caf\ufffd \ufffd\ufffd"),
        (r"b'n\xc3\xa9 \xe2\x86\x92'", "né →"),
        (r"b'a\r\nb\rc'", "c"),
        (r"b'x' * 1_000", "x" * MAX_DETAIL),
        (r"b'line\n' * 10_000 + b'last\n'", "last"),
        (rf"b'\xc3\xa9' * {TAIL_BYTES} + b'\nlast'", "last"),
        (rf"b'last' + b'\n' * {TAIL_BYTES}", "it said nothing"),
        (r"b'\n \n'", "it said nothing"),
    ],
)
def test_what_a_command_says(said: str, kept: str) -> None:
    """Of its output the last line is kept, up to a length, and what is no UTF-8 is replaced."""
    assert f"exit code 0; {kept}" == run(f"import sys; sys.stdout.buffer.write({said})").detail


def test_what_a_command_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command gets the environment of this process and what it is handed on top of it."""
    monkeypatch.setenv("MINE", "old")
    monkeypatch.setenv("OTHER", "kept")
    script = "import os; print(os.environ['MINE'], os.environ['OTHER'], os.environ['KNOCK_BASE_URL'])"
    ending = run(script, MINE="new", KNOCK_BASE_URL="http://127.0.0.1:1")
    assert "exit code 0; new kept http://127.0.0.1:1" == ending.detail


def test_a_command_that_does_not_end() -> None:
    """A command that outlasts its time is hung, with the last thing that it said."""
    ending = run(f"import time; time.sleep({SLEEP})", timeout=0.5)
    assert ("hung", "still running after 0.5 s; it said nothing") == (ending.reported, ending.detail)


Started = Callable[[], IO[bytes]]


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Started:
    """Let the time of a command begin once it says `ready` to the pipe TOLD; return what reads the rest from it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    monkeypatch.setenv("TOLD", str(pipe))
    readers: list[IO[bytes]] = []
    start = command_client._start  # noqa: SLF001

    def start_and_wait(*arguments: Any) -> Any:
        process = start(*arguments)
        readers.append(pipe.open("rb", buffering=0))
        assert b"ready" == readers[0].read(5)
        return process

    monkeypatch.setattr(command_client, "_start", start_and_wait)
    return readers.pop


FAMILY = f"""
import os, signal, sys, time
told = open(os.environ["TOLD"], "wb", buffering=0)

def obey(*_):
    told.write(b" asked")
    os._exit(0)

signal.signal(signal.SIGTERM, obey)
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    told.write(b"ready")
time.sleep({SLEEP})
told.write(b" survived")
"""
STUBBORN = f"""
import os, signal, time
told = open(os.environ["TOLD"], "wb", buffering=0)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
told.write(b"ready")
time.sleep({SLEEP})
told.write(b" survived")
"""
PARENT = f"""
import os, time
told = open(os.environ["TOLD"], "wb", buffering=0)
told.write(b"ready")
if os.fork() == 0:
    time.sleep({SLEEP})
    told.write(b" survived")
"""


@pytest.mark.parametrize(
    ("script", "timeout", "reported", "heard"),
    [
        (FAMILY, 0.1, "hung", b" asked"),
        (STUBBORN, 0.1, "hung", b""),
        (PARENT, PATIENCE, "success", b""),
    ],
)
def test_nothing_is_left_behind(
    started: Started, monkeypatch: pytest.MonkeyPatch, script: str, timeout: float, reported: str, heard: bytes
) -> None:
    """A command that is hung is asked to end, then made to; whatever a command has started ends with it."""
    monkeypatch.setattr(command_client, "GRACE_SECONDS", 0.5)
    assert reported == run(script, timeout=timeout).reported
    with started() as pipe:
        assert heard == pipe.read()  # it ends when nobody can write any more


def test_an_interrupt_ends_the_command(started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever interrupts the wait for a command leaves none behind."""
    wait, waited = subprocess.Popen.wait, []

    def wait_or_stop(process: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        waited.append(timeout)
        if len(waited) == 1:
            raise KeyboardInterrupt
        return wait(process, timeout)

    monkeypatch.setattr(subprocess.Popen, "wait", wait_or_stop)
    with pytest.raises(KeyboardInterrupt):
        run(STUBBORN.replace("SIG_IGN", "SIG_DFL"))
    with started() as pipe:
        assert b"" == pipe.read()


def unusable(folder: Path) -> Mapping[str, str]:
    """Return commands that cannot be started, with what the system says of each."""
    script = folder / "script"
    script.write_text("no program")
    (folder / "program").write_bytes(b"\x00no program")
    (folder / "program").chmod(0o755)
    return {
        str(folder / "nowhere"): "No such file or directory",
        str(script): "Permission denied",
        str(folder): "Permission denied",
        str(folder / "program"): "Exec format error",
    }


def test_commands_that_cannot_be_started(tmp_path: Path) -> None:
    """A command that cannot be started is no failure of a client: it is refused, with the reason."""
    for command, reason in unusable(tmp_path).items():
        with pytest.raises(UsageError) as refused:
            run_command([command], {}, timeout=PATIENCE)
        assert ("command-unusable", f"the command '{command}' cannot be started: {reason}") == (
            refused.value.code,
            refused.value.what,
        )
        assert refused.value.hint


def test_a_command_that_is_to_stop() -> None:
    """A command that is told to stop has ended, long before its time is over."""
    stop = Event()
    stop.set()
    ending = run_command([sys.executable, "-c", "import time; time.sleep(60)"], {}, timeout=60, stop=stop)
    assert "hung" == ending.reported
