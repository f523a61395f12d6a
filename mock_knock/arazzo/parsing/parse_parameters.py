"""Parameters of steps, workflows and actions (Arazzo 1.1.0, Parameter Object)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

from mock_knock.arazzo.document import Parameter, ParameterPlace
from mock_knock.arazzo.parsing.parse_values import read_value
from mock_knock.arazzo.parsing.reader import Reader
from mock_knock.arazzo.parsing.reusable import Context, find_component
from mock_knock.messages import JsonValue

PLACES: tuple[str, ...] = get_args(ParameterPlace)
ParameterUse = Literal["operation", "workflow", "action", "any"]
"""What a list of parameters is for: the call of an operation, that of a workflow by a step or by an action, or any."""


@dataclass(frozen=True, slots=True)
class ListedParameter:
    """A parameter with the place where it was listed, which is not its own when it is a component."""

    parameter: Parameter
    at: str


def read_parameter(reader: Reader, at: str, value: Mapping[str, JsonValue]) -> Parameter | None:
    """Read a parameter; None when it cannot be told where it belongs."""
    parameter = reader.map(value, at, known={"name", "in", "value"})
    name = reader.required_text(parameter, at, "name")
    if "value" not in parameter:
        reader.report_structure(at, "'value' is missing", "add `value: ...`")
    given = read_value(reader, parameter.get("value"), f"{at}/value")
    place = reader.text(parameter, at, "in")
    if place is not None and place not in PLACES:
        reader.report_structure(f"{at}/in", f"'in' must be one of {', '.join(PLACES)}", "write `in: header`")
        return None
    if place == "querystring":
        reader.report_newer(f"{at}/in", "'in: querystring'")
    broken = "in" in parameter and place is None
    return None if broken else Parameter(name, cast("ParameterPlace | None", place), given, at)


def read_parameters(
    context: Context, holder: Mapping[str, JsonValue], at: str, use: ParameterUse
) -> tuple[ListedParameter, ...]:
    """Read a list of parameters and references to them; of two that are the same the second is a problem."""
    listed = tuple(_read_listed(context, holder, at, use))
    _check_distinct(context.reader, listed, use)
    return listed


def _read_listed(
    context: Context, holder: Mapping[str, JsonValue], at: str, use: ParameterUse
) -> Iterator[ListedParameter]:
    for entry_at, entry in context.reader.items(holder, at, "parameters"):
        is_reference = "reference" in entry
        parameter = (
            _reuse(context, entry, entry_at) if is_reference else read_parameter(context.reader, entry_at, entry)
        )
        if parameter is None:
            continue
        if use == "operation" and parameter.place is None:
            report_placeless(context.reader, ListedParameter(parameter, entry_at))
            continue
        if use == "action" and parameter.place is not None:
            message = "the parameters of an action are inputs of its workflow: 'in' must not be used"
            context.reader.report_structure(entry_at if is_reference else f"{entry_at}/in", message, "take 'in' out")
        yield ListedParameter(parameter, entry_at)


def _reuse(context: Context, entry: Mapping[str, JsonValue], at: str) -> Parameter | None:
    known = context.components.parameters
    found = find_component(context.reader, known, "parameters", entry, at)
    if found is None or "value" not in entry:
        return found
    return replace(found, value=read_value(context.reader, entry["value"], f"{at}/value"), pointer=at)


def report_placeless(reader: Reader, listed: ListedParameter) -> None:
    """Note that a parameter of an operation does not say where it belongs."""
    message = f"'in' is missing: the operation must know where '{listed.parameter.name}' belongs"
    reader.report_structure(listed.at, message, "add `in: ...`")


def _check_distinct(reader: Reader, listed: Sequence[ListedParameter], use: ParameterUse) -> None:
    if use in {"workflow", "action"}:
        reader.distinct([(each.parameter.name, each.at) for each in listed], "parameter")
        return
    for place in (None, *PLACES):
        ids = [(each.parameter.name, each.at) for each in listed if each.parameter.place == place]
        reader.distinct(ids, f"{place} parameter" if place else "parameter")


def inherit_parameters(
    own: Sequence[Parameter], shared: Sequence[Parameter], *, calls_workflow: bool
) -> tuple[Parameter, ...]:
    """Return the parameters of a step, then those of its workflow that it does not override.

    For an operation a parameter is known by its name and place; for a workflow, where all of them are inputs, by its
    name alone.
    """
    found = list(own)
    taken = {_key(each, calls_workflow=calls_workflow) for each in own}
    for parameter in shared:
        key = _key(parameter, calls_workflow=calls_workflow)
        if key not in taken and (calls_workflow or parameter.place is not None):
            taken.add(key)
            found.append(replace(parameter, is_inherited=True))
    return tuple(found)


def _key(parameter: Parameter, *, calls_workflow: bool) -> tuple[str, str | None]:
    return (parameter.name, None if calls_workflow else parameter.place)
