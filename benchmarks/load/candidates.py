"""The servers that are compared, and how each is started."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from benchmarks.load.loads import API_KEY
from benchmarks.load.peer_documents import write_description, write_mappings

PEERS: Final = {"prism": "@stoplight/prism-cli", "steady": "@stdy/cli", "wiremock": "wiremock"}
"""Names of peers, and their packages on npm."""
OURS: Final = "mock-knock"
BARE: Final = "bare Flask"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A server: its name, the command that starts it on a port (given a folder for its files), and its version.

    `validates` is whether it claims to refuse wrong bodies, which is tried before anything is measured.
    """

    name: str
    command: Callable[[int, Path], Sequence[str]]
    version: str = ""
    validates: bool = True


def own_candidates() -> list[Candidate]:
    """Return the fake, and the framework alone on the same server."""
    return [
        Candidate(
            OURS, lambda port, _: _module("mock_knock", "serve", "--port", str(port), "--api-key", API_KEY, "--quiet")
        ),
        Candidate(BARE, lambda port, _: _module("benchmarks.load.bare", "--port", str(port)), validates=False),
    ]


def peer_candidates(cache: Path) -> list[Candidate]:
    """Return those peers that are installed in the cache folder."""
    starts: dict[str, Callable[[int, Path], Sequence[str]]] = {
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
        Candidate(name, starts[name], version)
        for name, package in PEERS.items()
        if (version := _installed_version(cache, package))
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
