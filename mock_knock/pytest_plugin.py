"""The pytest plugin: a Knock for each test, found without any configuration.

Fixtures: `knock` (a world of its own for each test), `knock_url`, `knock_client` (the official SDK), `knock_env` (the
environment that SDKs read), `knock_clock` (the time of the world, which stands). Marker:
`@pytest.mark.knock(scenario=..., timeline=..., seed=...)`. Options: `--knock-url`, `--knock-admin-token`, `--arazzo`,
`--arazzo-inputs`, `--arazzo-scenario`. docs/testing.md tells the rest.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mock_knock.plain_imports import import_plainly

if TYPE_CHECKING:
    import knockapi

    from mock_knock.testing.parts import WorldTime
    from mock_knock.testing.world import KnockWorld
    from mock_knock.testing.worlds import Worlds

MARKER = "knock"
_DESCRIPTION = (
    "knock(scenario=None, timeline=None, seed=None): how the world of this test behaves (a bundled scenario by name, a "
    "file, or a mapping), how its bulk operations go (like 'immediate'), and what it begins with."
)
_ERRORS = "mock_knock.errors"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("knock", "a local Knock (mock-knock)")
    group.addoption("--knock-url", metavar="URL", help="use the fake that runs there, not one of this session")
    group.addoption("--knock-admin-token", metavar="TOKEN", help="what that fake asks for under /_mock")
    group.addoption(
        "--arazzo", action="store_true", help="collect Arazzo documents as tests, an item for each workflow"
    )
    group.addoption("--arazzo-inputs", metavar="FILE", help="inputs of every workflow; else <document>.inputs.yaml")
    group.addoption(
        "--arazzo-scenario",
        action="append",
        metavar="NAME|FILE",
        help="run each workflow under this scenario in place of the usual one; repeatable",
    )
    parser.addini("knock_url", "the address of a fake that runs already (--knock-url)")


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marker, and see to it that loading what fixtures need costs no more than elsewhere."""
    import_plainly()
    config.addinivalue_line("markers", _DESCRIPTION)


def pytest_sessionstart(session: pytest.Session) -> None:
    """See whether the fake answers that the command line names: before anything is collected, and in one place."""
    config = session.config
    if config.getoption("--knock-url") and not hasattr(config, "workerinput"):
        from mock_knock.testing.session import session_worlds  # noqa: PLC0415  # most sessions need nothing of it

        session_worlds(config)


@pytest.fixture(scope="session")
def _knock_worlds(pytestconfig: pytest.Config) -> Worlds:
    """Return where worlds come from."""
    from mock_knock.testing.session import session_worlds  # noqa: PLC0415  # sessions without a fixture need nothing of it

    return session_worlds(pytestconfig)


@pytest.fixture(scope="session")
def knock_url(_knock_worlds: Worlds) -> str:
    """Return the address of the fake, for `KNOCK_BASE_URL`."""
    return _knock_worlds.url


@pytest.fixture
def knock(_knock_worlds: Worlds, request: pytest.FixtureRequest) -> KnockWorld:
    """Return a world of the fake that only this test has: its own key, facts, time, faults and journal."""
    world = _knock_worlds.new_world()
    if request.node.get_closest_marker(MARKER) is not None:
        from mock_knock.testing.failures import told_plainly  # noqa: PLC0415  # most tests have no marker
        from mock_knock.testing.marking import follow_markers  # noqa: PLC0415  # as above

        with told_plainly(f"@pytest.mark.{MARKER}"):
            follow_markers(world, request.node)
    return world


@pytest.fixture
def knock_client(knock: KnockWorld) -> Iterator[knockapi.Knock]:
    """Yield the official SDK for the world of this test."""
    from mock_knock.testing.failures import told_plainly  # noqa: PLC0415  # most tests have no use for it

    with told_plainly("knock_client"):
        client = knock.client()
    with client:
        yield client


@pytest.fixture
def knock_env(knock: KnockWorld, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Set `KNOCK_BASE_URL` and `KNOCK_API_KEY` for the length of this test, and return them."""
    environment = knock.environment
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return environment


@pytest.fixture
def knock_clock(knock: KnockWorld) -> WorldTime:
    """Return the time of the world of this test, which stands until the test moves it."""
    knock.clock.freeze()
    return knock.clock


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect an Arazzo document, when that was asked for."""
    if not parent.config.getoption("--arazzo"):
        return None
    from mock_knock.testing.flow_items import ArazzoFile, is_flow  # noqa: PLC0415  # nobody else needs it

    return ArazzoFile.from_parent(parent, path=file_path) if is_flow(file_path) else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Let a failure by an error of this package say what is wrong and how to mend it, and no more."""
    if call.excinfo is not None and _ERRORS in sys.modules and not item.config.getoption("fulltrace"):
        from mock_knock.testing.failures import shortened  # noqa: PLC0415  # only failures need it

        call.excinfo = shortened(call.excinfo)
