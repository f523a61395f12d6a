"""Requests a second of the fake, on each of its servers, beside bare Flask, Prism, Steady and WireMock.

python -m benchmarks.load [--install] [--quick] [--only W1] [--json PATH] [--svg PATH]; see README.md above this folder.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.load.candidates import (
    FOR_LOAD,
    OURS,
    install_peers,
    install_wrk,
    own_candidates,
    peer_candidates,
)
from benchmarks.load.loads import LOADS
from benchmarks.load.measuring import Extent, as_json, measure
from benchmarks.load.picture import draw
from benchmarks.load.serving import Running, cores, running
from benchmarks.load.table import render_table, tell_foundation
from benchmarks.load.wrk import PROGRAM, is_installed
from benchmarks.machine import machine_class

CACHE = Path.home() / ".cache" / "mock-knock-benchmarks"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the tables, and write them as JSON and as a picture where that is asked for."""
    given = _parser().parse_args(arguments)
    if given.install:
        install_peers(given.cache)
        if not is_installed():
            install_wrk()
    if not is_installed():
        _tell(f"there is no {PROGRAM}: --install gets it, and the peers")
        return 4
    chosen = [load for load in LOADS if not given.only or load.name in given.only]
    extent = Extent.quick() if given.quick else Extent()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder, (of_server, of_load) = Path(name), cores()
        started = [
            stack.enter_context(running(each, folder, of_server))
            for each in (*own_candidates(), *peer_candidates(given.cache))
        ]
        servers = [each for each in started if _is_fair(each)]
        found = measure(servers, chosen, extent, folder, of_load, _tell)
        table = render_table(found, servers, chosen)
    for (server, load), why in found.failed.items():
        _tell(f"{server} has no figures for {load}: {why}")
    names = [each.candidate.name for each in servers]
    print(f"{machine_class()}; {tell_foundation(extent.connections, is_pinned=bool(of_load))}\n\n{table}")  # noqa: T201
    if given.svg:
        given.svg.write_text(draw(found, names, chosen), encoding="utf-8")
    if given.json:
        result = {"machine": machine_class(), "versions": _versions(servers), "readings": as_json(found)}
        given.json.write_bytes(json.dumps(result, indent=2).encode())
    return 0


def _is_fair(server: Running) -> bool:
    """Tell whether a server refuses what is wrong, if it is to; our own must."""
    if not server.candidate.validates:
        return True
    accepted = server.wrongly_accepted()
    if accepted:
        _tell(f"{server.candidate.name} takes {', '.join(accepted)}: it is left out, as it does not validate")
        if server.candidate.name in {OURS, FOR_LOAD}:
            raise SystemExit(1)
    return not accepted


def _versions(servers: Sequence[Running]) -> dict[str, str]:
    return {each.candidate.name: each.candidate.version for each in servers}


def _tell(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201  # how far it is


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--install", action="store_true", help="get the peers from npm and wrk from apt, once")
    parser.add_argument("--quick", action="store_true", help="one round: a first idea")
    parser.add_argument("--only", action="append", choices=[load.name for load in LOADS], help="this load; repeatable")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the peers are kept")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write every reading")
    parser.add_argument("--svg", type=Path, metavar="PATH", help="draw the ratios")
    return parser


if __name__ == "__main__":
    sys.exit(main())
