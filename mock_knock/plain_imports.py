"""Modules of this package loaded as they are, in a session of pytest too.

Whatever is installed together with a plugin pytest parses and rewrites itself, for the sake of `assert`. Here nothing
is won by that, and where no bytecode may be written (`PYTHONDONTWRITEBYTECODE`) each session pays for it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_OWN = "mock_knock."


class PlainFinder:
    """Finds the modules of this package the usual way, before anybody else is asked for them."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return how a module is loaded, None for what belongs to others."""
        return PathFinder.find_spec(name, path, target) if name.startswith(_OWN) else None


def import_plainly() -> None:
    """Let what is not loaded yet be loaded plainly."""
    if PlainFinder not in sys.meta_path:
        sys.meta_path.insert(0, PlainFinder)
