"""Every report of one made-up run, to the letter.

`REGENERATE_GOLDEN=1 python -m pytest tests/report/test_run_golden.py` writes the expected texts anew; read the
difference before it is committed.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given

from mock_knock.commands.arguments import REPORT_KINDS
from mock_knock.commands.run_reports import RENDER
from mock_knock.harness.result import RunResult
from mock_knock.report.run.run_terminal import render_terminal
from mock_knock.report.style import Style
from tests.report.made_up_run import CANARY, KEY, RESULT, UNMASKED
from tests.report.run_strategies import results

GOLDEN = Path(__file__).parent / "golden" / "run"
FILES = {
    "json": "run.json",
    "junit": "junit.xml",
    "har": "run.har",
    "html": "run.html",
    "ndjson": "run.ndjson",
    "summary": "summary.md",
}
RENDERERS: dict[str, Callable[[RunResult], str]] = {
    kind: lambda result, render=render: render(result, True)  # type: ignore[misc]  # noqa: FBT003  # as the command does
    for kind, render in RENDER.items()
}


@pytest.mark.parametrize("kind", FILES)
def test_reports_of_a_run_read_as_agreed(kind: str, golden_text: Callable[[Path, str], str]) -> None:
    """A report of the same run is the same text, to the letter."""
    text = RENDERERS[kind](RESULT)
    assert golden_text(GOLDEN / FILES[kind], text) == text


def test_every_kind_is_there() -> None:
    """The command line offers each kind of report that can be written, and each has its golden file."""
    assert REPORT_KINDS == tuple(RENDER)
    assert set(FILES) == set(RENDER)


FORMS = (
    CANARY,
    CANARY[:-4],
    quote(CANARY, safe=""),
    b64encode(CANARY.encode()).decode().rstrip("=")[:-1],
    KEY,
    "canary",
)


@pytest.mark.parametrize("kind", FILES)
def test_a_secret_stands_in_no_report(kind: str) -> None:
    """A secret that stands in addresses, headers, bodies, outputs and messages is found in no report of the run."""
    text = RENDERERS[kind](RESULT)
    assert [] == [form for form in FORMS if form in text]
    assert "canary" in RENDERERS[kind](UNMASKED)


@given(result=results)
def test_any_result_can_be_written(result: RunResult) -> None:
    """Whatever a result holds, each report is text in UTF-8 that ends with a line break, the same each time."""
    for render in RENDERERS.values():
        text = render(result)
        assert text.encode()
        assert text.endswith("\n")
        assert text == render(result)
    assert render_terminal(result, Style()).encode()
