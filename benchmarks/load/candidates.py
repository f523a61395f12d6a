"""The servers that are compared, and how each is started."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import orjson

from benchmarks.load.loads import API_KEY
from benchmarks.load.peer_documents import write_description, write_mappings
from mock_knock.commands.serve import GRANIAN, WAITRESS

PEERS: Final = {"prism": "@stoplight/prism-cli", "steady": "@stdy/cli", "wiremock": "wiremock"}
"""Names of peers, and their packages on npm."""
OURS: Final = "mock-knock"
"""The fake as `serve` runs it, on waitress."""
FOR_LOAD: Final = "mock-knock (granian)"
"""The fake on the server that is recommended for load."""
BARE: Final = "bare Flask (granian)"
BARE_ON_DEFAULT: Final = "bare Flask (waitress)"

Command = Callable[[int, Path], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A server: its name, the command that starts it on a port (given a folder for its files), and its version.

    `validates` is whether it claims to refuse wrong bodies, which is tried before anything is measured.
    """

    name: str
    command: Command
    version: str = ""
    validates: bool = True


def own_candidates() -> list[Candidate]:
    """Return the fake and the framework alone, on each of the servers; granian need not be installed."""
    servers = (GRANIAN, WAITRESS) if find_spec(GRANIAN) else (WAITRESS,)
    return [
        *(Candidate(FOR_LOAD if each == GRANIAN else OURS, _fake(each), _version(each)) for each in servers),
        *(
            Candidate(BARE if each == GRANIAN else BARE_ON_DEFAULT, _bare(each), _version(each), validates=False)
            for each in servers
        ),
    ]


def comparisons(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return who is compared with whom, of those that were measured.

    What is recommended for load with the framework on the same server and with other mock servers; what is the default
    with the framework on its own server, and with what is recommended for load.
    """
    best = recommended(names)
    peers = [name for name in names if name not in {OURS, FOR_LOAD, BARE, BARE_ON_DEFAULT}]
    pairs = [(FOR_LOAD, BARE), *((best, peer) for peer in peers), (OURS, BARE_ON_DEFAULT), (OURS, FOR_LOAD)]
    return [pair for pair in pairs if {*pair} <= {*names}]


def recommended(names: Sequence[str]) -> str:
    """Return the name of the fake that others are compared with."""
    return FOR_LOAD if FOR_LOAD in names else OURS


def _fake(server: str) -> Command:
    words = ("serve", "--server", server, "--api-key", API_KEY, "--quiet", "--port")
    return lambda port, _: _module("mock_knock", *words, str(port))


def _bare(server: str) -> Command:
    return lambda port, _: _module("benchmarks.load.bare", "--server", server, "--port", str(port))


def _version(server: str) -> str:
    return f"{server} {version(server)}"


def peer_candidates(cache: Path) -> list[Candidate]:
    """Return those peers that are installed in the cache folder."""
    starts: dict[str, Command] = {
        "prism": lambda port, folder: (
            *_program(cache, "prism"),
            *("mock", str(write_description(folder)), "-h", "127.0.0.1", "-p", str(port), "-v", "silent"),
        ),
        "steady": lambda port, folder: (
            *_program(cache, "steady"),
            *("-q", "--host", "127.0.0.1", "-p", str(port), str(write_description(folder))),
        ),
        "wiremock": lambda port, folder: (
            *_program(cache, "wiremock"),
            *(
                "--port",
                str(port),
                "--bind-address",
                "127.0.0.1",
                "--root-dir",
                str(write_mappings(folder / "wiremock")),
            ),
            *("--no-request-journal", "--disable-banner"),
        ),
    }
    found = [
        Candidate(name, starts[name], installed)
        for name, package in PEERS.items()
        if (installed := _installed_version(cache, package))
    ]
    return [each for each in found if each.name != "wiremock" or shutil.which("java")]


def install_peers(cache: Path) -> None:
    """Install the peers into a folder outside the repository; raises CalledProcessError."""
    cache.mkdir(parents=True, exist_ok=True)
    npm = ("npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(cache), *PEERS.values())
    subprocess.run(npm, check=True)  # noqa: S603  # our own command line


def install_wrk() -> None:
    """Install wrk from the packages of the system, which takes rights; raises CalledProcessError."""
    subprocess.run(("apt-get", "install", "--yes", "--quiet", "wrk"), check=True)  # noqa: S607  # wherever it is


def _module(name: str, *words: str) -> Sequence[str]:
    return (sys.executable, "-m", name, *words)


def _program(cache: Path, name: str) -> Sequence[str]:
    return (str(cache / "node_modules" / ".bin" / name),)


def _installed_version(cache: Path, package: str) -> str:
    manifest = cache / "node_modules" / package / "package.json"
    return str(orjson.loads(manifest.read_bytes())["version"]) if manifest.exists() else ""
