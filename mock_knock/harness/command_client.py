"""A client that is a command: started with the address and the key of its fake, and ended when it takes too long."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from tempfile import TemporaryFile
from threading import Event
from time import monotonic
from typing import IO, Final

from mock_knock.errors import UsageError
from mock_knock.harness.gauntlet import Ending

GRACE_SECONDS: Final = 2.0
"""Between the wish that a command ends and its end by force."""
LOOK_SECONDS: Final = 0.2
"""How often somebody is looked for who wants it to stop."""
MAX_DETAIL: Final = 300
TAIL_BYTES: Final = 4_000


def run_command(
    command: Sequence[str], environment: Mapping[str, str], *, timeout: float, stop: Event | None = None
) -> Ending:
    """Run a command to its end, or to the end of its time in seconds; success is exit code 0.

    `stop` ends it before.

    Raises:
        UsageError: `command-unusable`; it cannot be started.
    """
    began = monotonic()
    with TemporaryFile() as said:
        process = _start(command, environment, said)
        try:
            code = _wait(process, began + timeout, stop or Event())
        finally:
            _end(process)
        if code is None:
            return Ending("hung", f"still running after {timeout:g} s; {_last_line(said)}", monotonic() - began)
        detail = f"exit code {code}; {_last_line(said)}"
    return Ending("success" if code == 0 else "failure", detail, monotonic() - began)


def _wait(process: subprocess.Popen[bytes], deadline: float, stop: Event) -> int | None:
    """Return the exit code of a command, or None when its time is over or it is to stop."""
    while (left := deadline - monotonic()) > 0 and not stop.is_set():
        with suppress(subprocess.TimeoutExpired):
            return process.wait(min(left, LOOK_SECONDS))
    return None


def _start(command: Sequence[str], environment: Mapping[str, str], said: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603  # whoever calls the gauntlet says what runs
            list(command),
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        hint = "check its name, and that it can be executed"
        message = f"the command '{command[0]}' cannot be started: {error.strerror}"
        raise UsageError("command-unusable", message, hint=hint) from error


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command, politely first, and everything it has started and left behind."""
    if process.poll() is None:
        _tell_group(process, signal.SIGTERM)
    _tell_group(process, signal.SIGKILL)


def _tell_group(process: subprocess.Popen[bytes], wish: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # nobody is left
        os.killpg(process.pid, wish)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_SECONDS)


def _last_line(said: IO[bytes]) -> str:
    """Return the last line that a command has said."""
    size = said.seek(0, os.SEEK_END)
    said.seek(max(0, size - TAIL_BYTES))
    lines = [line.strip() for line in said.read().decode(errors="replace").splitlines() if line.strip()]
    return lines[-1][:MAX_DETAIL] if lines else "it said nothing"
