"""Scenarios, seeds and faults by name, from a file, or as they are; in the written form that the controls take."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from mock_knock.client.results import Document
from mock_knock.errors import UsageError
from mock_knock.messages import JsonValue


def named_scenario(scenario: str | Path | Document | None) -> Document:
    """Return a scenario: the usual one for None, bundled by name or alias, a file, or decoded.

    Raises:
        UsageError: `scenario-unknown`.
        InvalidDocument: the file is no scenario.
    """
    if scenario is None:
        return {"version": 1}
    return scenario if isinstance(scenario, Mapping) else _read_scenario(str(scenario))


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
    if not found:
        from mock_knock.gauntlets import choose_ordeals  # noqa: PLC0415  # only to tell what there is

        choose_ordeals((name,))
        hint = f"give it as a scenario: follow({name!r})"
        raise UsageError("fault-unknown", f"'{name}' is no fault but says how bulk operations go", hint=hint)
    return tuple(write_fault(each) for each in found)


def named_seed(seed: str | Path | Document) -> Document:
    """Return a seed: bundled by name, a file, or decoded; the server reads it strictly.

    Raises:
        UsageError: `seed-unknown`.
        InvalidDocument: the file is no seed.
    """
    return seed if isinstance(seed, Mapping) else _read_seed(str(seed))


@lru_cache(maxsize=100)
def _read_scenario(name: str) -> dict[str, Any]:
    from mock_knock.domain.scenario_format import write_scenario  # noqa: PLC0415  # comes with the fake
    from mock_knock.local import load_scenario  # noqa: PLC0415  # as above

    return write_scenario(load_scenario(name))


@lru_cache(maxsize=100)
def _read_seed(name: str) -> dict[str, Any]:
    from mock_knock.domain.seed_format import write_seed  # noqa: PLC0415  # comes with the fake
    from mock_knock.local import load_seed  # noqa: PLC0415  # as above

    return write_seed(load_seed(name))
