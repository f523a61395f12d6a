"""The command line as tests call it: in this process, or as a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from mock_knock.cli import main
from mock_knock.files import bundled
from mock_knock.web.server import open_server

FLOW = "bulk-identify-users-notify"
TIMEOUT = 60


@dataclass(frozen=True)
class Called:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> Any:
        """The one JSON object that stands on stdout."""
        return json.loads(self.out)

    def step_ids(self) -> list[str]:
        """Return the steps of the report in order."""
        return [step["stepId"] for step in self.report["steps"]]

    def codes(self) -> set[str]:
        """Return the codes of the report's findings."""
        return {finding["code"] for finding in self.report["findings"]}


Call = Callable[..., Called]


def fail_to_serve(application: Callable[..., Any], *, host: str, port: int) -> None:
    """Bind a port as `serve` does, and fail: in this process it would serve for ever."""
    open_server(application, host=host, port=port).close()
    pytest.fail("it serves")


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Return a function that calls the command line in this process; it never shows a traceback."""
    monkeypatch.setattr("mock_knock.commands.serve.open_server", fail_to_serve)

    def run(*arguments: str | Path) -> Called:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(each) for each in arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        assert isinstance(ended.value.code, int)
        return Called(ended.value.code, out, err)

    return run


@pytest.fixture
def run_flow(call: Call) -> Call:
    """Return a function that runs the published flow with its inputs and a JSON report, and more arguments."""

    def run(*arguments: str | Path, flow: str | Path = FLOW, inputs: str | Path = FLOW) -> Called:
        return call("run", flow, "--inputs", inputs, "--report", "json=-", *arguments)

    return run


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working directory with copies of the bundled flows, descriptions and inputs."""
    for name in ("arazzo", "openapi", "inputs"):
        shutil.copytree(bundled(name), tmp_path / name)
    (tmp_path / "arazzo" / f"{FLOW}.yaml").rename(tmp_path / "arazzo" / "flow.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts the command line as a process; whatever still runs at the end is killed."""
    with ExitStack() as stack:

        def run(arguments: Sequence[str], **options: Any) -> subprocess.Popen[str]:
            settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": tmp_path}
            before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may ignore it in the background
            try:
                process = subprocess.Popen([sys.executable, "-m", "mock_knock", *arguments], **{**settings, **options})
            finally:
                signal.signal(signal.SIGINT, before)
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield run


def finish(process: subprocess.Popen[str]) -> Called:
    """Wait for a process to end; it never shows a traceback, nor complains about its streams."""
    out, err = process.communicate(timeout=TIMEOUT)
    assert "Traceback" not in (out or "") + (err or "")
    assert "Exception ignored" not in (err or "")
    return Called(process.returncode, out or "", err or "")


@pytest.fixture
def execute(start: Start) -> Callable[..., Called]:
    """Return a function that runs the command line as a process to its end."""

    def run(*arguments: str, **options: Any) -> Called:
        return finish(start(arguments, **options))

    return run


@dataclass(frozen=True)
class Serving:
    """A server in a process of its own."""

    process: subprocess.Popen[str]
    greeting: dict[str, str]

    @property
    def url(self) -> str:
        """The address in the greeting."""
        return self.greeting["url"]

    @property
    def api_key(self) -> str:
        """The key in the greeting."""
        return self.greeting["api_key"]

    def get(self, path: str, **headers: str) -> requests.Response:
        """Send a GET to the server."""
        return requests.get(f"{self.url}{path}", headers=headers, timeout=TIMEOUT)

    def stop(self, number: int = signal.SIGTERM) -> Called:
        """End the server by a signal."""
        self.process.send_signal(number)
        return finish(self.process)


@pytest.fixture
def serve(start: Start) -> Callable[..., Serving]:
    """Return a function that starts `mock-knock serve` on a free port and waits until it listens."""

    def run(*arguments: str) -> Serving:
        process = start(["serve", "--port", "0", "--json", *arguments])
        assert process.stdout is not None
        return Serving(process, json.loads(process.stdout.readline()))

    return run


@pytest.fixture
def environment() -> dict[str, str]:
    """Return a copy of the environment to change."""
    return dict(os.environ)
