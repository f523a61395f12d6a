"""wrk sends a list of requests in turn, over and over, for some seconds."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from benchmarks.load.wrk import PROGRAM, Unanswered
from benchmarks.soak.asked import NUMBER, Asked

CONNECTIONS: Final = 4
_SCRIPT: Final = """
local texts = dofile("{texts}")
local number = {begin}
local placeholder, form = "{placeholder}", "%0{digits}d"
local threads = {{}}
broken = 0

function setup(thread)
  table.insert(threads, thread)
end

function request()
  number = number + 1
  return (texts[number % #texts + 1]:gsub(placeholder, function() return form:format(number) end))
end

function response(status)
  if status >= 500 then broken = broken + 1 end
end

function done(summary)
  local errors = summary.errors
  local lost = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format('\\n{{"requests":%d,"refused":%d,"microseconds":%d,"lost":%d,"broken":%d}}\\n',
    summary.requests, errors.status, summary.duration, lost, threads[1]:get("broken")))
end
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """How many requests were answered in how many seconds, and how many of them with a 4xx."""

    requests: int
    seconds: float
    refused: int


@dataclass(slots=True)
class Sender:
    """Sends a list of requests, and goes on where it has stopped.

    Attributes:
        asked: the requests; where a number stands in one, it is another one each time.
        url: where the server is.
        folder: for the files that wrk reads.
        on_core: what a command begins with that stays on one core.
        sent: how many requests were sent so far.
    """

    asked: Sequence[Asked]
    url: str
    folder: Path
    on_core: Sequence[str] = ()
    sent: int = 0

    def send(self, seconds: int) -> Sent:
        """Send requests for so many seconds.

        Raises:
            Unanswered: one was lost, or answered with a 5xx.
        """
        script = self._write()
        command = (PROGRAM, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script))
        done = subprocess.run(  # noqa: S603  # our own command line
            (*self.on_core, *command, self.url), capture_output=True, text=True, check=True, timeout=120 + seconds
        )
        found = orjson.loads(done.stdout.strip().splitlines()[-1])
        if found["lost"] or found["broken"]:
            raise Unanswered(f"{self.url}: {found}")
        self.sent += found["requests"] + CONNECTIONS  # as many were under way at the end
        return Sent(found["requests"], found["microseconds"] / 1e6, found["refused"])

    def _write(self) -> Path:
        texts, script = self.folder / "texts.lua", self.folder / "soak.lua"
        host = self.url.removeprefix("http://")
        literals = ",\n".join(json.dumps(each.text(host)) for each in self.asked)  # of ASCII, Lua's are alike
        texts.write_text(f"return {{\n{literals}\n}}\n", encoding="ascii")
        values = {"texts": texts, "begin": self.sent, "placeholder": NUMBER, "digits": len(NUMBER)}
        script.write_text(_SCRIPT.format(**values), encoding="utf-8")
        return script
