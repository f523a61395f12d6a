"""Our application on servers that `mock-knock serve` does not know, to see whether one of them would be faster.

python -m benchmarks.foreign_servers --server cheroot --port 4020

They deliver neither delays nor faults of the wire: nothing of theirs is in the environment of a request.
"""

from __future__ import annotations

import argparse
import gc
import logging
from collections.abc import Callable
from typing import Any, Final

from benchmarks.load.loads import API_KEY
from mock_knock.commands.serve import THRESHOLDS
from mock_knock.local import FakeOptions, build_fake
from mock_knock.web.guard import AccessRules

FOREIGN: Final = ("cheroot", "pyuwsgi")
HOST: Final = "127.0.0.1"
THREADS: Final = 4
"""Those in which each of them answers."""
PLACE: Final = "benchmarks.foreign_servers:create_application()"
"""Where uWSGI finds the application."""


def create_application() -> Callable[..., Any]:
    """Return the application as `mock-knock serve --quiet` has it, and let garbage be collected as it does."""
    logging.getLogger("mock_knock").setLevel(logging.WARNING)
    fake = build_fake(FakeOptions(rules=AccessRules(frozenset({API_KEY}), is_local=True)))
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    return fake.application


def serve_on_cheroot(port: int) -> None:
    """Serve until the process is ended."""
    from cheroot.wsgi import Server  # noqa: PLC0415  # of several servers one is needed

    Server((HOST, port), create_application(), numthreads=THREADS).start()


def serve_on_pyuwsgi(port: int) -> None:
    """Serve until the process is ended."""
    import pyuwsgi  # noqa: PLC0415  # as above

    listening = ("--http11-socket", f"{HOST}:{port}", "--threads", str(THREADS), "--enable-threads", "--need-app")
    quiet = ("--disable-logging", "--die-on-term", "--single-interpreter", "--buffer-size", "65535")
    pyuwsgi.run([*listening, *quiet, "--module", PLACE])


def main() -> None:
    """Serve on the server that is named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", choices=FOREIGN, required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    {"cheroot": serve_on_cheroot, "pyuwsgi": serve_on_pyuwsgi}[given.server](given.port)


if __name__ == "__main__":
    main()
