"""The order in which steps run when they say what they depend on (Arazzo 1.1.0, Step Dependencies)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush

from mock_knock.arazzo.criterion import criterion_expressions
from mock_knock.arazzo.document import Step
from mock_knock.arazzo.expression import Expression, ExpressionSyntaxError, parse_expression
from mock_knock.arazzo.parsing.reader import Reader
from mock_knock.arazzo.queries.selector import Selector
from mock_knock.arazzo.template import find_expressions
from mock_knock.messages import JsonValue

_Needs = dict[int, set[int]]
"""By the place of a step in its workflow: the places of those that must run before it."""


def order_steps(reader: Reader, steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps in the order in which they run; the written one where nothing asks for another.

    Only a workflow that uses `dependsOn` is ordered. A step also comes after those whose outputs it reads, unless the
    two are part of a circle of such readings and dependencies, as in a polling loop. Steps that depend on each other
    in a circle are a problem.
    """
    if not any(step.depends_on for step in steps):
        return tuple(steps)
    places = {step.step_id: place for place, step in reversed([*enumerate(steps)])}
    explicit = {place: {places[name] for name in step.depends_on if name in places} for place, step in enumerate(steps)}
    try:
        TopologicalSorter(explicit).prepare()
    except CycleError as error:
        _report_circle(reader, steps, error.args[1])
        return tuple(steps)
    implicit = {place: set(_read_steps(step, place, places)) for place, step in enumerate(steps)}
    circles = _circles({place: explicit[place] | implicit[place] for place in explicit})
    needs = {
        place: explicit[place] | {each for each in implicit[place] if circles[each] != circles[place]}
        for place in explicit
    }
    return tuple(steps[place] for place in _sorted_stably(needs))


def _report_circle(reader: Reader, steps: Sequence[Step], circle: Sequence[int]) -> None:
    first = min(circle)
    round_trip = " -> ".join(steps[place].step_id for place in reversed(circle))
    message = f"these steps depend on each other in a circle, so that none can be the first: {round_trip}"
    reader.report("arazzo-dependency-circle", f"{steps[first].pointer}/dependsOn", message, "take one of them out")


def _sorted_stably(needs: _Needs) -> Iterator[int]:
    """Yield all places so that each comes after what it needs, and otherwise the smallest first."""
    sorter = TopologicalSorter(needs)
    sorter.prepare()
    ready: list[int] = []
    while sorter.is_active():
        for place in sorter.get_ready():
            heappush(ready, place)
        place = heappop(ready)
        yield place
        sorter.done(place)


def _circles(needs: _Needs) -> Mapping[int, int]:
    """Return for each place a number that it shares with exactly those it is in a circle with (Kosaraju)."""
    needed_by: _Needs = {place: set() for place in needs}
    for place, needed in needs.items():
        for each in needed:
            needed_by[each].add(place)
    finished: list[int] = []
    seen: set[int] = set()
    for place in needs:
        finished.extend(_finished_from(place, needs, seen))
    circles: dict[int, int] = {}
    seen.clear()
    for place in reversed(finished):
        circles.update(dict.fromkeys(_finished_from(place, needed_by, seen), place))
    return circles


def _finished_from(start: int, edges: _Needs, seen: set[int]) -> Iterator[int]:
    """Yield what can be reached and was not seen yet, each after everything behind it."""
    if start in seen:
        return
    seen.add(start)
    path = [(start, iter(sorted(edges[start])))]
    while path:
        place, left = path[-1]
        following = next((each for each in left if each not in seen), None)
        if following is None:
            path.pop()
            yield place
        else:
            seen.add(following)
            path.append((following, iter(sorted(edges[following]))))


def _read_steps(step: Step, own: int, places: Mapping[str, int]) -> Iterator[int]:
    for expression in _expressions(step):
        place = places.get(expression.owner) if expression.kind == "steps" else None
        if place is not None and place != own:
            yield place


def _expressions(step: Step) -> Iterator[Expression]:
    """Yield the expressions in everything a step sends and checks."""
    actions = (*step.on_success, *step.on_failure)
    values: list[JsonValue] = [parameter.value for parameter in step.parameters]
    values += [parameter.value for action in actions for parameter in action.parameters]
    if step.request_body is not None:
        values += [step.request_body.payload, *(each.value for each in step.request_body.replacements)]
    for value in (*values, *step.outputs.values()):
        yield from (found.expression for found in find_expressions(value) if found.expression is not None)
        yield from _selector_contexts(value)
    for criterion in (*step.success_criteria, *(each for action in actions for each in action.criteria)):
        yield from criterion_expressions(criterion)


def _selector_contexts(value: JsonValue) -> Iterator[Expression]:
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, Selector):
            try:
                yield parse_expression(each.context)
            except ExpressionSyntaxError:
                continue  # lint reports it
        elif isinstance(each, dict):
            pending.extend(each.values())
        elif isinstance(each, list):
            pending.extend(each)
