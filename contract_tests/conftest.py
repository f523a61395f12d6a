"""The target of the black-box suite: a fake of its own by default, a URL, or the real API."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from uuid import uuid4

import pytest
import requests

from contract_tests.knock_api import KnockApi
from mock_knock.harness.transport import is_loopback
from mock_knock.local import FakeOptions, load_seed, running


@dataclass(frozen=True)
class Target:
    """Where the requests of the suite go; `is_fake` tells whether the fake's own controls are there."""

    url: str
    is_fake: bool


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the suite."""
    group = parser.getgroup("contract_tests")
    group.addoption("--target", default="in-process", metavar="URL", help="what the contract suite tests")
    group.addoption(
        "--live", action="store_true", help="allow a target that is not this machine: it notifies real people"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Describe the markers and refuse a target that is not this machine, unless it was asked for."""
    config.addinivalue_line("markers", "controls: needs the fake's own controls under /_mock")
    config.addinivalue_line("markers", "our_choice: pins what Knock does not document; skipped against the real API")
    url = config.getoption("--target")
    if url != "in-process" and not is_loopback(url):
        if not config.getoption("--live"):
            raise pytest.UsageError(f"{url} is not this machine: give --live if real people may be notified")
        if "KNOCK_API_KEY" not in os.environ:
            raise pytest.UsageError("set KNOCK_API_KEY to a key of an environment made for tests")


@pytest.fixture(scope="session")
def target(pytestconfig: pytest.Config) -> Iterator[Target]:
    """Yield the target; a fake of its own runs on a free port for the length of the session."""
    url = pytestconfig.getoption("--target")
    if url == "in-process":
        with running(FakeOptions(checks_responses=True)) as server:
            yield Target(server.url, is_fake=True)
    else:
        yield Target(url.rstrip("/"), is_fake=is_loopback(url) and _has_controls(url))


@pytest.fixture
def api_key(target: Target) -> str:
    """Return a key with a world of its own, or the one from the environment where there is just one world."""
    return os.environ["KNOCK_API_KEY"] if not target.is_fake else f"sk_test_{uuid4().hex}"


@pytest.fixture
def knock(target: Target, api_key: str, request: pytest.FixtureRequest) -> Iterator[KnockApi]:
    """Yield a client that judges every response; skip what this target cannot be asked."""
    for marker in ("controls", "our_choice"):
        if request.node.get_closest_marker(marker) and not target.is_fake:
            pytest.skip(f"{marker}: this target is not the fake")
    with requests.Session() as session:
        yield KnockApi(target.url, api_key, session)


@pytest.fixture(scope="session")
def seeded_url() -> Iterator[str]:
    """Yield the address of a fake with the bundled example, whose time stands still."""
    with running(FakeOptions(clock="manual", seed=load_seed("example"), checks_responses=True)) as server:
        yield server.url


@pytest.fixture
def seeded(seeded_url: str, api_key: str) -> Iterator[KnockApi]:
    """Yield a client of a world of its own in that fake."""
    with requests.Session() as session:
        yield KnockApi(seeded_url, api_key, session)


@pytest.fixture
def user_id() -> str:
    """Return an id that no other test uses, so that the suite can run against a shared environment."""
    return f"contract-{uuid4().hex}"


def _has_controls(url: str) -> bool:
    """Tell whether a target on this machine is the fake; one that does not answer ends the session."""
    try:
        return requests.get(f"{url}/_mock/health", timeout=10).status_code == HTTPStatus.OK
    except requests.RequestException:
        pytest.exit(f"nothing answers at {url}: is the server running?", returncode=3)
