"""The class of the machine that something was measured on."""

from __future__ import annotations

import os
import platform
from typing import Any


def machine() -> dict[str, Any]:
    """Return the class of this machine."""
    return {"cores": os.cpu_count(), "architecture": platform.machine(), "python": platform.python_version()}


def machine_class() -> str:
    """Return it as text."""
    found = machine()
    return f"{found['cores']} cores, {found['architecture']}, Python {found['python']}"
