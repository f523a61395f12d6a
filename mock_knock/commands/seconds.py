"""A number of seconds on the command line."""

from __future__ import annotations

import math
from typing import Any

import click

YEAR = 365 * 24 * 3600


class Seconds(click.FloatRange):
    """A number of seconds that a clock can wait for: at most a year, or less."""

    def __init__(self, most: float = YEAR, *, above_zero: bool = False) -> None:
        super().__init__(0, most, min_open=above_zero)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read a number; NaN, which is neither below nor above anything, is refused here."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number of seconds.", param, ctx)
        return number
