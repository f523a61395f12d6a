"""A command that runs in our place: its exit code is ours, our signals are its, and nothing is left behind."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from mock_knock.errors import UsageError
from mock_knock.harness import foreground
from mock_knock.harness.foreground import KEYS, SIGNALLED, WISHES, ForegroundCommand

PATIENCE = 60
IS_IN_FOREGROUND = foreground._is_in_foreground  # noqa: SLF001
SLEEP = 20
"""Seconds that a process which should be ended would still run."""


@pytest.fixture(autouse=True, params=[True, False], ids=["terminal", "alone"])
def terminal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Say whether a terminal sends its signals to this process group, whatever starts the tests."""
    monkeypatch.setattr(foreground, "_is_in_foreground", lambda: request.param)
    return bool(request.param)


@pytest.fixture(autouse=True)
def _same_handlers() -> Iterator[None]:
    """Fail when a handler is not as it was before; what starts the tests may have told them to ignore signals."""
    started = {each: signal.signal(each, signal.SIG_DFL) for each in (signal.SIGHUP, signal.SIGQUIT)}
    before = [signal.signal(signal.SIGINT, signal.default_int_handler), *map(signal.getsignal, WISHES)]
    yield
    assert [signal.default_int_handler, *before[2:]] == list(map(signal.getsignal, WISHES))
    for each, handler in {**started, signal.SIGINT: before[0]}.items():
        signal.signal(each, handler)


def run(script: str, *arguments: str, act: Callable[[], None] = lambda: None, **environment: str) -> int:
    """Run a Python script, do something meanwhile, and wait for its end."""
    over = Event()

    def serve() -> None:
        act()
        assert over.wait(PATIENCE)

    return ForegroundCommand([sys.executable, "-I", "-c", script, *arguments], environment).run(serve, over.set)


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("", 0),
        ("import sys; sys.exit(3)", 3),
        ("import sys; sys.exit(255)", 255),
        ("import os; os.kill(os.getpid(), 9)", 137),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", 143),
    ],
)
def test_exit_codes(script: str, code: int) -> None:
    """The exit code is that of the command, or 128 more than the signal that ended it."""
    assert code == run(script)


def test_what_it_is_given(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """The command has our environment with something on top, our streams, and its words as they are."""
    monkeypatch.setenv("MINE", "old")
    monkeypatch.setenv("OTHER", "kept")
    script = "import os, sys; print(os.environ['MINE'], os.environ['OTHER'], sys.argv[1:]); sys.stderr.write('told')"
    assert 0 == run(script, "a b", "$HOME", "*", MINE="new")
    assert ("new kept ['a b', '$HOME', '*']\n", "told") == tuple(capfd.readouterr())


def test_files_that_it_inherits(tmp_path: Path) -> None:
    """What was open for those who come after us stays open for the command; what we opened does not."""
    with (tmp_path / "given").open("w") as given, (tmp_path / "own").open("w") as own:
        os.set_inheritable(given.fileno(), True)  # noqa: FBT003  # the library's signature
        script = "import os, sys; os.write(int(sys.argv[1]), b'x'); os.fstat(int(sys.argv[2]))"
        assert 1 == run(script, str(given.fileno()), str(own.fileno()))
    assert ("x", "") == ((tmp_path / "given").read_text(), (tmp_path / "own").read_text())


def unusable(folder: Path) -> dict[str, tuple[int, str]]:
    """Return commands that cannot be started, with the exit code and what the system says of each."""
    script = folder / "script"
    script.write_text("no program")
    (folder / "program").write_bytes(b"\x00no program")
    (folder / "program").chmod(0o755)
    return {
        str(folder / "nowhere"): (127, "No such file or directory"),
        "no-such-command-anywhere": (127, "No such file or directory"),
        str(script): (126, "Permission denied"),
        str(folder): (126, "Permission denied"),
        str(folder / "program"): (126, "Exec format error"),
        "a\0b": (126, "embedded null byte"),
    }


def test_commands_that_cannot_be_started(tmp_path: Path) -> None:
    """A command that cannot be started is refused with the exit code that shells have for it, and serving ends."""
    for command, (code, reason) in unusable(tmp_path).items():
        over = Event()
        with pytest.raises(UsageError) as refused:
            ForegroundCommand([command], {}).run(lambda: assert_set(over), over.set)  # noqa: B023  # called at once
        assert ("command-unusable", code) == (refused.value.code, refused.value.exit_code)
        assert f"the command '{command}' cannot be started: {reason}" == refused.value.what
        assert refused.value.hint


def assert_set(event: Event) -> None:
    """Fail when nobody has set an event."""
    assert event.is_set()


class Pipe:
    """What a command and all that it starts write to; it ends when none of them is left."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._reader = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0)
        os.set_blocking(self._reader.fileno(), True)

    def wait_for(self, text: bytes) -> None:
        """Wait until a text was written."""
        found = b""
        while not found.endswith(text):
            found += self._reader.read(1) or b""

    def rest(self) -> bytes:
        """Return what is written until nobody can write any more."""
        return self._reader.read()

    def close(self) -> None:
        """Stop listening."""
        self._reader.close()


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Pipe]:
    """Return a pipe to listen to commands."""
    with closing(Pipe(tmp_path / "pipe")) as opened:
        yield opened


BEGIN = """
import os, signal, sys, time
told = open(sys.argv[1], "wb", buffering=0)

def tell(number, _frame):
    told.write(f" heard {number} ".encode())

"""
LISTENING = "for number in (1, 2, 3, 15): signal.signal(number, tell)\n"
END = f"""
told.write(b"ready")
until = time.monotonic() + {SLEEP}
while time.monotonic() < until:
    time.sleep(1)
told.write(b" survived")
"""
SLEEPER, STUBBORN = BEGIN + END, BEGIN + LISTENING + END
FAMILY = f"""{BEGIN}
signal.signal(15, lambda *_: os._exit(5))
if not os.fork():
    signal.signal(15, signal.SIG_IGN)
    told.write(b"ready")
time.sleep({SLEEP})
told.write(b" survived")
"""
"""A command that ends when it is asked to, with a child that does not."""

SURVIVOR = f"""{BEGIN}
reading, writing = os.pipe()
if os.fork() == 0:
    os.close(writing)
    os.read(reading, 1)
    told.write(b"at work")
"""
"""A command with a child that is at work once the command is over."""


def raising(pipe: Pipe, *numbers: int) -> Callable[[], None]:
    """Return what sends us signals, one after the other, once the command is ready."""

    def act() -> None:
        pipe.wait_for(b"ready")
        for number in numbers:
            signal.raise_signal(number)

    return act


@pytest.mark.parametrize("number", WISHES)
def test_a_signal_is_passed_on(pipe: Pipe, *, terminal: bool, number: int) -> None:
    """A signal to us alone reaches the command; what a terminal sends it has heard itself."""
    if terminal and number in KEYS:
        pytest.skip("the terminal tells it")
    assert SIGNALLED + number == run(SLEEPER, str(pipe.path), act=raising(pipe, number))
    assert b"" == pipe.rest()


def test_the_keys_of_a_terminal(pipe: Pipe, monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> None:
    """Ctrl-C on a terminal is the command's business; only who presses it three times in a row ends it by force."""
    if not terminal:
        pytest.skip("there is no terminal")
    instants, killed = iter([0.0, 1.5, 3.0, 3.4]), []
    monkeypatch.setattr(foreground, "monotonic", lambda: next(instants))
    kill = os.kill

    def kill_and_tell(pid: int, number: int) -> None:
        killed.append(next(instants, None))
        kill(pid, number)

    monkeypatch.setattr(os, "kill", kill_and_tell)
    assert 137 == run(STUBBORN, str(pipe.path), act=raising(pipe, *[signal.SIGINT] * 4))
    assert ([None], b"") == (killed, pipe.rest())


def test_who_asks_twice(pipe: Pipe, *, terminal: bool) -> None:
    """A second signal ends a command by force that did not listen to the first."""
    wishes = (signal.SIGTERM, signal.SIGHUP) if terminal else (signal.SIGINT, signal.SIGTERM)

    def act() -> None:
        raising(pipe, wishes[0])()
        pipe.wait_for(f" heard {wishes[0]} ".encode())
        signal.raise_signal(wishes[1])

    assert 137 == run(STUBBORN, str(pipe.path), act=act)
    assert b"" == pipe.rest()


def test_who_asks_in_vain(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that was asked to end and does not is ended by force after a while."""
    monkeypatch.setattr(foreground, "GRACE_SECONDS", 0.05)
    assert 137 == run(STUBBORN, str(pipe.path), act=raising(pipe, signal.SIGTERM))
    assert b" survived" not in pipe.rest()


def test_a_command_that_ends_in_its_own_way(pipe: Pipe) -> None:
    """A command that is asked to end and does so in its own way has its own exit code."""
    script = SLEEPER.replace('told.write(b"ready', 'signal.signal(15, lambda *_: sys.exit(5))\ntold.write(b"ready')
    assert 5 == run(script, str(pipe.path), act=raising(pipe, signal.SIGTERM))
    assert b"" == pipe.rest()


def test_nothing_is_left_behind(pipe: Pipe, *, terminal: bool) -> None:
    """Once we were asked to end, nothing that the command has started outlives it; a terminal sees to that itself."""
    if terminal:
        pytest.skip("the command shares our group")
    assert 5 == run(FAMILY, str(pipe.path), act=raising(pipe, signal.SIGTERM))
    assert b"" == pipe.rest()


def test_what_a_command_leaves_on_purpose(pipe: Pipe) -> None:
    """Who ends by himself may leave something running."""
    assert 0 == run(SURVIVOR, str(pipe.path))
    assert b"at work" == pipe.rest()


def test_what_serves_breaks_down(pipe: Pipe) -> None:
    """When what serves the command fails, the command is ended, and the failure passed on."""

    def act() -> None:
        pipe.wait_for(b"ready")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(SLEEPER, str(pipe.path), act=act)
    assert b"" == pipe.rest()


def test_a_signal_before_there_is_anybody(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal that comes while the command is being started reaches it all the same."""
    start = foreground._start  # noqa: SLF001

    def start_slowly(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        signal.raise_signal(signal.SIGTERM)
        return start(*arguments, **options)

    monkeypatch.setattr(foreground, "_start", start_slowly)
    assert 143 == run(SLEEPER, str(pipe.path))
    assert b" survived" not in pipe.rest()


def test_a_signal_that_is_ignored() -> None:
    """What we were started to ignore, as `nohup` does, is ignored by us and by the command."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        script = "import os, signal; os.kill(os.getpid(), signal.SIGHUP); raise SystemExit(4)"
        assert 4 == run(script, act=lambda: signal.raise_signal(signal.SIGHUP))
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_signal_that_comes_too_late() -> None:
    """A signal after the end of the command finds nobody, and nothing happens."""
    command, over = ForegroundCommand([sys.executable, "-I", "-c", ""], {}), Event()

    def serve() -> None:
        assert over.wait(PATIENCE)
        for _ in range(3):
            signal.raise_signal(signal.SIGTERM)

    assert 0 == command.run(serve, over.set)


@pytest.mark.parametrize(
    ("prepare", "said"), [("pass", "True"), ("os.setpgid(0, 0)", "False"), ("os.setsid()", "False")]
)
def test_a_real_terminal(prepare: str, said: str) -> None:
    """A terminal speaks to the group in its foreground, not to one behind it, and to nobody who has left it."""
    look = "from mock_knock.harness.foreground import _is_in_foreground as found; print(found(), flush=True)"
    pid, terminal = pty.fork()
    if pid == 0:
        script = f"import os, sys; os.fork() and sys.exit(os.wait()[1])\n{prepare}\n{look}"
        os.execv(sys.executable, [sys.executable, "-c", script])
    with os.fdopen(terminal, "rb", buffering=0) as stream:
        assert said == read_line(stream.read)
    os.waitpid(pid, 0)


def read_line(read: Callable[[int], bytes | None]) -> str:
    """Return what a terminal shows up to the end of a line."""
    found = b""
    while not found.endswith(b"\n"):
        found += read(1) or b""
    return found.decode().strip()


def test_a_terminal_that_does_not_tell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is no terminal after all speaks to nobody."""
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(os, "ctermid", lambda: str(tmp_path / "file"))
    assert not IS_IN_FOREGROUND()
