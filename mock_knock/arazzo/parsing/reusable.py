"""Reusable Objects: references to the components of a document (Arazzo 1.1.0, Reusable Object)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from mock_knock.arazzo.document import Action, Parameter
from mock_knock.arazzo.parsing.reader import Reader, escape, list_names
from mock_knock.messages import JsonValue

T = TypeVar("T")

_REFERENCE = re.compile(r"\$components\.(?P<type>[A-Za-z]+)\.(?P<name>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Components:
    """What can be referred to, by name; None stands for a component that cannot be read."""

    parameters: Mapping[str, Parameter | None] = field(default_factory=dict)
    success_actions: Mapping[str, Action | None] = field(default_factory=dict)
    failure_actions: Mapping[str, Action | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """What the parts of a step are read with.

    The keys of `step_ids` are those of its workflow; None stands for a place where they are not known.
    """

    reader: Reader
    components: Components = field(default_factory=Components)
    step_ids: Mapping[str, None] | None = None


def find_component(
    reader: Reader, known: Mapping[str, T | None], kind: str, entry: Mapping[str, JsonValue], at: str
) -> T | None:
    """Return the component that a Reusable Object names, or None after a problem; `kind` is such as `parameters`.

    Other fields than `reference` and `value` play no part, and `value` is for parameters alone.
    """
    for name in entry:
        if name not in {"reference", *(("value",) if kind == "parameters" else ())}:
            reader.report_idle(f"{at}/{escape(name)}", f"'{name}' has no effect beside a 'reference'")
    reference = reader.text(entry, at, "reference")
    if reference is None:
        return None
    place, match = f"{at}/reference", _REFERENCE.fullmatch(reference)
    if match is None or match["type"] != kind:
        bare = reference.removeprefix("{").removesuffix("}")
        hint = f"write `{bare}`, without braces" if bare != reference else f"write `$components.{kind}.<name>`"
        reader.report_structure(place, f"'{reference}' does not name one of $components.{kind}", hint)
        return None
    if match["name"] not in known:
        message = f"the components have no '{match['name']}' among their {kind}"
        reader.report("component-missing", place, message, f"{kind} there: {list_names(known)}")
    return known.get(match["name"])
