"""A small API, flows over it, a transport that answers from a script, and a way to run them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from mock_knock.arazzo.parse import parse_document
from mock_knock.contract.described import DescribedSources
from mock_knock.contract.description import load_description
from mock_knock.files import Source
from mock_knock.harness.flow import Flow
from mock_knock.harness.inputs import Inputs
from mock_knock.harness.prepare import prepare_run
from mock_knock.harness.result import RunResult
from mock_knock.harness.run_settings import Addresses, RunSettings
from mock_knock.harness.runner import run_workflow
from mock_knock.messages import Exchange, HttpRequest, HttpResponse, TransportFailure

START = datetime(2026, 1, 1, tzinfo=UTC)
API: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "jobs", "version": "1"},
    "servers": [{"url": "https://{region}.jobs.example", "variables": {"region": {"default": "eu"}}}],
    "paths": {
        "/jobs/{id}": {
            "get": {
                "operationId": "getJob",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "page", "in": "query", "schema": {"type": "integer"}},
                ],
                "responses": {
                    "200": {
                        "description": "a job",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["status"],
                                    "properties": {"status": {"type": "string", "enum": ["running", "done", "failed"]}},
                                }
                            }
                        },
                    }
                },
            }
        },
        "/jobs": {
            "post": {
                "operationId": "startJob",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
                        }
                    },
                },
                "responses": {"202": {"description": "accepted"}},
            }
        },
    },
}


@dataclass
class ManualTime:
    """A run clock that stands still but for waits, which it remembers."""

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


Answer = HttpResponse | TransportFailure


@dataclass
class Script:
    """A transport that gives the next answer of its list, the last one for ever, and remembers the requests."""

    answers: Sequence[Answer]
    sent: list[HttpRequest] = field(default_factory=list)

    def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
        """Answer from the script."""
        assert timeout > 0
        answer = self.answers[min(len(self.sent), len(self.answers) - 1)]
        self.sent.append(request)
        if isinstance(answer, TransportFailure):
            return Exchange(request, failure=answer)
        return Exchange(request, answer)


def answer(value: Any = None, status: int = 200, **headers: str) -> HttpResponse:
    """Return a JSON response; header names are given with underscores."""
    fields = [(name.replace("_", "-"), text) for name, text in headers.items()]
    body = b"" if value is None else orjson.dumps(value)
    return HttpResponse(status, (("Content-Type", "application/json"), *fields), body, 0.01)


def make_flow(*steps: dict[str, Any], version: str = "1.0.1", **workflow: Any) -> Flow:
    """Return a flow with one source description `jobs` and one workflow `w`."""
    return make_flows({"workflowId": "w", "steps": list(steps), **workflow}, version=version)


def make_flows(*workflows: dict[str, Any], version: str = "1.1.0", **root: Any) -> Flow:
    """Return a flow with one source description `jobs` and these workflows."""
    sources = [{"name": "jobs", "url": "jobs.yaml", "type": "openapi"}]
    info = {"title": "t", "version": "1"}
    document = {"arazzo": version, "info": info, "sourceDescriptions": sources, "workflows": list(workflows), **root}
    source = Source(Path("flow.yaml"), "flow.yaml", document, {})
    described = DescribedSources({"jobs": load_description("jobs", API, where="jobs.yaml")})
    return Flow(source, parse_document(document, where=source.where), described)


def run_flow(
    flow: Flow,
    answers: Sequence[Answer],
    *,
    inputs: dict[str, Any] | None = None,
    workflow: str | None = None,
    **told: Any,
) -> tuple[RunResult, Script, ManualTime]:
    """Run a workflow, the only one or the named one, against a script, on a clock that costs nothing."""
    transport, clock, settings = Script(answers), ManualTime(), RunSettings(**told)
    prepared = prepare_run(flow, flow.choose_workflow(workflow), Addresses("http://localhost"), settings)
    result = run_workflow(prepared, Inputs(inputs or {}), transport=transport, clock=clock, settings=settings)
    return result, transport, clock
