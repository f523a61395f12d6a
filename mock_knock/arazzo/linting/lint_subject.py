"""What a lint rule looks at: a workflow with its surroundings, and what other rules have found out about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from mock_knock.arazzo.document import Document, Step, Workflow
from mock_knock.arazzo.inputs import declared_inputs, input_pointers
from mock_knock.arazzo.linting.uses import Use, find_uses
from mock_knock.arazzo.targets import DescribedContract, OperationTarget, resolve_target
from mock_knock.arazzo.template import Dialect, FoundExpression, find_expressions
from mock_knock.messages import JsonValue

T = TypeVar("T")


MAX_COMBINATIONS = 100_000
"""Possible responses of a document that are looked at, each counted for each criterion: about a second."""


@dataclass(slots=True)
class Memo:
    """What has been found out about the parts of one document, so that each rule need not read them all anew.

    Attributes:
        combinations: how many more combinations of values there may be looked at.
        has_refused: there were more of them.
    """

    combinations: int = MAX_COMBINATIONS
    has_refused: bool = False
    _known: dict[tuple[str, int], tuple[object, Any]] = field(default_factory=dict)

    def recall(self, what: str, part: object, find_out: Callable[[], T]) -> T:
        """Return what is known about a part of the document, which is found out at the first time."""
        key = what, id(part)
        if key not in self._known:
            self._known[key] = part, find_out()  # with the part kept, its identity is not given to another one
        found: T = self._known[key][1]
        return found

    def affords(self, combinations: int) -> bool:
        """Tell whether so many combinations may be looked at, and count them if so."""
        if combinations > self.combinations:
            self.has_refused = True
            return False
        self.combinations -= combinations
        return True


@dataclass(frozen=True, slots=True)
class Subject:
    """A workflow under examination, with its surroundings.

    `others` are the Arazzo documents among its sources; `memo` is shared by the subjects of one document.
    """

    document: Document
    workflow: Workflow
    described: DescribedContract
    dialect: Dialect
    others: Mapping[str, Document] = field(default_factory=dict)
    memo: Memo = field(default_factory=Memo, repr=False, compare=False)

    def operation(self, step: Step) -> OperationTarget | None:
        """Return the operation that a step calls, or None when it calls a workflow or nothing that can be told.

        What an operation asks for and answers does not hang on the dialect, so its id may be unqualified here.
        """
        if step.workflow_id is not None:
            return None
        return resolve_target(step, self.document, self.described, dialect="lenient").operation

    def step(self, step_id: str) -> Step | None:
        """Return a step of this workflow, or None."""
        try:
            return self.workflow.step(step_id)
        except KeyError:
            return None

    def expressions(self, value: JsonValue) -> tuple[FoundExpression, ...]:
        """Return every expression in a value of the document."""
        return self.memo.recall("expressions", value, lambda: find_expressions(value))

    def uses(self, dialect: Dialect) -> tuple[Use, ...]:
        """Return every expression of this workflow that parses."""
        return self._uses(self.workflow, dialect)

    def _uses(self, workflow: Workflow, dialect: Dialect) -> tuple[Use, ...]:
        found = lambda: tuple(find_uses(workflow, dialect=dialect, find=self.expressions))  # noqa: E731  # for once
        return self.memo.recall(f"{dialect} uses", workflow, found)

    def inputs(self, workflow: Workflow | None = None) -> Mapping[str, Mapping[str, JsonValue]]:
        """Return the inputs that this workflow, or another one, declares."""
        whose = workflow or self.workflow
        return self.memo.recall("inputs", whose, lambda: declared_inputs(whose))

    def input_pointer(self, name: str) -> str:
        """Return the JSON pointer of a declared input."""
        return self.memo.recall("input pointers", self.workflow, lambda: input_pointers(self.workflow))[name]

    def has_default(self, name: str, workflow: Workflow | None = None) -> bool:
        """Tell whether a declared input of this workflow, or of another one, has a default value."""
        schema = self.inputs(workflow).get(name)
        return isinstance(schema, Mapping) and "default" in schema

    def inputs_read_elsewhere(self) -> frozenset[tuple[str, str]]:
        """Return workflow and name of every input that an expression `$workflows.<name>.inputs.<name>` reads."""
        return self.memo.recall("inputs read elsewhere", self.document, lambda: frozenset(self._read_elsewhere()))

    def _read_elsewhere(self) -> Iterator[tuple[str, str]]:
        for workflow in self.document.workflows:
            for expression in (use.expression for use in self._uses(workflow, "lenient")):
                if expression.kind == "workflows" and expression.part == "inputs":
                    yield expression.owner, expression.name
