"""What becomes of one mutant: a result or a refusal, both with code and place; anything else is a failure."""

from __future__ import annotations

import faulthandler
import signal
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from mutants import Mutant, originals, sound_inputs
from scripted_answers import Answers, RunTime

from mock_knock.arazzo.document import Workflow
from mock_knock.errors import InvalidDocument, MockKnockError
from mock_knock.harness.flow import Flow, load_flow
from mock_knock.harness.inputs import Inputs
from mock_knock.harness.masking import mask_result
from mock_knock.harness.prepare import prepare_run
from mock_knock.harness.result import RunResult
from mock_knock.harness.run_settings import Addresses, RunSettings
from mock_knock.harness.runner import run_workflow
from mock_knock.messages import Finding
from mock_knock.report.run.run_json import render_json
from mock_knock.report.run.run_terminal import render_terminal
from mock_knock.report.style import Style

CPU_SECONDS = 2.0
"""What a mutant may take of the processor, so that a busy machine does not matter."""
STUCK_SECONDS = 60
"""After so long by the clock on the wall a process is ended: it waits for something, or is deep in a library."""


class Hang(BaseException):
    """A mutant takes too long; no `except Exception` on the way stops it."""


@dataclass(slots=True)
class Trial:
    """What was seen: how often each outcome or code, and the failures as texts (the first line tells them apart)."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def check_findings(self, findings: tuple[Finding, ...]) -> None:
        """Every finding has a code, a place and a message."""
        for each in findings:
            if not (each.code and each.where and each.message):
                self.failures.append(f"a finding without code, place or message: {each!r}"[:600])

    def check_refusal(self, error: MockKnockError, stage: str) -> None:
        """Every refusal has a code and a place, and those of documents list their findings."""
        self.counts[f"{stage} refused: {error.code}"] += 1
        if not (error.code and error.where and error.what):
            self.failures.append(f"a refusal without code, place or message: {error!r} [{error.code}]"[:600])
        if isinstance(error, InvalidDocument):
            self.check_findings(error.findings)


def write_originals(folder: Path) -> None:
    """Write the sound files that mutants refer to."""
    for name, content in originals().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def try_mutant(mutant: Mutant, folder: Path) -> Trial:
    """Load, lint and run a mutant below a folder with the originals, which is as before afterwards."""
    trial, path = Trial(), folder / mutant.path
    path.write_bytes(mutant.content)
    try:
        with time_limit():
            _load_and_run(trial, mutant, folder)
    except Hang as error:
        trial.failures.append(_told(error))
    except Exception as error:  # noqa: BLE001  # what must not happen is what is looked for
        trial.failures.append(_told(error))
    finally:
        if mutant.path in originals():
            path.write_bytes(originals()[mutant.path])
        else:
            path.unlink()
    return trial


@contextmanager
def time_limit() -> Iterator[None]:
    """Raise Hang in the block after two seconds of processor time; end the process when even that does not help."""
    previous = signal.signal(signal.SIGPROF, _raise_hang)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    faulthandler.dump_traceback_later(STUCK_SECONDS, exit=True)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGPROF, previous)


def _raise_hang(_signal: int, _frame: FrameType | None) -> None:
    raise Hang(f"more than {CPU_SECONDS:g} s of processor time")


def _load_and_run(trial: Trial, mutant: Mutant, folder: Path) -> None:
    random = Random(mutant.random)
    try:
        flow = load_flow(folder / mutant.flow, working_directory=folder)
    except MockKnockError as error:
        trial.check_refusal(error, "load")
        return
    for workflow in flow.document.workflows[:4]:
        trial.check_findings(flow.lint(workflow, dialect="strict"))
        trial.check_findings(flow.lint(workflow, dialect="lenient"))
        try:
            _run(trial, flow, workflow, random)
        except MockKnockError as error:
            trial.check_refusal(error, "run")


def _run(trial: Trial, flow: Flow, workflow: Workflow, random: Random) -> None:
    settings = RunSettings(
        dialect="strict" if random.random() < 0.3 else "lenient",
        contract="off" if random.random() < 0.3 else "fail",
        max_steps=30,
        max_visits=20,
        timeout=20.0,
    )
    addresses = Addresses(None if random.random() < 0.3 else "http://localhost")
    inputs, clock = Inputs(_inputs(random)), RunTime()
    prepared = prepare_run(flow, workflow, addresses, settings)
    transport = Answers(random, clock, is_kind=random.random() < 0.6)
    result = run_workflow(prepared, inputs, transport=transport, clock=clock, settings=settings)
    trial.counts[f"run ended: {result.outcome}"] += 1
    trial.check_findings(result.findings)
    _report(trial, result)


def _report(trial: Trial, result: RunResult) -> None:
    masked = mask_result(result)
    shown = render_json(masked) + render_terminal(masked, Style())
    masked.exit_code()
    given = {sound_inputs()[name] for name in ("token", "apiKey")}  # others can be words that a report has anyway
    if any(secret in shown for secret in result.secrets & given):
        trial.failures.append("a secret stands in a report")


def _inputs(random: Random) -> dict[str, Any]:
    values = dict(sound_inputs())
    if random.random() < 0.2:
        name = random.choice(list(values))
        values[name] = random.choice(
            [None, "", "a/../b", "ä\u0000", 10**30, [], {"a": [1]}, "$inputs.token", "a" * 10_000]
        )
    return values


def _told(error: BaseException) -> str:
    """Return the kind of an exception with the place in the package where it was raised, then its traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/mock_knock/" in frame.filename]
    place = f" at {own[-1].filename.rpartition('/mock_knock/')[2]}, {own[-1].name}" if own else ""
    details = "".join(traceback.format_exception(error, limit=-12))
    return f"{type(error).__name__}{place}: {str(error)[:120]!r}\n{details[-4_000:]}"
