"""Projects of somebody who uses the plugin: a folder without any configuration."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from mock_knock.files import bundled
from tests.client.calls import Caller

ROOT = Path(__file__).parents[2]
FLOW = "bulk-identify-users-notify"


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
