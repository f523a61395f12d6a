from __future__ import annotations

import pytest

from mock_knock.local import running

USE = """
import pathlib
import pytest


@pytest.mark.parametrize("number", range(8))
def test_many(knock, knock_env, number, worker_id):
    assert list(knock.users) == []
    knock.load({"version": 1, "users": [{"id": f"user-{number}"}]})
    assert list(knock.users) == [f"user-{number}"]
    (pathlib.Path("urls") / f"{worker_id}-{number}").write_text(knock.url)
"""


def urls(project: pytest.Pytester) -> dict[str, set[str]]:
    """Return the addresses that each worker saw, and forget them."""
    found: dict[str, set[str]] = {}
    for file in (project.path / "urls").iterdir():
        found.setdefault(file.name.partition("-")[0], set()).add(file.read_text())
        file.unlink()
    return found


def test_workers(project: pytest.Pytester) -> None:
    """Each worker of pytest-xdist starts a fake of its own; with `--knock-url` they share one and not its worlds."""
    project.makepyfile(USE)
    project.mkdir("urls")
    project.runpytest_inprocess("-n", "2", "--dist", "each").assert_outcomes(passed=16)
    own = urls(project)
    assert (2, 1, 1) == (len(own), *(len(each) for each in own.values()))
    assert 2 == len(set.union(*own.values()))
    with running() as server:
        project.runpytest_inprocess("-n", "2", "--dist", "each", "--knock-url", server.url).assert_outcomes(passed=16)
    assert {server.url} == set.union(*urls(project).values())
