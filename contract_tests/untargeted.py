"""Loaded by Schemathesis (`SCHEMATHESIS_HOOKS`): no search for inputs that are accepted more often.

That search reorders and shrinks what was sent already: at 1,000 examples it took most of an hour for an operation and
sent nothing. Every example is generated all the same.
"""

from __future__ import annotations

import hypothesis


def _ignore(observation: float, *, label: str = "") -> float:
    """Take the place of `hypothesis.target`, which returns what it is told."""
    del label
    return observation


hypothesis.target = _ignore
