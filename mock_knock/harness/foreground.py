"""A command that runs in our place: it has our streams, is told of our signals, and its exit code becomes ours.

Where a terminal sends its signals to us it sends them to the command as well, which stays in our process group so that
it can read the keyboard: Ctrl-C is then its business alone. Anywhere else the command leads a group of its own and is
told, together with all that it has started, what we are told.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import Thread, Timer
from time import monotonic
from types import FrameType
from typing import Final

from mock_knock.errors import UsageError

GRACE_SECONDS: Final = 5.0
"""Between the wish that a command ends and its end by force."""
KEYS: Final = (signal.SIGINT, signal.SIGQUIT)
"""What a terminal sends when somebody presses Ctrl-C or Ctrl-backslash."""
WISHES: Final = (*KEYS, signal.SIGTERM, signal.SIGHUP)
INSISTENT: Final = 3
"""How often somebody presses Ctrl-C within `INSISTENT_SECONDS` who has tried everything else."""
INSISTENT_SECONDS: Final = 2.0
SIGNALLED: Final = 128


class CommandMissing(UsageError):
    """There is no such command; the exit code is that of a shell."""

    exit_code = 127


class CommandRefused(UsageError):
    """The command cannot be executed; the exit code is that of a shell."""

    exit_code = 126


class ForegroundCommand:
    """A command that is to run in our place, with some variables more in its environment."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str]) -> None:
        self._words = words
        self._environment = environment
        self._has_terminal = _is_in_foreground()
        self._process: subprocess.Popen[bytes] | None = None
        self._wish: int | None = None
        self._pressed: deque[float] = deque(maxlen=INSISTENT)

    def run(self, serve: Callable[[], None], stop: Callable[[], None]) -> int:
        """Run the command to its end while something serves it, and leave nothing behind.

        Args:
            serve: serves until it is stopped, and closes what it has open.
            stop: makes it stop, from any thread.

        Returns:
            The exit code as shells have it: 128 more than the signal that ended the command.

        Raises:
            UsageError: `command-unusable`; it cannot be started.
        """
        with self._heeding():
            try:
                process = self._process = _start(self._words, self._environment, leads_group=not self._has_terminal)
            except UsageError:
                stop()
                serve()
                raise
            Thread(target=_stop_after, args=(process, stop), name="mock-knock-command", daemon=True).start()
            if self._wish is not None:  # it came before there was anybody to tell
                self._tell(self._wish)
            try:
                serve()
            finally:
                if process.poll() is None:  # what it needs is gone
                    self._ask(signal.SIGTERM)
                code = process.wait()
                if self._wish is not None and not self._has_terminal:
                    self._tell(signal.SIGKILL)
        return code if code >= 0 else SIGNALLED - code

    @contextmanager
    def _heeding(self) -> Iterator[None]:
        """Heed our signals meanwhile, but for those that we were started to ignore."""
        before = {number: signal.getsignal(number) for number in WISHES}
        heeded = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
        for number in heeded:
            signal.signal(number, self._heed)
        try:
            yield
        finally:
            for number in heeded:
                signal.signal(number, before[number])

    def _heed(self, number: int, _frame: FrameType | None) -> None:
        """Pass a signal on; who asks twice, or in vain for a while, has the command end by force."""
        if self._has_terminal and number in KEYS:
            self._pressed.append(monotonic())
            if len(self._pressed) == INSISTENT and self._pressed[-1] - self._pressed[0] < INSISTENT_SECONDS:
                self._kill()
        elif self._wish is not None:
            self._kill()
        else:
            self._ask(number)

    def _ask(self, wish: int) -> None:
        self._wish = wish
        self._tell(wish)
        if wish not in KEYS:
            timer = Timer(GRACE_SECONDS, self._kill)
            timer.daemon = True
            timer.start()

    def _kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._tell(signal.SIGKILL)

    def _tell(self, number: int) -> None:
        if self._process is not None:
            tell = os.kill if self._has_terminal else os.killpg
            with suppress(ProcessLookupError, PermissionError):  # nobody is left
                tell(self._process.pid, number)


def _stop_after(process: subprocess.Popen[bytes], stop: Callable[[], None]) -> None:
    process.wait()
    stop()


def _start(words: Sequence[str], environment: Mapping[str, str], *, leads_group: bool) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603  # whoever calls us says what runs
            list(words),
            env={**os.environ, **environment},
            close_fds=False,  # what we open is not inherited, what we were given is
            process_group=0 if leads_group else None,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        kind = CommandMissing if isinstance(error, FileNotFoundError) else CommandRefused
        what = f"the command '{words[0]}' cannot be started: {reason}"
        raise kind("command-unusable", what, hint="check its name, and that it can be executed") from error


def _is_in_foreground() -> bool:
    """Tell whether a terminal sends its signals to our process group."""
    try:
        terminal = os.open(os.ctermid(), os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
