"""Servers that are measured, each in a process of its own: started, waited for, asked how much memory it has."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import perf_counter, sleep
from typing import Final

import orjson

from benchmarks.load.candidates import Candidate
from benchmarks.load.loads import API_KEY, LOADS, WRONG, Load

HOST: Final = "127.0.0.1"
START_SECONDS: Final = 60.0
ANSWER_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 0.005
STOP_SECONDS: Final = 10.0
REFUSED: Final = range(400, 500)
UNKNOWN_OPERATION: Final = "8a7d6f2e-0f6c-4f5e-9b1e-1f4f0c3b2a10"


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers: where, how long its start took in seconds, and an id of a bulk operation that it has."""

    candidate: Candidate
    url: str
    process_id: int
    start_seconds: float
    operation: str

    def memory(self) -> float:
        """Return the megabytes that the process and those it has started keep in memory."""
        return sum(_resident(each) for each in _family(self.process_id)) / 1e6

    def wrongly_accepted(self) -> list[str]:
        """Return which wrong bodies the server takes: one that validates takes none."""
        return [each.name for each in WRONG if ask(self.url, each, self.operation)[0] not in REFUSED]


@contextmanager
def running(candidate: Candidate, folder: Path, on_core: Sequence[str]) -> Iterator[Running]:
    """Run a server for the length of a `with` block.

    Raises:
        RuntimeError: it does not answer in time.
    """
    port = _free_port()
    command = candidate.command(port, folder)
    begin = perf_counter()
    with (folder / f"{candidate.name.replace(' ', '-')}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  # our own command lines
            (*on_core, *command), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        url = f"http://{HOST}:{port}"
        operation = _wait_for_answer(process, url, candidate.name)
        yield Running(candidate, url, process.pid, perf_counter() - begin, operation)
    finally:
        _end(process)


def ask(url: str, load: Load, operation: str = UNKNOWN_OPERATION) -> tuple[int, bytes]:
    """Send one request and return status and body; 0 where nobody answered in time."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=ANSWER_SECONDS)
    fields = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"}
    try:
        connection.request(load.method, load.path_on(operation), load.body or None, fields)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, HTTPException):
        return 0, b""
    finally:
        connection.close()


def _wait_for_answer(process: subprocess.Popen[bytes], url: str, name: str) -> str:
    """Wait until a batch is taken, and return the id of its operation."""
    end = perf_counter() + START_SECONDS
    while perf_counter() < end and process.poll() is None:
        if _listens(url):
            status, body = ask(url, LOADS[0])
            if status == 200:  # noqa: PLR2004  # of HTTP
                return str(orjson.loads(body).get("id", UNKNOWN_OPERATION))
        sleep(LOOK_SECONDS)
    raise RuntimeError(f"{name} did not answer within {START_SECONDS:g} s")


def _listens(url: str) -> bool:
    host, _, port = url.removeprefix("http://").partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port


def _end(process: subprocess.Popen[bytes]) -> None:
    for wish in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, wish)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return


def _resident(process_id: int) -> int:
    """Return the bytes of a process that are in memory."""
    try:
        pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _family(process_id: int) -> list[int]:
    """Return a process and all that it has started."""
    try:
        children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    except OSError:
        children = []
    return [process_id, *(found for each in children for found in _family(int(each)))]


def cores() -> tuple[Sequence[str], Sequence[str]]:
    """Return what commands of servers and of the load begin with, so that each has a core of its own where it can."""
    available = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(available) < 2 or shutil.which("taskset") is None:  # noqa: PLR2004  # one each
        return (), ()
    return ("taskset", "-c", str(available[0])), ("taskset", "-c", str(available[1]))
