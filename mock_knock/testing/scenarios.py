"""Scenarios, seeds and faults by name, from a file, or as they are; in the written form that the controls take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Final

from mock_knock.client.results import Document
from mock_knock.errors import UsageError
from mock_knock.files import find_bundled, list_bundled
from mock_knock.messages import JsonValue
from mock_knock.redact import Redactor

ALIKE: Final = 0.7
"""How much of a name must be right for it to be guessed."""


def named_scenario(scenario: str | Path | Document | None) -> Document:
    """Return a scenario: the usual one for None, bundled by name or alias, a file, or decoded.

    Raises:
        UsageError: `scenario-unknown`.
        InvalidDocument: the file is no scenario.
    """
    if scenario is None:
        return {"version": 1}
    return scenario if isinstance(scenario, Mapping) else _read("scenarios", str(scenario), _read_scenario)


def scenario_with(scenario: Document, timeline: JsonValue) -> Document:
    """Return a scenario whose bulk operations go by a timeline, if one is given."""
    if timeline is None:
        return scenario
    progress = {"by": timeline} if isinstance(timeline, str) else timeline
    return {**scenario, "bulk": {**scenario.get("bulk", {}), "progress": progress}}


def named_faults(name: str) -> tuple[Document, ...]:
    """Return the faults of a bundled scenario.

    Raises:
        UsageError: `fault-unknown`, with the names that are near.
    """
    from mock_knock.domain.faults.write_fault import write_fault  # noqa: PLC0415  # comes with the fake
    from mock_knock.local import find_faults  # noqa: PLC0415  # as above

    found = find_faults(name)
    if not found and find_bundled("scenarios", name) is None:
        raise UsageError("fault-unknown", Redactor().text(f"there is no fault '{name}'"), hint=_near("scenarios", name))
    if not found:
        hint = f"give it as a scenario: follow({name!r})"
        raise UsageError("fault-unknown", f"'{name}' is no fault but says how bulk operations go", hint=hint)
    return tuple(write_fault(each) for each in found)


def named_seed(seed: str | Path | Document) -> Document:
    """Return a seed: bundled by name, a file, or decoded; the server reads it strictly.

    Raises:
        UsageError: `seed-unknown`.
        InvalidDocument: the file is no seed.
    """
    return seed if isinstance(seed, Mapping) else _read("seeds", str(seed), _read_seed)


def _read(kind: str, name: str, read: Callable[[str], Document]) -> Document:
    """Read a file anew each time, since tests write files; what is bundled is read once."""
    if find_bundled(kind, name) is not None:
        return _read_once(name, read)
    try:
        return read(name)
    except UsageError as error:
        raise UsageError(error.code, Redactor().text(error.what), hint=_near(kind, name)) from None


def _near(kind: str, name: str) -> str:
    """Return the remedy for a name that is not known: those that are like it, or else all there are."""
    known = list_bundled(kind)
    near = get_close_matches(name, known, cutoff=ALIKE)
    return f"did you mean {' or '.join(near)}?" if near else f"{kind}: {', '.join(known)}; or give a file"


@cache
def _read_once(name: str, read: Callable[[str], Document]) -> Document:
    return read(name)


def _read_scenario(name: str) -> dict[str, Any]:
    from mock_knock.domain.scenario_format import write_scenario  # noqa: PLC0415  # comes with the fake
    from mock_knock.local import load_scenario  # noqa: PLC0415  # as above

    return write_scenario(load_scenario(name))


def _read_seed(name: str) -> dict[str, Any]:
    from mock_knock.domain.seed_format import write_seed  # noqa: PLC0415  # comes with the fake
    from mock_knock.local import load_seed  # noqa: PLC0415  # as above

    return write_seed(load_seed(name))
