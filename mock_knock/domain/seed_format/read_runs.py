"""How workflow runs and messages of a seed are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args
from uuid import uuid5

from mock_knock.domain.channel import FINAL_STATUS, NAMESPACE
from mock_knock.domain.message import MessageStatus
from mock_knock.domain.seed import SeededMessage, SeededRecipientRun, SeededRun
from mock_knock.domain.seed_format.seed_reader import SeedReader
from mock_knock.domain.workflow import Catalog, Workflow
from mock_knock.domain.workflow_run import StepOutcome
from mock_knock.messages import JsonValue

_RUN = {"id", "workflow", "inserted_at", "actor", "tenant", "data", "cancellation_key", "settings", "continues"}
_RUN |= {"recipient_runs", "unknown_recipients", "unknown_actor"}


def read_run(reader: SeedReader, value: JsonValue, at: str, catalog: Catalog) -> SeededRun:
    """Return an accepted trigger with the runs of its recipients."""
    found = reader.read_map(value, at, _RUN)
    workflow = reader.read_text(found, at, "workflow", default=None)
    continues = reader.read_flag(found, at, "continues", default=False)
    declared = catalog.workflows.get(workflow, Workflow(workflow)) if continues else Workflow(workflow)
    runs = tuple(
        _read_recipient_run(reader, each, place, declared)
        for each, place in reader.read_list(found, at, "recipient_runs")
    )
    unknown = reader.read_list(found, at, "unknown_recipients")
    id_ = _read_run_id(reader, found, at, runs)
    return SeededRun(
        id=id_,
        workflow=workflow,
        recipient_runs=runs,
        actor=None if found.get("actor") is None else reader.read_recipient(found, at, "actor"),
        tenant=reader.read_optional(found, at, "tenant"),
        data=reader.read_object(found, at, "data"),
        cancellation_key=_read_cancellation_key(reader, found, at),
        settings=reader.read_object(found, at, "settings"),
        inserted_at=reader.read_instant(found, at, "inserted_at"),
        continues=continues,
        unknown=tuple(reader.to_recipient(each, place, "unknown_recipients") for each, place in unknown),
        is_actor_unknown=reader.read_flag(found, at, "unknown_actor", default=False),
    )


def _read_run_id(reader: SeedReader, found: Mapping[str, Any], at: str, runs: tuple[SeededRecipientRun, ...]) -> str:
    """Return the id of a run, which follows from its first recipient run where it is not given."""
    if not runs and "id" not in found:
        reader.report(at, "a run has an 'id' or at least one of 'recipient_runs'", "add one of the two")
        return ""
    default = str(uuid5(NAMESPACE, f"run {runs[0].id}")) if runs else None
    id_ = reader.read_uuid(found, at, "id", default=default)
    reader.check_new("workflow_runs", id_, at)
    return id_


def _read_cancellation_key(reader: SeedReader, found: Mapping[str, Any], at: str) -> str | None:
    """Return a text that may be empty, or None."""
    value = found.get("cancellation_key")
    return "" if value == "" else reader.read_optional(found, at, "cancellation_key")


def _read_recipient_run(reader: SeedReader, value: JsonValue, at: str, workflow: Workflow) -> SeededRecipientRun:
    found = reader.read_map(value, at, {"id", "recipient", "data", "events", "cancelled_at", "aliases"})
    id_ = reader.read_uuid(found, at, "id", default=None)
    reader.check_new("recipient_runs", id_, at)
    aliases = reader.read_texts(found, at, "aliases")
    for index, each in enumerate(aliases):
        reader.check_new("recipient_runs", each, f"{at}/aliases/{index}")
        if not each:
            reader.report(f"{at}/aliases/{index}", "an alias must not be empty", "write another name")
    events = tuple(_read_event(reader, each, place) for each, place in reader.read_list(found, at, "events"))
    expected = [each.ref for each in workflow.steps][: len(events)]
    if [each.ref for each in events] != expected:
        hint = "events are those of the first steps of a workflow that is declared, in a run with `continues: true`"
        reader.report(f"{at}/events", "'events' are not those of the first steps", hint)
    return SeededRecipientRun(
        id=id_,
        recipient=reader.read_recipient(found, at, "recipient"),
        data=reader.read_object(found, at, "data"),
        events=events,
        cancelled_at=reader.read_instant(found, at, "cancelled_at"),
        aliases=aliases,
    )


def _read_event(reader: SeedReader, value: JsonValue, at: str) -> StepOutcome:
    found = reader.read_map(value, at, {"step_ref", "step_type", "event", "inserted_at", "data"})
    return StepOutcome(
        ref=reader.read_text(found, at, "step_ref", default=None),
        step_type=reader.read_choice(found, at, "step_type", ("channel", "delay"), default="channel"),
        event=reader.read_text(found, at, "event", default=None),
        at=reader.require_instant(found, at, "inserted_at"),
        data=reader.read_object(found, at, "data") or {},
    )


def read_message(reader: SeedReader, value: JsonValue, at: str) -> SeededMessage:
    """Return a message of one of the runs that were read."""
    known = {"id", "workflow_recipient_run_id", "channel", "status", "step_ref", "inserted_at", "recipient_snapshot"}
    found = reader.read_map(value, at, known)
    id_ = reader.read_text(found, at, "id", default=None)
    reader.check_new("messages", id_, at)
    run = reader.read_uuid(found, at, "workflow_recipient_run_id", default=None)
    if run and ("recipient_runs", run) not in reader.seen:
        hint = "write the id of one of the `recipient_runs` of `workflow_runs`"
        reader.report(f"{at}/workflow_recipient_run_id", f"there is no recipient run '{run}'", hint)
    channel = reader.read_channel_key(found, at)
    return SeededMessage(
        id=id_,
        recipient_run_id=run,
        channel=channel,
        status=reader.read_choice(found, at, "status", get_args(MessageStatus), default=FINAL_STATUS[channel.type]),
        step_ref=reader.read_text(found, at, "step_ref", default=f"{channel.type}_step"),
        inserted_at=reader.read_instant(found, at, "inserted_at"),
        snapshot=reader.read_object(found, at, "recipient_snapshot"),
    )
