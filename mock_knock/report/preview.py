"""The requests that a run would send, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mock_knock.harness.preview import PreviewedStep
from mock_knock.messages import HttpRequest
from mock_knock.report.style import Style

MAX_BODY = 2_000
"""Characters of a body that are shown."""


def render_preview(steps: Iterable[PreviewedStep], style: Style) -> str:
    """Return the steps with their requests, each with its headers and body, with a line break at the end."""
    lines = (line for number, step in enumerate(steps, 1) for line in _step_lines(number, step, style))
    return "\n".join(map(style.clean, lines)) + "\n"


def _step_lines(number: int, step: PreviewedStep, style: Style) -> Iterator[str]:
    indent = "  " * step.depth
    title = style.bold(f"{indent}{number}. {step.step_id}")
    if step.request is not None:
        yield f"{title}  {step.request.method} {step.request.url}"
        yield from (f"{indent}     {style.dim(line)}" for line in _request_lines(step.request))
    elif step.called is not None:
        yield f"{title}  workflow {step.called}"
    else:
        yield f"{title}  not known before the run"
    for problem in step.problems:
        yield f"{indent}     {problem.message} {style.dim(f'[{problem.code}]')}"


def _request_lines(request: HttpRequest) -> Iterator[str]:
    yield from (f"{name}: {value}" for name, value in request.headers)
    if request.body:
        text = request.body.decode("utf-8", errors="replace")
        yield text if len(text) <= MAX_BODY else f"{text[:MAX_BODY]}... ({len(request.body)} bytes)"
