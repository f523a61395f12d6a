"""Projects of somebody who uses the plugin: a folder without any configuration."""

from __future__ import annotations

import os
import pkgutil
import shutil
from importlib import import_module
from pathlib import Path

import pytest

import mock_knock
from mock_knock.files import bundled
from tests.client.calls import Caller

ROOT = Path(__file__).parents[2]
FLOW = "bulk-identify-users-notify"


@pytest.fixture(scope="session", autouse=True)
def _everything_loaded() -> None:
    """Load each module of the package, and what it loads late.

    A session inside this one forgets what it was the first to load; loaded again, its classes would be others.
    """
    own = (each.name for each in pkgutil.walk_packages(mock_knock.__path__, "mock_knock."))
    for name in ("requests", "knockapi", *own):
        if name != "mock_knock.__main__":
            import_module(name)


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Return an empty project; what it starts takes this tree, and knows nothing of the session around it."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", ""))))
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest -p no:schemathesis")  # slow to load, and of no use
    for name in ("PYTEST_XDIST_WORKER", "KNOCK_BASE_URL", "KNOCK_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return pytester


@pytest.fixture
def flows(project: pytest.Pytester) -> Path:
    """Return a folder of the project with the published flow and its inputs beside it; descriptions lie next to it."""
    shutil.copytree(bundled("openapi"), project.path / "openapi")
    folder = project.mkdir("flows")
    shutil.copy(bundled("arazzo", f"{FLOW}.yaml"), folder / "notify.yaml")
    shutil.copy(bundled("inputs", f"{FLOW}.yaml"), folder / "notify.inputs.yaml")
    return folder


@pytest.fixture
def caller(knock: object) -> Caller:
    """Return a client of `/v1` in the world of this test."""
    return Caller(knock)  # type: ignore[arg-type]  # the fixture of the plugin
