"""Arazzo documents as tests of pytest: an item for each workflow, and for each scenario that was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mock_knock.errors import InvalidDocument, MockKnockError
from mock_knock.files import read_document
from mock_knock.flows import open_flow
from mock_knock.harness.flow import Flow
from mock_knock.messages import JsonValue
from mock_knock.testing.failures import tell_error
from mock_knock.testing.flow_runs import run_in_world, tell_failure
from mock_knock.testing.scenarios import named_scenario
from mock_knock.testing.session import session_worlds

SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_LOOK = 16_384
"""Bytes at the beginning of a file in which `arazzo` must stand."""
_VERSION = re.compile(rb"""^(?:\xef\xbb\xbf)?["']?arazzo["']?\s*:[ \t]*\S|[{,]\s*"arazzo"\s*:\s*["\d]""", re.MULTILINE)
_KEY = re.compile("[sp]k_")
_HINT = "give it in a file of the same name that ends in .inputs.yaml, or with --arazzo-inputs"


def is_flow(path: Path) -> bool:
    """Tell whether a file seems to be an Arazzo document, by its name and its beginning."""
    if path.suffix.lower() not in SUFFIXES:
        return False
    try:
        with path.open("rb") as file:
            return _VERSION.search(file.read(_LOOK)) is not None
    except OSError:
        return False


class FlowFailed(Exception):
    """A workflow failed, or broke the contract; its text is the tree of the steps."""


@dataclass(frozen=True, slots=True)
class Told:
    """A failure as pytest shows it: the text, of which its summary repeats the first line."""

    text: str

    def toterminal(self, out: Any) -> None:
        """Write the text."""
        out.line(self.text)

    @property
    def reprcrash(self) -> Told:
        """What the summary takes its message from."""
        return self

    @property
    def message(self) -> str:
        """The first line."""
        return self.text.partition("\n")[0]

    def __str__(self) -> str:
        return self.text


class ArazzoFile(pytest.File):
    """An Arazzo document."""

    def collect(self) -> Iterable[pytest.Item]:
        """Yield an item for each workflow, and for each scenario; raises CollectError for what cannot be used."""
        scenarios = self.config.getoption("--arazzo-scenario") or [None]
        try:
            flow = open_flow(_shortly(self.path))
            for each in scenarios:
                named_scenario(each)
        except MockKnockError as error:
            raise self.CollectError(tell_error(error)) from None
        for workflow in flow.document.workflows:
            for scenario in scenarios:
                name = workflow.workflow_id if scenario is None else f"{workflow.workflow_id}[{scenario}]"
                yield WorkflowItem.from_parent(
                    self, name=name, flow=flow, workflow=workflow.workflow_id, scenario=scenario
                )


class WorkflowItem(pytest.Item):
    """One workflow, run in a world of its own."""

    def __init__(self, *, flow: Flow, workflow: str, scenario: str | None, **more: Any) -> None:
        super().__init__(**more)
        self._flow = flow
        self._workflow = workflow
        self._scenario = scenario

    def runtest(self) -> None:
        """Run it; raises FlowFailed, or MockKnockError when it cannot be run."""
        inputs = _read_inputs(self.path, self.config.getoption("--arazzo-inputs"))
        world = session_worlds(self.config).new_world()
        if self._scenario is not None:
            world.follow(self._scenario)
        result = run_in_world(world, self._flow, _of_world(inputs), workflow=self._workflow, inputs_hint=_HINT)
        if result.exit_code():
            raise FlowFailed(tell_failure(result, has_curl=world.application is None))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what a failure says: the tree of the steps, or what is wrong with the document."""
        match excinfo.value:
            case FlowFailed() as failed:
                return Told(str(failed))
            case MockKnockError() as error:
                return Told(tell_error(error))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where it is and what it is called."""
        return self.path, None, f"{self.path.name}: {self.name}"


def _shortly(path: Path) -> Path:
    """Return a path as people would write it, since places in the document begin with it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _read_inputs(document: Path, given: str | None) -> Mapping[str, JsonValue]:
    """Return the inputs: of a file that was named, else of one beside the document, else none."""
    beside = (document.with_name(f"{document.stem}.inputs{suffix}") for suffix in sorted(SUFFIXES))
    path = Path(given) if given else next((each for each in beside if each.exists()), None)
    if path is None:
        return {}
    source = read_document(_shortly(path))
    if not isinstance(source.value, dict):
        hint = "write `name: value` pairs"
        raise InvalidDocument("inputs-not-a-mapping", "inputs must be a mapping", where=source.where(""), hint=hint)
    return source.value


def _of_world(inputs: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Leave out keys of Knock: each item has a world of its own, and the key to it."""
    return {name: value for name, value in inputs.items() if not (isinstance(value, str) and _KEY.match(value))}
