"""The documents of this folder, what is expected of each, and a way to run one of them.

A case is an Arazzo document `<topic>/<rule>.yaml` with `<rule>.expected.yaml` beside it; both are described in
`RULES.md`. What a document that breaks the rule comes to stands in `<rule>.broken.txt`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any, get_args

import orjson
import pytest
import yaml
from _pytest.mark import ParameterSet

from mock_knock import RunResult, RunSettings, StepResult, UsageError, open_flow, run_flow
from mock_knock.arazzo.template import Dialect
from mock_knock.errors import InvalidDocument, MockKnockError
from mock_knock.messages import Exchange, Finding, HttpRequest, HttpResponse, JsonValue, TransportFailure
from mock_knock.report.run.run_terminal import render_terminal
from mock_knock.report.style import Style

FOLDER = Path(__file__).resolve().parent
TARGET = "http://shop.test"
START = datetime(2026, 1, 1, tzinfo=UTC)
DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
INPUT = ("workflow", "inputs", "options", "answers", "target")
"""What a run is given."""
EXPECTED = ("requests", "outcome", "outputs", "decisions", "waits", "findings", "refused")
"""What may be expected of it."""
OTHERS = ("rule", "dialects", "broken")


@dataclass(frozen=True, slots=True)
class Case:
    """One run of a document, and what it is expected to come to.

    Attributes:
        name: topic and rule.
        rule: in one sentence.
        document: the file.
        told: everything the expectation says.
    """

    name: str
    rule: str
    document: Path
    told: Mapping[str, Any]

    @property
    def golden(self) -> Path:
        """The file with the text that a reader gets when the rule is broken."""
        return FOLDER / f"{self.name}.txt"

    @property
    def is_failing(self) -> bool:
        """Tell whether a reader is told of a failure: a refusal, another outcome than success, or a finding."""
        outcome = self.told.get("outcome", "success")
        return outcome != "success" or bool(self.told.get("refused") or self.told.get("findings"))

    def dialects(self) -> tuple[Dialect, ...]:
        """Return the dialects in which it holds: both, unless it says so."""
        return tuple(self.told.get("dialects", DIALECTS))


def read_topics() -> tuple[str, ...]:
    """Return the topics: the folders that have cases."""
    return tuple(sorted({path.parent.name for path in FOLDER.glob("*/*.expected.yaml")}))


def read_cases(topic: str) -> tuple[Case, ...]:
    """Return the cases of a topic: each rule as it is kept, and the ways to break it."""
    return tuple(case for path in sorted((FOLDER / topic).glob("*.expected.yaml")) for case in _read(topic, path))


def read_runs(topic: str) -> list[ParameterSet]:
    """Return each case of a topic in the dialects in which it holds; the id of the test is the rule."""
    return [
        pytest.param(case, dialect, id=f"{case.name} {dialect}: {case.rule}")
        for case in read_cases(topic)
        for dialect in case.dialects()
    ]


def _read(topic: str, path: Path) -> Iterator[Case]:
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    rule, unknown = path.name.removesuffix(".expected.yaml"), told.keys() - {*INPUT, *EXPECTED, *OTHERS}
    assert not unknown, f"{path}: {unknown}"
    yield Case(f"{topic}/{rule}", told["rule"], path.with_name(f"{rule}.yaml"), told)
    for part, changes in told.get("broken", {}).items():
        own = path.with_name(f"{rule}.{part}.yaml")
        document = own if own.exists() else path.with_name(f"{rule}.yaml")
        given = {name: told[name] for name in INPUT if name in told}
        yield Case(f"{topic}/{rule}.{part}", told["rule"], document, {**given, **changes})


@dataclass
class StillClock:
    """A clock that stands still but for waits, which it remembers."""

    waits: list[float] = field(default_factory=list)

    def seconds(self) -> float:
        """Return the seconds waited so far."""
        return sum(self.waits)

    def now(self) -> datetime:
        """Return the instant they lead to."""
        return START + timedelta(seconds=self.seconds())

    def wait(self, seconds: float) -> None:
        """Remember a wait."""
        self.waits.append(seconds)


@dataclass
class ScriptedTransport:
    """Gives the next answer of a list, the last one for ever; an answer that takes too long is a timeout."""

    answers: list[Any]
    clock: StillClock
    sent: list[HttpRequest] = field(default_factory=list)

    def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
        """Answer from the list."""
        told = self.answers[min(len(self.sent), len(self.answers) - 1)] if self.answers else 200
        told = told if isinstance(told, Mapping) else {"status": told}
        self.sent.append(request)
        seconds = told.get("seconds", 0.0)
        if seconds:
            self.clock.wait(min(seconds, timeout))
        if seconds > timeout:
            return Exchange(request, failure=TransportFailure("timeout", "no answer in time"))
        if "fails" in told:
            return Exchange(request, failure=TransportFailure(told["fails"], "no answer"))
        return Exchange(request, _response(told))


def _response(told: Mapping[str, Any]) -> HttpResponse:
    kind, body = "application/json", b""
    if "json" in told:
        body = orjson.dumps(told["json"])
    elif "text" in told:
        kind, body = "text/plain", told["text"].encode()
    elif "xml" in told:
        kind, body = "application/xml", told["xml"].encode()
    headers = {"Content-Type": kind, **told.get("headers", {})}
    return HttpResponse(told.get("status", 200), tuple(headers.items()), body)


@dataclass(frozen=True, slots=True)
class Observed:
    """What a run came to, or why there was none."""

    sent: tuple[HttpRequest, ...]
    waits: tuple[float, ...]
    result: RunResult | None
    refusal: MockKnockError | None


def observe(case: Case, dialect: Dialect) -> Observed:
    """Run a case through the public functions."""
    clock = StillClock()
    transport = ScriptedTransport(list(case.told.get("answers", [200])), clock)
    settings = RunSettings(**{"dialect": dialect, "contract": "off", **case.told.get("options", {})})
    result, refusal = None, None
    try:
        result = run_flow(
            open_flow(case.document, allow_roots=[FOLDER]),
            case.told.get("inputs", {}),
            workflow=case.told.get("workflow"),
            target=case.told.get("target", TARGET),
            settings=settings,
            transport=transport,
            clock=clock,
        )
    except (InvalidDocument, UsageError) as error:
        refusal = error
    return Observed(tuple(transport.sent), tuple(clock.waits), result, refusal)


def compare(case: Case, dialect: Dialect) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is expected of a case, and as much of what it came to."""
    told, seen = case.told, observe(case, dialect)
    requests = told.get("requests", [])
    expected: dict[str, Any] = {"refused": told.get("refused"), "requests": requests}
    came: dict[str, Any] = {
        "refused": seen.refusal.code if seen.refusal else None,
        "requests": [_as_told(request, like) for request, like in zip_longest(seen.sent, requests) if request],
    }
    if seen.result is not None:
        findings = told.get("findings", [])
        expected |= {"outcome": told.get("outcome", "success"), "findings": findings}
        expected |= {part: told[part] for part in ("outputs", "decisions", "waits") if part in told}
        parts = _parts(seen.result) | {"waits": list(seen.waits)}
        came |= {part: parts[part] for part in expected if part in parts}
    return expected, came


def _parts(result: RunResult) -> dict[str, Any]:
    return {
        "outcome": result.outcome,
        "findings": sorted({each.code for each in result.findings if each.severity != "note"}),
        "outputs": result.outputs,
        "decisions": [_decided(step) for step in result.steps],
    }


def _decided(step: StepResult) -> str:
    to = step.decision.workflow_id or step.decision.target
    return f"{step.step_id}: {step.decision.kind}" + (f" {to}" if to else "")


def _as_told(request: HttpRequest, like: Any) -> Any:
    """Return as much of a request as the expectation tells of it."""
    line = f"{request.method} {request.url.removeprefix(TARGET)}"
    if not isinstance(like, Mapping):
        return line
    parts: dict[str, JsonValue] = {
        "send": line,
        "headers": {name: request.header(name) for name in like.get("headers", ())},
        "body": request.body.decode(),
    }
    if "json" in like:
        parts["json"] = orjson.loads(request.body) if request.body else None
    return {part: parts[part] for part in like}


def explain(case: Case, dialect: Dialect) -> str:
    """Return what a reader is told: the refusal with all its findings, or the tree of the run."""
    seen = observe(case, dialect)
    if seen.result is not None:
        text = render_terminal(seen.result, Style())
    elif isinstance(seen.refusal, InvalidDocument):
        text = "".join(f"{line}\n" for finding in seen.refusal.findings for line in _told(finding))
    else:
        text = f"{seen.refusal}\n"
    return text.replace(f"{FOLDER}/", "").replace("tests/standard/", "")


def _told(finding: Finding) -> Iterator[str]:
    yield f"{finding.severity}: {finding.where}: {finding.message} [{finding.code}]"
    if finding.hint:
        yield f"  hint: {finding.hint}"
