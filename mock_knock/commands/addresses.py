"""Where requests go, and what keeps them on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import click

from mock_knock.commands.arguments import read_pairs
from mock_knock.errors import UsageError
from mock_knock.harness.prepare import Prepared
from mock_knock.harness.transport import is_loopback
from mock_knock.redact import Redactor, clean_terminal


def read_servers(values: Iterable[str]) -> Mapping[str, str]:
    """Read `--server NAME=URL`; raises UsageError for something else."""
    return dict(read_pairs("--server", values))


def guard_live(prepared: Prepared, *, is_live: bool) -> None:
    """Keep requests on this machine unless `--live` was given; then say what will be sent.

    Raises:
        UsageError: `live-not-allowed`.
    """
    away = [(step_id, call) for step_id, call in prepared.calls() if not is_loopback(call.server)]
    if not away:
        return
    sent = [f"  {step_id}: {call.operation.method} {call.server}{call.operation.path}" for step_id, call in away]
    if not is_live:
        hint = "give --live if these requests may really be sent:\n" + "\n".join(sent)
        url = away[0][1].server
        raise UsageError("live-not-allowed", f"{url} is not this machine", hint=hint)
    listed = "--live: these requests leave this machine:\n" + "\n".join(sent)
    click.echo(clean_terminal(Redactor().text(listed)), err=True)
