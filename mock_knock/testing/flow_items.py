"""Arazzo documents as tests of pytest: an item for each workflow, and for each scenario that was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from mock_knock.errors import InvalidDocument, MockKnockError
from mock_knock.files import read_document
from mock_knock.flows import open_flow
from mock_knock.harness.flow import Flow
from mock_knock.messages import JsonValue
from mock_knock.redact import is_secret_name
from mock_knock.testing.flow_runs import run_in_world, tell_failure
from mock_knock.testing.session import session_worlds

SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_LOOK = 4_096
"""Bytes at the beginning of a file in which `arazzo` must stand."""


def is_flow(path: Path) -> bool:
    """Tell whether a file seems to be an Arazzo document, by its name and its beginning."""
    if path.suffix.lower() not in SUFFIXES:
        return False
    with path.open("rb") as file:
        return any(line.lstrip(b" {\"'\t").startswith(b"arazzo") for line in file.read(_LOOK).splitlines())


class FlowFailed(Exception):
    """A workflow failed, or broke the contract; its text is the tree of the steps."""


class ArazzoFile(pytest.File):
    """An Arazzo document."""

    def collect(self) -> Iterable[pytest.Item]:
        """Yield an item for each workflow, and for each scenario."""
        flow = self._open()
        scenarios = self.config.getoption("--arazzo-scenario") or [None]
        for workflow in flow.document.workflows:
            for scenario in scenarios:
                name = workflow.workflow_id if scenario is None else f"{workflow.workflow_id}[{scenario}]"
                yield WorkflowItem.from_parent(
                    self, name=name, flow=flow, workflow=workflow.workflow_id, scenario=scenario
                )

    def _open(self) -> Flow:
        try:
            return open_flow(self.path)
        except InvalidDocument as error:
            raise self.CollectError("\n".join(_tell(error))) from error


class WorkflowItem(pytest.Item):
    """One workflow, run in a world of its own."""

    def __init__(self, *, flow: Flow, workflow: str, scenario: str | None, **more: Any) -> None:
        super().__init__(**more)
        self._flow = flow
        self._workflow = workflow
        self._scenario = scenario

    def runtest(self) -> None:
        """Run it; raises FlowFailed, or MockKnockError when it cannot be run."""
        world = session_worlds(self.config).new_world(f"sk_test_{uuid4().hex}")
        if self._scenario is not None:
            world.follow(self._scenario)
        inputs = _without_keys(_read_inputs(self.path, self.config.getoption("--arazzo-inputs")))
        result = run_in_world(world, self._flow, inputs, workflow=self._workflow)
        if result.exit_code():
            raise FlowFailed(tell_failure(result))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what a failure says: the tree of the steps, or what is wrong with the document."""
        match excinfo.value:
            case FlowFailed() as failed:
                return str(failed)
            case InvalidDocument() as error:
                return "\n".join(_tell(error))
            case MockKnockError() as error:
                return f"error: {error}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where it is and what it is called."""
        return self.path, None, f"{self.path.name}: {self.name}"


def _read_inputs(document: Path, given: str | None) -> Mapping[str, JsonValue]:
    """Return the inputs: of a file that was named, else of one beside the document, else none."""
    beside = (document.with_name(f"{document.stem}.inputs{suffix}") for suffix in sorted(SUFFIXES))
    path = Path(given) if given else next((each for each in beside if each.exists()), None)
    if path is None:
        return {}
    source = read_document(path)
    if not isinstance(source.value, dict):
        hint = "write `name: value` pairs"
        raise InvalidDocument("inputs-not-a-mapping", "inputs must be a mapping", where=source.where(""), hint=hint)
    return source.value


def _without_keys(inputs: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Leave out API keys: each item has a world of its own, and the key to it."""
    return {name: value for name, value in inputs.items() if not is_secret_name(name)}


def _tell(error: InvalidDocument) -> Iterator[str]:
    for finding in error.findings:
        place = f"{finding.where}: " if finding.where else ""
        yield f"{finding.severity}: {place}{finding.message} [{finding.code}]"
        if finding.hint:
            yield f"  hint: {finding.hint}"
