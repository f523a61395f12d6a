"""The written form of a scenario: read strictly, every problem reported with its place.

    version: 1
    name: half             # without it that of its file
    seed: 42
    bulk:
      progress: {queued: {polls: 1, seconds: 1}, processing: {polls: 1, seconds: 2}}
      outcome: failed        # or completed
      fail_at: 50%           # of the rows; with outcome: failed
      error_items: [jane]    # rows that fail, by id
      every: 10              # and every tenth row
    faults:                  # `faults.read_fault` says what they can be
      - {id: flaky-poll, on: getBulkOperation, when: {nth: 2}, do: {status: 503}}
    rate_limits: false
    aliases: []              # other names, and what it is about
    tags: [bulk]

`progress` may also be `{by: polls, queued: 1, processing: 3}`, with `by` one of polls, time, immediate and manual.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from mock_knock.domain.bulk_operation import Stage, Timeline
from mock_knock.domain.bulk_plan import BulkPlan
from mock_knock.domain.faults.fault import Fault
from mock_knock.domain.faults.read_fault import read_fault, read_faults
from mock_knock.domain.faults.write_fault import write_fault
from mock_knock.domain.reading import Place, Reader
from mock_knock.domain.scenario import Scenario
from mock_knock.domain.timeline_format import read_timeline, write_timeline
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue

CODE = "scenario-invalid"
MAX_SEED = 2**63 - 1


def parse_scenario(value: JsonValue, *, name: str, where: Place = lambda pointer: f"#{pointer}") -> Scenario:
    """Read a scenario from a decoded document; `where` turns a JSON pointer into a place for people.

    Raises:
        InvalidDocument: `scenario-invalid`, with one finding for each problem.
    """
    reader = _ScenarioReader(where, CODE)
    scenario = reader.read_scenario(value, name)
    if reader.findings:
        raise InvalidDocument.from_findings(tuple(reader.findings))
    return scenario


def parse_fault(value: JsonValue, *, usual_id: str) -> Fault:
    """Read one fault from a decoded document.

    Raises:
        InvalidDocument: `scenario-invalid`, with one finding for each problem.
    """
    reader = _ScenarioReader(lambda pointer: f"#{pointer}", CODE)
    fault = read_fault(reader, value, "", usual_id=usual_id)
    if reader.findings:
        raise InvalidDocument.from_findings(tuple(reader.findings))
    return fault


def write_scenario(scenario: Scenario) -> dict[str, JsonValue]:
    """Return a scenario as a document that reads back as the same."""
    plan = scenario.bulk
    share = {"fail_at": f"{plan.fail_at * 100}%"} if plan.outcome == "failed" else {}
    return {
        "version": 1,
        "name": scenario.name,
        "description": scenario.description,
        "seed": scenario.seed,
        "bulk": {
            "progress": write_timeline(plan.timeline),
            "outcome": plan.outcome,
            **share,
            "error_items": sorted(plan.error_ids),
            "every": plan.every,
        },
        "faults": [write_fault(each) for each in scenario.faults],
        "rate_limits": scenario.has_rate_limits,
        "aliases": list(scenario.aliases),
        "tags": list(scenario.tags),
    }


@dataclass(slots=True)
class _ScenarioReader(Reader):
    def read_scenario(self, value: JsonValue, name: str) -> Scenario:
        root = self.read_map(value, "", MEMBERS, what="a scenario")
        if root.get("version") != 1 or isinstance(root.get("version"), bool):
            self.report("/version", "'version' must be 1", "start the scenario with `version: 1`")
        self.read_text(root, "", "$schema", default="")
        seed = self.read_number(root, "", "seed", default=0, whole=True, most=MAX_SEED)
        description = root.get("description", "")
        if not isinstance(description, str):
            self.report("/description", "'description' must be text", "say in a sentence what the scenario shows")
        named = self.read_text(root, "", "name", default=name)
        return Scenario(
            name=named,
            description=str(description),
            seed=int(seed or 0),
            bulk=self.read_bulk(root.get("bulk", {}), "/bulk"),
            faults=read_faults(self, root),
            has_rate_limits=self.read_flag(root, "", "rate_limits", default=False),
            aliases=self.read_texts(root, "", "aliases"),
            tags=self.read_texts(root, "", "tags"),
        )

    def read_bulk(self, value: JsonValue, at: str) -> BulkPlan:
        bulk = self.read_map(value, at, {"progress", "outcome", "fail_at", "error_items", "every"})
        outcome = bulk.get("outcome", "completed")
        if outcome not in ("completed", "failed"):  # a tuple: the outcome may be something that has no hash
            self.report(f"{at}/outcome", "'outcome' must be completed or failed", "choose one of the two")
        if "fail_at" in bulk and outcome != "failed":
            self.report(f"{at}/fail_at", "'fail_at' has no effect without outcome: failed", "add `outcome: failed`")
        every = self.read_number(bulk, at, "every", default=None, whole=True, least=1)
        return BulkPlan(
            timeline=self.read_progress(bulk["progress"], f"{at}/progress") if "progress" in bulk else Timeline(),
            outcome="failed" if outcome == "failed" else "completed",
            fail_at=self.read_share(bulk, at),
            error_ids=self.read_ids(bulk, at),
            every=None if every is None else int(every),
        )

    def read_progress(self, value: JsonValue, at: str) -> Timeline:
        progress = self.read_map(value, at, {"by", "queued", "processing"})
        if "by" not in progress:
            return read_timeline(self, progress, at)
        make = _STAGE_MAKERS.get(progress["by"]) if isinstance(progress["by"], str) else None
        if make is None:
            self.report(f"{at}/by", "'by' must be polls, time, immediate or manual", "choose one of the four")
            return Timeline()
        queued = self.read_number(progress, at, "queued", default=1, whole=progress["by"] == "polls")
        processing = self.read_number(progress, at, "processing", default=1, whole=progress["by"] == "polls")
        return Timeline(make(queued or 0), make(processing or 0))

    def read_share(self, bulk: Mapping[str, JsonValue], at: str) -> Fraction:
        value = bulk.get("fail_at", "100%")
        share = _SHARE.fullmatch(value) if isinstance(value, str) else None
        if share is None:
            self.report(f"{at}/fail_at", "'fail_at' must be a share from 0% to 100%", "write it like `fail_at: 50%`")
            return Fraction(1)
        return Fraction(int(share[1]), 100)

    def read_ids(self, bulk: Mapping[str, JsonValue], at: str) -> frozenset[str]:
        ids = bulk.get("error_items", [])
        if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
            self.report(f"{at}/error_items", "'error_items' must be a list of ids", "write it like `[jane, john]`")
            return frozenset()
        return frozenset(ids)


MEMBERS = {"version", "name", "description", "seed", "bulk", "faults", "rate_limits", "aliases", "tags", "$schema"}
_SHARE = re.compile("(100|[0-9]{1,2})%")

_STAGE_MAKERS: Mapping[str, Callable[[float], Stage]] = {
    "polls": lambda number: Stage(polls=int(number)),
    "time": lambda number: Stage(seconds=number),
    "immediate": lambda _: Stage(polls=0),
    "manual": lambda _: Stage(),
}
