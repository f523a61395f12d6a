"""What is settled before a run: the findings about the document, and where each step goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mock_knock.arazzo.document import Workflow
from mock_knock.arazzo.targets import resolve_target
from mock_knock.contract.description import DescribedOperation
from mock_knock.errors import InvalidDocument, UsageError
from mock_knock.harness.flow import Flow, fatal_findings
from mock_knock.harness.options import Addresses, RunOptions
from mock_knock.messages import Finding


@dataclass(frozen=True, slots=True)
class Prepared:
    """A workflow whose every step is known to have an operation and an address."""

    flow: Flow
    workflow: Workflow
    operations: Mapping[str, DescribedOperation]
    servers: Mapping[str, str]
    findings: tuple[Finding, ...]


def prepare_run(flow: Flow, workflow: Workflow, addresses: Addresses, options: RunOptions) -> Prepared:
    """Examine a workflow and find where each of its steps goes.

    Raises:
        InvalidDocument: an error that leaves open what would be sent; all findings are attached.
        UsageError: `server-unknown` when no address is known for an operation.
    """
    findings = apply_severities(flow.lint(workflow, dialect=options.dialect), options)
    fatal = fatal_findings(findings)
    if fatal:
        raise InvalidDocument(
            fatal[0].code, fatal[0].message, where=fatal[0].where, hint=fatal[0].hint, findings=findings
        )
    operations, servers = {}, {}
    for step in workflow.steps:
        target = resolve_target(step, flow.document, flow.described, dialect=options.dialect).operation
        operation = flow.described.find(target.source, target.method, target.path) if target else None
        if operation is None:
            where = flow.source.where(f"{step.pointer}/operationId")
            hint = "name its source: `$sourceDescriptions.<name>.<operationId>`"
            message = f"it is not clear which operation '{step.step_id}' calls"
            raise InvalidDocument("operation-undecided", message, where=where, hint=hint)
        operations[step.step_id] = operation
        servers[step.step_id] = _server(flow, operation, addresses)
    return Prepared(flow, workflow, operations, servers, findings)


def apply_severities(findings: tuple[Finding, ...], options: RunOptions) -> tuple[Finding, ...]:
    """Give findings the severities that `--severity CODE=LEVEL` asks for."""
    return tuple(
        Finding(each.code, options.severities.get(each.code, each.severity), each.message, each.where, each.hint)
        for each in findings
    )


def _server(flow: Flow, operation: DescribedOperation, addresses: Addresses) -> str:
    described = flow.described.descriptions[operation.source].server_url(operation)
    found = addresses.resolve(operation.source, described)
    if not found or not found.startswith(("http://", "https://")):
        message = f"no usable server for '{operation.source}'" + (f": {found}" if found else "")
        hint = f"give --target URL or --server {operation.source}=URL"
        raise UsageError("server-unknown", message, where=flow.source.display, hint=hint)
    return found
