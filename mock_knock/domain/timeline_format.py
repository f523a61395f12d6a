"""The written form of a timeline, in scenarios and in seeds.

It is `{queued: {polls: 1, seconds: 1}, processing: {polls: 1, seconds: 2}}`; a stage that is left out is the default
one, and one that is empty lasts for ever.
"""

from __future__ import annotations

from collections.abc import Mapping

from mock_knock.domain.bulk_operation import Stage, Timeline
from mock_knock.domain.reading import Reader
from mock_knock.messages import JsonValue


def read_timeline(reader: Reader, found: Mapping[str, JsonValue], at: str) -> Timeline:
    """Return the timeline that two members of a mapping describe."""
    default = Timeline()
    return Timeline(
        read_stage(reader, found["queued"], f"{at}/queued") if "queued" in found else default.queued,
        read_stage(reader, found["processing"], f"{at}/processing") if "processing" in found else default.processing,
    )


def read_stage(reader: Reader, value: JsonValue, at: str) -> Stage:
    """Return one stage."""
    stage = reader.read_map(value, at, {"polls", "seconds"})
    polls = reader.read_number(stage, at, "polls", default=None, whole=True)
    seconds = reader.read_number(stage, at, "seconds", default=None)
    return Stage(None if polls is None else int(polls), seconds)


def write_timeline(timeline: Timeline) -> dict[str, JsonValue]:
    """Return the written form of a timeline."""
    return {"queued": _write_stage(timeline.queued), "processing": _write_stage(timeline.processing)}


def _write_stage(stage: Stage) -> dict[str, JsonValue]:
    written = {"polls": stage.polls, "seconds": stage.seconds}
    return {name: value for name, value in written.items() if value is not None}
