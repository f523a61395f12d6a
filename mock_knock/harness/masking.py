"""Takes the secrets out of a result before any report sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain

import orjson

from mock_knock.arazzo.lint import literal_secrets, looks_secret
from mock_knock.harness.flow import Flow
from mock_knock.harness.result import LintResult, RunResult, StepResult
from mock_knock.messages import Exchange, Finding, HttpRequest, HttpResponse, JsonValue
from mock_knock.redact import Redactor


def secrets_of(declared: Mapping[str, Mapping[str, JsonValue]], inputs: Mapping[str, JsonValue]) -> frozenset[str]:
    """Return the input values that must not be written: `format: password`, or a name that says so.

    `declared` are the schemas of the inputs by name.
    """
    marked = {name for name, schema in declared.items() if schema.get("format") == "password"}
    return frozenset(
        value
        for name, value in inputs.items()
        if isinstance(value, str) and value and (name in marked or looks_secret(name))
    )


def mask_result(result: RunResult) -> RunResult:
    """Return the same result with every secret masked in target, requests, responses, outputs and findings."""
    mask = Redactor.with_secrets(result.secrets)
    return replace(
        result,
        target=mask.url(result.target),
        secrets=frozenset(),
        calls=tuple(replace(each, outputs=mask.json(dict(each.outputs))) for each in result.calls),
        outputs=mask.json(dict(result.outputs)),
        steps=tuple(_mask_step(step, mask) for step in result.steps),
        findings=tuple(_mask_finding(finding, mask) for finding in result.findings),
    )


def document_redactor(flow: Flow) -> Redactor:
    """Return what masks the secrets that stand in a document; those that show what they are keep their beginning."""
    mask = Redactor()
    found = (literal_secrets(flow.subject(each, dialect="lenient")) for each in flow.document.workflows)
    texts = {line.strip() for secret in chain.from_iterable(found) for line in secret.splitlines()}
    return Redactor.with_secrets(text for text in texts if mask.text(text) == text)


def mask_lint(result: LintResult, mask: Redactor) -> LintResult:
    """Return the same findings about a document with every secret in them masked."""
    return replace(result, findings=tuple(_mask_finding(finding, mask) for finding in result.findings))


def _mask_step(step: StepResult, mask: Redactor) -> StepResult:
    exchange = Exchange(
        mask_request(step.exchange.request, mask),
        _mask_response(step.exchange.response, mask) if step.exchange.response else None,
        step.exchange.failure,
    )
    criteria = tuple(replace(each, condition=mask.text(each.condition)) for each in step.criteria)
    violations = tuple(replace(each, message=mask.text(each.message)) for each in step.violations)
    outputs = mask.json(dict(step.outputs))
    return replace(step, exchange=exchange, outputs=outputs, criteria=criteria, violations=violations)


def mask_request(request: HttpRequest, mask: Redactor) -> HttpRequest:
    """Return a request with every secret in its URL, headers and body masked."""
    return HttpRequest(
        request.method, mask.url(request.url), mask.headers(request.headers), _mask_body(request.body, mask)
    )


def _mask_response(response: HttpResponse, mask: Redactor) -> HttpResponse:
    return HttpResponse(
        response.status, mask.headers(response.headers), _mask_body(response.body, mask), response.seconds
    )


def _mask_body(body: bytes, mask: Redactor) -> bytes:
    try:
        return orjson.dumps(mask.json(orjson.loads(body)))
    except orjson.JSONDecodeError:
        return mask.text(body.decode("utf-8", errors="replace")).encode()


def _mask_finding(finding: Finding, mask: Redactor) -> Finding:
    message, where, hint = mask.text(finding.message), mask.text(finding.where), mask.text(finding.hint)
    return replace(finding, message=message, where=where, hint=hint)
