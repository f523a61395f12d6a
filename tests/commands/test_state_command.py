from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result

from mock_knock.commands.state import command
from mock_knock.errors import MockKnockError, Unreachable
from mock_knock.local import FakeOptions, load_seed, running

KEY = {"Authorization": "Bearer sk_test_state"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Yield the address of a fake that begins with the bundled example and stands still."""
    with running(FakeOptions(seed=load_seed("example"), clock="manual")) as server:
        yield server.url


@pytest.fixture(autouse=True)
def at_the_beginning(url: str) -> None:
    """Put every world back to its beginning."""
    requests.post(f"{url}/_mock/reset?all=1", timeout=10).raise_for_status()


def call(url: str, *arguments: str) -> Result:
    """Run the command for one world."""
    found = CliRunner().invoke(
        command, [*arguments, "--url", url, "--api-key", "sk_test_state"], catch_exceptions=False
    )
    assert 0 == found.exit_code
    return found


def identify(url: str, id_: str) -> None:
    """Identify a user in the world of the command."""
    requests.put(f"{url}/v1/users/{id_}", json={"name": id_}, headers=KEY, timeout=10).raise_for_status()


def users(url: str, key: dict[str, str]) -> set[str]:
    """Return the ids of the users of a world."""
    return set(requests.get(f"{url}/_mock/users", headers=key, timeout=10).json()["ids"])


def test_what_was_exported_is_imported_again(url: str, tmp_path: Path) -> None:
    """A state that was written to a file is the same once it was read in, whatever came between."""
    before = users(url, KEY)
    file = tmp_path / "before.json"
    told = call(url, "export", str(file)).stderr
    assert told.startswith(f"{file}: {len(before)} users, ")
    identify(url, "late")
    assert call(url, "import", str(file)).stderr.startswith(f"now there are {len(before)} users, ")
    assert before == users(url, KEY)
    assert json.loads(file.read_text()) == json.loads(call(url, "show").stdout)


def test_an_export_is_a_seed(url: str, tmp_path: Path) -> None:
    """What was exported is what `serve --seed` takes."""
    call(url, "export", str(tmp_path / "before.json"))
    assert {each.row["id"] for each in load_seed(str(tmp_path / "before.json")).users} == users(url, KEY)


def test_snapshots(url: str) -> None:
    """A world goes back to what was kept under a name, and lists what was kept."""
    assert "" == call(url, "snapshots").stdout
    before = users(url, KEY)
    call(url, "snapshot", "clean")
    identify(url, "late")
    listed = call(url, "snapshots").stdout
    assert listed.startswith("clean  ")
    assert f"  {len(before)} users" in listed
    call(url, "restore", "clean")
    assert before == users(url, KEY)


def test_a_reset_of_one_world(url: str) -> None:
    """One world, or with --all every one, goes back to its beginning."""
    other = {"Authorization": "Bearer sk_test_other"}
    before = users(url, KEY)
    for key in (KEY, other):
        requests.put(f"{url}/v1/users/late", json={}, headers=key, timeout=10).raise_for_status()
    call(url, "reset")
    assert (before, before | {"late"}) == (users(url, KEY), users(url, other))
    call(url, "reset", "--all")
    assert before == users(url, other)


@pytest.mark.parametrize(
    ("text", "code"),
    [("- a\n", "seed-invalid"), ("nobody: knows\n", "invalid_params"), ("a: [\n", "yaml-syntax")],
)
def test_files_that_are_no_state(url: str, tmp_path: Path, text: str, code: str) -> None:
    """What is no state is refused with a code, and nothing changes."""
    file = tmp_path / "wrong.yaml"
    file.write_text(text)
    before = users(url, KEY)
    found = CliRunner().invoke(command, ["import", str(file), "--url", url, "--api-key", "sk_test_state"])
    assert isinstance(found.exception, MockKnockError)
    assert (code, before) == (found.exception.code, users(url, KEY))


def test_nobody_there() -> None:
    """A fake that does not run is told, with a remedy."""
    found = CliRunner().invoke(command, ["show", "--url", "http://127.0.0.1:1"])
    assert isinstance(found.exception, Unreachable)
    assert "mock-knock serve" in found.exception.hint
