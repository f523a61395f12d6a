"""wrk, which sends one request again and again over some connections and says what came of it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from benchmarks.load.loads import API_KEY, Load

PROGRAM: Final = "wrk"
_REPORT: Final = """
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\\n{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"refused":%d,"lost":%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a server did with one load: requests a second, and milliseconds that half and 99 of 100 stayed below."""

    rate: float
    p50: float
    p99: float


class Unanswered(Exception):
    """A server refused a request or lost one, so that its figures mean nothing."""


def write_script(load: Load, folder: Path) -> Path:
    """Write what tells wrk to send a load, and return its path."""
    body = folder / f"{load.name}.json"
    body.write_bytes(load.body)
    fields = {"Authorization": f"Bearer {API_KEY}", **({"Content-Type": "application/json"} if load.body else {})}
    lines = [f'wrk.method = "{load.method}"', *(f'wrk.headers["{name}"] = "{each}"' for name, each in fields.items())]
    if load.body:
        lines += [f'local file = io.open("{body}", "rb")', 'wrk.body = file:read("*a")', "file:close()"]
    script = folder / f"{load.name}.lua"
    script.write_text("\n".join(lines) + _REPORT, encoding="utf-8")
    return script


def send(script: Path, url: str, *, connections: int, seconds: float, on_core: Sequence[str]) -> Reading:
    """Send a load for some seconds; `on_core` is what a command begins with that stays on one core.

    Raises:
        Unanswered: a request was refused or lost.
    """
    words = ("-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "30s", "-s", str(script))
    done = subprocess.run(  # noqa: S603  # our own command line
        (*on_core, PROGRAM, *words, url), capture_output=True, text=True, check=True, timeout=120 + seconds
    )
    found = orjson.loads(done.stdout.strip().splitlines()[-1])
    if found["refused"] or found["lost"] or not found["requests"]:
        raise Unanswered(f"{url}: {found}")
    return Reading(found["requests"] / found["microseconds"] * 1e6, found["p50"] / 1e3, found["p99"] / 1e3)


def is_installed() -> bool:
    """Tell whether there is wrk on this machine."""
    return shutil.which(PROGRAM) is not None
