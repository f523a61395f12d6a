"""Every kind of report that a run can leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mock_knock.harness.result import RunResult
from mock_knock.report.run.run_events import render_ndjson
from mock_knock.report.run.run_har import render_har
from mock_knock.report.run.run_html import render_html
from mock_knock.report.run.run_json import render_json
from mock_knock.report.run.run_junit import render_junit
from mock_knock.report.run.run_summary import render_summary

RENDER: Mapping[str, Callable[[RunResult, bool], str]] = {
    # kind: the report of a result, which may count violations of the contract or not
    "json": lambda result, _: render_json(result),
    "junit": lambda result, counts: render_junit(result, contract_counts=counts),
    "har": lambda result, _: render_har(result),
    "html": lambda result, counts: render_html(result, contract_counts=counts),
    "ndjson": lambda result, _: render_ndjson(result),
    "summary": lambda result, counts: render_summary(result, contract_counts=counts),
}
