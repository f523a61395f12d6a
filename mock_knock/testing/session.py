"""The worlds of a pytest session: one fake for fixtures and collected flows alike."""

from __future__ import annotations

import pytest

from mock_knock.errors import MockKnockError
from mock_knock.testing.worlds import Worlds

_WORLDS = pytest.StashKey[Worlds]()
_UNREACHABLE = 3


def session_worlds(config: pytest.Config) -> Worlds:
    """Return where worlds come from; who asks first starts the fake, and it stops with the session.

    One that was named and does not answer ends the session.
    """
    if _WORLDS not in config.stash:
        url = config.getoption("--knock-url") or config.getini("knock_url")
        worlds = Worlds(url, config.getoption("--knock-admin-token"))
        try:
            config.stash[_WORLDS] = worlds.__enter__()
        except MockKnockError as error:
            pytest.exit(f"--knock-url: {error}", returncode=_UNREACHABLE)
        config.add_cleanup(worlds.close)
    return config.stash[_WORLDS]
