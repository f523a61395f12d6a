"""What a run makes of descriptions that cannot be used to judge by."""

from __future__ import annotations
