"""What a finding with one right answer asks to be changed: edits of the document, told by the place of its nodes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from mock_knock.arazzo.conditions.comparison import compare, json_equal, read_number
from mock_knock.arazzo.conditions.condition_tree import AllOf, AnyOf, Node
from mock_knock.arazzo.conditions.simple_condition import parse_simple
from mock_knock.arazzo.document import Step
from mock_knock.arazzo.expressions.embedding import read_exact, split_braced, split_unbraced
from mock_knock.arazzo.expressions.pointer import resolve_pointer
from mock_knock.arazzo.lint import Subject
from mock_knock.arazzo.linting.uses import step_criteria
from mock_knock.arazzo.queries.query import simple_equivalent
from mock_knock.arazzo.repairs.repair_steps import compared_in, mend_coverage, mend_loop
from mock_knock.messages import AddMember, Edit, Finding, JsonValue, Remove, SetText, way_to

_UNBRACED_PATH = re.compile(r"(\$sourceDescriptions\.[^.{}]+\.url)(#/.*)", re.DOTALL)


RepairKey: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Repair:
    """What mends one finding.

    Attributes:
        code: of the finding.
        pointer: its place.
        scope: the node in which all of the edits lie.
        edits: in their order.
        description: what they do, for people.
    """

    code: str
    pointer: str
    scope: str
    edits: tuple[Edit, ...]
    description: str

    @property
    def key(self) -> RepairKey:
        """What tells it from others."""
        return self.code, self.pointer, self.description


def plan_repairs(
    subject: Subject, value: JsonValue, findings: Iterable[Finding], *, given_up: Collection[RepairKey] = ()
) -> Iterator[Repair]:
    """Yield the repairs of the findings that have one right answer.

    No repair lies inside another's scope, so all can be carried out at once; what stands back for that is planned when
    the edited document is examined again.

    Args:
        subject: the workflow the findings are about.
        value: the decoded document.
        findings: with JSON pointers as places.
        given_up: the keys of repairs that turned out to be impossible; they stand in the way of no other.
    """
    places = [(each.code, each.where) for each in findings]
    planned = (
        repair
        for code, plan in _PLANS.items()
        for pointer in dict.fromkeys(place for found, place in places if found == code)
        if (repair := plan(code, subject, value, pointer)) and repair.key not in given_up
    )
    return distinct_repairs(planned)


def distinct_repairs(repairs: Iterable[Repair]) -> Iterator[Repair]:
    """Yield the repairs that have no earlier one in their scope, or around it."""
    scopes: set[str] = set()
    around: set[str] = set()
    for repair in repairs:
        way = way_to(repair.scope)
        if repair.scope not in around and scopes.isdisjoint(way):
            scopes.add(repair.scope)
            around.update(way)
            yield repair


def _mend_braces(code: str, _subject: Subject, value: JsonValue, pointer: str) -> Repair | None:
    text = resolve_pointer(value, pointer)
    if not isinstance(text, str) or read_exact(text):
        return None
    path = _UNBRACED_PATH.fullmatch(text) if pointer.endswith("/operationPath") else None
    braced = f"{{{path[1]}}}{path[2]}" if path else "".join(_braced(text))
    if braced == text:
        return None
    return Repair(code, pointer, pointer, (SetText(pointer, braced),), f"put braces around the expression: {braced}")


def _braced(text: str) -> Iterator[str]:
    for piece in split_braced(text):
        if piece.form != "plain":
            yield piece.text
            continue
        yield from (f"{{{each.text}}}" if each.form == "unbraced" else each.text for each in split_unbraced(piece.text))


def _mend_operation_id(code: str, subject: Subject, value: JsonValue, pointer: str) -> Repair | None:
    text = resolve_pointer(value, pointer)
    if not isinstance(text, str) or text.startswith("$"):
        return None
    found = subject.described.find_by_id(text)
    if len({(operation.method, operation.path) for operation in found}) != 1:
        return None
    qualified = f"$sourceDescriptions.{found[0].source}.{text}"
    return Repair(code, pointer, pointer, (SetText(pointer, qualified),), f"name the source: {qualified}")


def _mend_query(code: str, subject: Subject, value: JsonValue, pointer: str) -> Repair | None:
    scope = pointer.rpartition("/")[0]
    match resolve_pointer(value, scope):
        case {"condition": str() as condition, "context": str() as context, "type": _}:
            simple = simple_equivalent(condition, context)
        case _:
            return None
    owners = [step for step in subject.workflow.steps for each in step_criteria(step) if each.pointer == scope]
    if simple is None or not owners or not all(_means_the_same(subject, step, simple) for step in owners):
        return None
    edits = (SetText(pointer, simple), Remove(f"{scope}/context"), Remove(f"{scope}/type"))
    return Repair(code, pointer, scope, edits, f"write the simple condition {simple}")


def _means_the_same(subject: Subject, step: Step, simple: str) -> bool:
    """Tell whether a simple condition says what the comparison in JSONPath said, about every value there can be.

    The one compares exactly, the other folds case and reads numbers in texts. So all values must be known.
    """
    operation = subject.operation(step)
    return operation is not None and all(
        pointer is not None and _is_told_apart(json.loads(text), subject.described.success_values(operation, pointer))
        for pointer, text in _comparisons(parse_simple(simple).root)
    )


def _comparisons(node: Node) -> Iterator[tuple[str | None, str]]:
    if isinstance(node, (AllOf, AnyOf)):
        yield from chain.from_iterable(map(_comparisons, node.operands))
    else:
        yield from compared_in(node)


def _is_told_apart(constant: JsonValue, values: Sequence[JsonValue] | None) -> bool:
    """Tell whether a text equals the same of some values in both ways of comparing."""
    if not isinstance(constant, str) or values is None or read_number(constant) is not None:
        return False
    return all(compare(each, "==", constant) == json_equal(each, constant) for each in values)


def _mend_secret(code: str, _subject: Subject, value: JsonValue, pointer: str) -> Repair | None:
    schema = resolve_pointer(value, pointer)
    if not isinstance(schema, Mapping) or not schema or not {"format", "$ref"}.isdisjoint(schema):
        return None
    return Repair(code, pointer, pointer, (AddMember(pointer, "format", "password"),), "add `format: password`")


def _mend_step(mend: Callable[[Subject, JsonValue, str], tuple[str, Sequence[Edit], str] | None]) -> _Plan:
    def plan(code: str, subject: Subject, value: JsonValue, pointer: str) -> Repair | None:
        mended = mend(subject, value, pointer)
        if mended is None:
            return None
        scope, edits, description = mended
        return Repair(code, pointer, scope, tuple(edits), description)

    return plan


_Plan = Callable[[str, Subject, JsonValue, str], Repair | None]
_PLANS: Mapping[str, _Plan] = {
    "expression-unbraced": _mend_braces,
    "operation-id-unqualified": _mend_operation_id,
    "operation-id-ambiguous": _mend_operation_id,
    "jsonpath-invalid": _mend_query,
    "input-secret-unmarked": _mend_secret,
    "loop-unbounded": _mend_step(mend_loop),
    "enum-unhandled": _mend_step(mend_coverage),
}
"""In the order in which repairs come: what rewrites a step waits until its texts are in order."""

MENDED_CODES = frozenset(_PLANS)
"""Codes of findings that can have a repair."""
