"""The pytest plugin: a Knock for each test, found without any configuration.

Fixtures: `knock` (a world of its own for each test), `knock_url`, `knock_client` (the official SDK), `knock_env` (the
environment that SDKs read), `knock_clock` (the time of the world, which stands). Marker:
`@pytest.mark.knock(scenario=..., timeline=..., seed=...)`. Options: `--knock-url`, `--knock-admin-token`, `--arazzo`,
`--arazzo-inputs`, `--arazzo-scenario`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    import knockapi

    from mock_knock.testing.world import KnockWorld, WorldTime
    from mock_knock.testing.worlds import Worlds

MARKER = "knock"
_MEMBERS = ("scenario", "timeline", "seed")
_DESCRIPTION = (
    "knock(scenario=None, timeline=None, seed=None): how the world of this test behaves (a bundled scenario by name, a "
    "file, or a mapping), how its bulk operations go (like 'immediate'), and what it begins with."
)


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
        help="run each workflow under this scenario, too; repeatable",
    )
    parser.addini("knock_url", "the address of a fake that runs already (--knock-url)")


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marker."""
    config.addinivalue_line("markers", _DESCRIPTION)


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
    world = _knock_worlds.new_world(f"sk_test_{uuid4().hex}")
    marked = read_marker(request.node)
    if {"scenario", "timeline"} & marked.keys():
        world.follow(marked.get("scenario"), timeline=marked.get("timeline"))
    if "seed" in marked:
        world.load(marked["seed"])
    return world


@pytest.fixture
def knock_client(knock: KnockWorld) -> Iterator[knockapi.Knock]:
    """Yield the official SDK for the world of this test."""
    with knock.client() as client:
        yield client


@pytest.fixture
def knock_env(knock: KnockWorld, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Set `KNOCK_BASE_URL` and `KNOCK_API_KEY` for the length of this test, and return them."""
    for name, value in knock.environment.items():
        monkeypatch.setenv(name, value)
    return knock.environment


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


def read_marker(node: pytest.Item) -> dict[str, Any]:
    """Return what the markers of a test say, the nearest one last; raises UsageError for what is not known."""
    found: dict[str, Any] = {}
    for marker in reversed([*node.iter_markers(MARKER)]):
        strangers = [*map(repr, marker.args), *(name for name in marker.kwargs if name not in _MEMBERS)]
        if strangers:
            known = ", ".join(f"{name}=" for name in _MEMBERS)
            raise pytest.UsageError(f"{node.nodeid}: @pytest.mark.knock takes {known}, not {', '.join(strangers)}")
        found.update(marker.kwargs)
    return found
