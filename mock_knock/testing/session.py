"""The worlds of a pytest session: one fake for fixtures and collected flows alike."""

from __future__ import annotations

from typing import NoReturn

import pytest

from mock_knock.client import AdminRefused
from mock_knock.errors import MockKnockError, Unreachable
from mock_knock.testing.worlds import Worlds

OPTION = "--knock-url"
TOKEN_OPTION = "--knock-admin-token"  # noqa: S105  # the name of an option
UNREACHABLE, REFUSED = 3, 4
"""Exit codes: nobody answers, or the session is not set up as it must be."""
_WORLDS = pytest.StashKey[Worlds]()
_ERROR = pytest.StashKey[MockKnockError]()
_HINTS = {
    "admin_token_required": f"give it with {TOKEN_OPTION}",
    "admin_token_missing": f"start it with --admin-token, and give that with {TOKEN_OPTION}",
    "api_key_missing": "start it without --api-key and without keys in its seed: each test has a key of its own",
    "host_refused": "start it with --allowed-host and the name in the address",
}


def session_worlds(config: pytest.Config) -> Worlds:
    """Return where worlds come from; who asks first starts the fake, and it stops with the session.

    One that was named and cannot be used ends the session.
    """
    if _ERROR in config.stash:
        _give_up(config, config.stash[_ERROR])
    if _WORLDS not in config.stash:
        worlds = Worlds(named_url(config), config.getoption(TOKEN_OPTION))
        try:
            config.stash[_WORLDS] = worlds.__enter__()
        except MockKnockError as error:
            config.stash[_ERROR] = error
            _give_up(config, error)
        config.add_cleanup(worlds.close)
    return config.stash[_WORLDS]


def named_url(config: pytest.Config) -> str:
    """Return the address of a fake that runs already, or nothing."""
    url: str = config.getoption(OPTION) or config.getini("knock_url")
    return url


def _give_up(config: pytest.Config, error: MockKnockError) -> NoReturn:
    hint = _HINTS.get(error.code, error.hint) if isinstance(error, AdminRefused) else error.hint
    remedy = f"\n  hint: {hint}" if hint else ""
    message = f"{OPTION}: {error.where or named_url(config)}: {error.what} [{error.code}]{remedy}"
    if hasattr(config, "workerinput"):  # a worker of pytest-xdist that ends spoils the whole session
        pytest.fail(message, pytrace=False)
    pytest.exit(message, returncode=UNREACHABLE if isinstance(error, Unreachable) else REFUSED)
