"""Schemathesis over everything that the fake serves, held against its own description or the published ones.

    python -m contract_tests.api_fuzzing --examples 1000 --seed 1 --seed 2 --seed 3
    python -m contract_tests.api_fuzzing --published
    python -m contract_tests.api_fuzzing --admin

`--admin` is about the fake's own controls under `/_mock`, everything else about `/v1`.
A server with one API key is started for each run; afterwards its state, whatever it has become, is written and read.
Schemathesis is not among the project's own dependencies: give its command by `--schemathesis` if it is not on the path.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import orjson
import requests

from mock_knock.contract.description import load_description
from mock_knock.contract.merged import merge_descriptions
from mock_knock.files import bundled, read_document
from mock_knock.served import DESCRIPTIONS

KEY = "sk_test_fuzzing"
BEARER = {"Authorization": f"Bearer {KEY}"}
FOLDER = Path(__file__).parents[1] / ".ci"
CONFIG, ADMIN_CONFIG = FOLDER / "schemathesis.toml", FOLDER / "schemathesis-admin.toml"
PHASES = "examples,coverage,fuzzing,stateful"
UNDOCUMENTED = frozenset({400, 401, 403, 404, 405, 413, 415, 422, 429, 501})
"""Statuses that Knock's published descriptions do not have and the fake answers all the same (see the overlay)."""
REPAIRED = "positive_data_acceptance,negative_data_rejection"
"""Checks that cannot hold for the published schemas: they take what the documents rule out; they refuse good data."""
OVERLAP = "is valid under more than one of the schemas"
"""The one way in which a good answer breaks a published schema: its alternatives overlap, which the overlay repairs."""

_RECEIVED = re.compile(r"Received: (\d+)")
_FAILURES = re.compile(r"❌ (ST\d+) ([^:\n]+): (\d+)")
_BROKEN_SCHEMA = re.compile(r"- ST108 .*\n\n +(.*)")
_ERROR = "🚫"
_UNDOCUMENTED_STATUS, _RESPONSE_SCHEMA = "ST103", "ST108"


def main(arguments: Sequence[str]) -> int:
    """Run Schemathesis once for each seed; return 0 when it found nothing."""
    options = _parser().parse_args(arguments)
    return max(_run(options, seed) for seed in options.seeds or [1])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m contract_tests.api_fuzzing", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--examples", type=int, default=10, help="at most so many for each operation (default: 10)")
    parser.add_argument("--seed", type=int, action="append", dest="seeds", help="repeatable (default: 1)")
    parser.add_argument("--phases", default=PHASES, help=f"which ones (default: {PHASES})")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--admin", action="store_true", help="the fake's own controls")
    kinds.add_argument("--published", action="store_true", help="against the descriptions without the overlay")
    parser.add_argument("--untargeted", action="store_true", help="every example, without the search (untargeted.py)")
    parser.add_argument("--schemathesis", default="schemathesis", help="the command")
    return parser


def _run(options: argparse.Namespace, seed: int) -> int:
    click.echo(f"== seed {seed}, {options.examples} examples for each operation, {options.phases}")
    with _serving() as url, tempfile.TemporaryDirectory() as folder:
        served = f"{url}/_mock/openapi" if options.admin else f"{url}/v1/openapi"
        code, told = _schemathesis(options, seed, url, _published(Path(folder)) if options.published else served)
        problems = [*judge_run(code, told, is_published=options.published), *_write_and_read(url)]
    click.echo("\n".join(problems) or "nothing found")
    return 1 if problems else 0


@contextmanager
def _serving() -> Iterator[str]:
    """Yield the address of a fake in a process of its own."""
    command = [sys.executable, "-m", "mock_knock", "serve", "--port", "0", "--api-key", KEY, "--seed", "example"]
    with subprocess.Popen(
        [*command, "--check-responses", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        assert server.stdout is not None
        try:
            yield orjson.loads(server.stdout.readline())["url"]
        finally:
            server.terminate()


def _published(folder: Path) -> str:
    """Write the published structure of all descriptions as one document and return its path."""
    found = [read_document(bundled("openapi", name), with_positions=False) for name in DESCRIPTIONS]
    merged = merge_descriptions([load_description(each.path.stem, each.value, where=each.display) for each in found])
    path = folder / "published.json"
    path.write_bytes(orjson.dumps(merged))
    return str(path)


def _schemathesis(options: argparse.Namespace, seed: int, url: str, source: str) -> tuple[int, str]:
    """Return the exit code of Schemathesis and what it printed, which is shown as well."""
    config = ADMIN_CONFIG if options.admin else CONFIG
    command = [options.schemathesis, "--config-file", str(config), "run", source, "--url", url]
    command += ["--header", f"Authorization: {BEARER['Authorization']}", "--phases", options.phases]
    command += ["--max-examples", str(options.examples), "--seed", str(seed), "--no-color"]
    command += ["--suppress-health-check", "all"]  # they are about how fast examples are made
    command += ["--exclude-checks", REPAIRED, "--continue-on-failure"] if options.published else []
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            command, cwd=folder, env=_environment(options), capture_output=True, text=True, check=False
        )
    click.echo(_shortened(done.stdout + done.stderr))
    return done.returncode, done.stdout


def _environment(options: argparse.Namespace) -> dict[str, str]:
    hooks = {"PYTHONPATH": str(Path(__file__).parent), "SCHEMATHESIS_HOOKS": "untargeted"}
    return {**os.environ, **(hooks if options.untargeted else {})}


def _shortened(text: str) -> str:
    return "\n".join(line if len(line) <= 300 else f"{line[:300]}..." for line in text.splitlines())


def judge_run(code: int, told: str, *, is_published: bool) -> Iterator[str]:
    """Yield what is wrong with a run that ended with a code and told something."""
    failures = {found[1]: f"{found[2]}: {found[3]}" for found in _FAILURES.finditer(told)}
    statuses = {int(status) for status in _RECEIVED.findall(told)}
    if not is_published:
        if code:
            yield f"Schemathesis ended with {code}: {failures or 'see above'}"
        return
    failures.pop(_UNDOCUMENTED_STATUS, None)
    if all(OVERLAP in each for each in _BROKEN_SCHEMA.findall(told)):
        failures.pop(_RESPONSE_SCHEMA, None)
    if failures or _ERROR in told or (code and not statuses):
        yield f"more than undocumented statuses: {failures or 'see above'}"
    if statuses - UNDOCUMENTED:
        yield f"undocumented statuses that are not listed: {sorted(statuses - UNDOCUMENTED)}"


def _write_and_read(url: str) -> Iterator[str]:
    """Yield what is wrong when the state that was left is written and read, once nothing goes on in it any more."""
    requests.post(f"{url}/_mock/clock/advance", json={"seconds": 3_600}, headers=BEARER, timeout=60).raise_for_status()
    written: Any = requests.get(f"{url}/_mock/state", headers=BEARER, timeout=60).json()
    answer = requests.put(f"{url}/_mock/state", json=written, headers=BEARER, timeout=60)
    if answer.status_code != requests.codes.ok:
        yield f"the state cannot be read again: {answer.text[:1_000]}"
    elif {**answer.json(), "now": written["now"]} != written:
        yield "the state is another one when it is read again"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
