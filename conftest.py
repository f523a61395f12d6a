"""Settings that both test folders share."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["pytester"]  # for the tests of the plugin

settings.register_profile("dev", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=25, derandomize=True)
settings.register_profile("full", deadline=None, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture
def golden_text() -> Callable[[Path, str], str]:
    """Return what reads the text of a golden file; with `REGENERATE_GOLDEN=1` it writes the one that was made first."""

    def read(golden: Path, made: str) -> str:
        if os.environ.get("REGENERATE_GOLDEN") == "1":
            golden.parent.mkdir(parents=True, exist_ok=True)
            golden.write_bytes(made.encode())
        return golden.read_bytes().decode()

    return read
