"""Variables that look like settings and are none, mostly a slip of the pen."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from mock_knock.commands.arguments import ENVIRONMENT_PREFIX
from mock_knock.commands.configured import PREFIX, ConfiguredCommand

_ALIKE = 0.85
"""How alike two names must be for one to be a slip of the pen."""
ROOT_VARIABLES = (f"{PREFIX}_CONFIG", f"{PREFIX}_NO_CONFIG")


def find_unknown_variables(commands: Sequence[ConfiguredCommand]) -> Iterator[str]:
    """Yield a sentence about each variable of this name that no command knows."""
    options = (option for command in commands for option in command.settable())
    known = [*ROOT_VARIABLES, *(name for option in options for name in option.envvar or ())]
    for name in sorted(os.environ):
        if name.startswith(f"{PREFIX}_") and name not in known and not name.startswith(ENVIRONMENT_PREFIX):
            near = get_close_matches(name, known, 1, _ALIKE)
            yield f"no command knows the variable {name}" + (f": did you mean {near[0]}?" if near else "")
