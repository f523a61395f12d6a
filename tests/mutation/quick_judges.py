"""Keeps the judges of descriptions that have been met before: building one takes longer than all else of a mutant."""

from __future__ import annotations

import sys
from functools import lru_cache
from types import ModuleType

import orjson

from mock_knock.contract.description import Description
from mock_knock.contract.judge import Judge


def remember_judges() -> None:
    """Let every module of the package that builds judges take a known one for a known description."""
    for module in [*sys.modules.values()]:
        if isinstance(module, ModuleType) and module.__name__.startswith("mock_knock."):
            for name, value in [*vars(module).items()]:
                if value is Judge and module.__name__ != Judge.__module__:
                    setattr(module, name, known_judge)


def known_judge(description: Description) -> Judge:
    """Return the judge of a description."""
    try:
        key = orjson.dumps(description.document)
    except TypeError:  # a number too large for this library
        return Judge(description)
    return _judge(key, _Same(description))


class _Same:
    """A description that the key of the cache stands for."""

    def __init__(self, description: Description) -> None:
        self.description = description

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.description.name == self.description.name

    def __hash__(self) -> int:
        return hash(self.description.name)


@lru_cache(maxsize=64)
def _judge(_key: bytes, same: _Same) -> Judge:
    return Judge(same.description)
