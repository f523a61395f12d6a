"""Takes the secrets out of a result before any report sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import TypeVar

import orjson

from mock_knock.arazzo.lint import literal_secrets, looks_secret
from mock_knock.harness.flow import Flow
from mock_knock.harness.result import CallResult, LintResult, RunResult, StepResult
from mock_knock.messages import Finding, HttpRequest, HttpResponse, JsonValue
from mock_knock.redact import Redactor


def secrets_of(declared: Mapping[str, Mapping[str, JsonValue]], inputs: Mapping[str, JsonValue]) -> frozenset[str]:
    """Return the input values that must not be written: `format: password`, or a name that says so, at any depth.

    `declared` are the schemas of the inputs by name.
    """
    found = (text for name, value in inputs.items() for text in _secrets_in(name, value, declared.get(name, {})))
    return frozenset(found)


def secret_outputs(outputs: Mapping[str, JsonValue]) -> frozenset[str]:
    """Return the outputs whose names say that they must not be written."""
    return frozenset(text for name, value in outputs.items() for text in _secrets_in(name, value, {}))


def _secrets_in(name: str, value: JsonValue, schema: JsonValue) -> Iterator[str]:
    """Yield the texts of a value that are secrets, as they look wherever they are put in."""
    pending = [(name, value, schema)]
    while pending:
        name, value, schema = pending.pop()
        described = schema if isinstance(schema, Mapping) else {}
        match value:
            case dict():
                members = described.get("properties")
                known = members if isinstance(members, Mapping) else {}
                pending += ((key, each, known.get(key)) for key, each in value.items())
            case list():
                pending += ((name, each, described.get("items", described)) for each in value)
            case None | bool():
                pass
            case _ if described.get("format") == "password" or looks_secret(name):
                yield str(value)


def mask_result(result: RunResult) -> RunResult:
    """Return the same result with every secret masked in target, requests, responses, outputs and findings."""
    mask = Redactor.with_secrets(result.secrets)
    return replace(
        result,
        target=mask.url(result.target),
        secrets=frozenset(),
        calls=tuple(_mask_conclusion(call, mask) for call in result.calls),
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
    response, failure = step.exchange.response, step.exchange.failure
    exchange = replace(
        step.exchange,
        request=mask_request(step.exchange.request, mask),
        response=_mask_response(response, mask) if response else None,
        failure=replace(failure, message=mask.text(failure.message)) if failure else None,
    )
    violations = tuple(replace(each, message=mask.text(each.message)) for each in step.violations)
    return replace(_mask_conclusion(step, mask), exchange=exchange, violations=violations)


_Concluded = TypeVar("_Concluded", StepResult, CallResult)


def _mask_conclusion(result: _Concluded, mask: Redactor) -> _Concluded:
    criteria = tuple(replace(each, condition=mask.text(each.condition)) for each in result.criteria)
    decision = replace(result.decision, parameters=())  # they may hold literal values, and no report needs them
    return replace(result, criteria=criteria, outputs=mask.json(dict(result.outputs)), decision=decision)


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
    """Return a body with its secrets masked; one without any stays as it is, to the byte."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        text = body.decode("utf-8", errors="replace")
        masked = mask.text(text)
        return body if masked == text else masked.encode()
    masked = mask.json(value)
    return body if masked == value else orjson.dumps(masked)


def _mask_finding(finding: Finding, mask: Redactor) -> Finding:
    message, where, hint = mask.text(finding.message), mask.text(finding.where), mask.text(finding.hint)
    return replace(finding, message=message, where=where, hint=hint)
