from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import requests
from werkzeug.test import Client

from mock_knock.domain.bulk_operation import Stage
from mock_knock.domain.scenario import Scenario
from mock_knock.domain.seed import Seed, SeededEntity
from mock_knock.errors import InvalidDocument, UsageError
from mock_knock.files import list_bundled
from mock_knock.local import FakeOptions, LocalFake, build_fake, load_scenario, load_seed, running, shared_clock
from mock_knock.served import served_descriptions, served_operations
from mock_knock.web.guard import AccessRules

START = datetime(2026, 1, 1, tzinfo=UTC)


class Watch:
    """A real time that a test moves by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Put a watch in the place of this machine's time."""
    made = Watch()
    monkeypatch.setattr("mock_knock.local._utc_now", made)
    return made


class User:
    """Somebody who uses a fake with a key of their own."""

    def __init__(self, fake: LocalFake, key: str = "sk_test_local") -> None:
        self._client = Client(fake.application)
        self._headers = {"Authorization": f"Bearer {key}"}

    def post(self, path: str, body: Any) -> Any:
        """Return the decoded answer to a POST."""
        return self._client.post(path, json=body, headers=self._headers).json

    def get(self, path: str) -> Any:
        """Return the decoded answer to a GET."""
        return self._client.get(path, headers=self._headers).json

    def identify(self) -> str:
        """Identify one user in bulk and return the id of the operation."""
        return str(self.post("/v1/users/bulk/identify", {"users": [{"id": "ada"}]})["id"])

    def status(self, operation: str) -> str:
        """Return the status that a poll of an operation reads."""
        return str(self.get(f"/v1/bulk_operations/{operation}")["status"])


@pytest.mark.parametrize("clock", ["real", "manual", "x1", "x60", "x99999"])
def test_clocks(watch: Watch, clock: str) -> None:
    """Every clock starts at the time of this machine."""
    fake = build_fake(FakeOptions(clock=clock))
    assert watch.now == datetime.fromisoformat(User(fake).get("/_mock/clock")["now"])


@pytest.mark.parametrize(("clock", "seconds"), [("real", 3.0), ("x1", 3.0), ("x60", 0.05), ("x99999", 3 / 99_999)])
def test_how_fast_a_clock_runs(watch: Watch, clock: str, seconds: float) -> None:
    """An operation that nobody polls completes after three seconds of the fake's own time."""
    user = User(build_fake(FakeOptions(clock=clock)))
    early, late = user.identify(), user.identify()
    watch.now += timedelta(seconds=seconds / 2)
    assert "processing" == user.status(early)
    watch.now += timedelta(seconds=seconds / 2, microseconds=1)
    assert "completed" == user.status(late)


@pytest.mark.parametrize("clock", ["real", "manual", "x60"])
def test_a_clock_begins_with_the_seed(watch: Watch, clock: str) -> None:
    """Where a seed says its instant, worlds begin at it, and from there their time goes as fast as it always does."""
    begin = datetime(2020, 2, 29, 12, tzinfo=UTC)
    user = User(build_fake(FakeOptions(clock=clock, seed=Seed(now=begin))))
    assert begin == datetime.fromisoformat(user.get("/_mock/clock")["now"])
    watch.now += timedelta(seconds=1)
    passed = {"real": 1, "manual": 0, "x60": 60}[clock]
    assert begin + timedelta(seconds=passed) == datetime.fromisoformat(user.get("/_mock/clock")["now"])


def test_a_manual_clock_stands_still(watch: Watch) -> None:
    """On a manual clock no time passes until it is moved, and each world has one of its own."""
    fake = build_fake(FakeOptions(clock="manual"))
    ada, grace = User(fake, "sk_test_ada"), User(fake, "sk_test_grace")
    operations = [user.identify() for user in (ada, grace)]
    watch.now += timedelta(days=1)
    assert START == datetime.fromisoformat(grace.get("/_mock/clock")["now"])
    ada.post("/_mock/clock/advance", {"seconds": 10})
    assert ["completed", "queued"] == [user.status(each) for user, each in zip((ada, grace), operations, strict=True)]


def test_worlds_can_share_a_clock() -> None:
    """A clock that is handed in is that of every world."""
    clock = shared_clock()
    fake = build_fake(clock=clock.clock)
    ada, grace = User(fake, "sk_test_ada"), User(fake, "sk_test_grace")
    operations = [user.identify() for user in (ada, grace)]
    clock.wait(10)
    assert ["completed"] * 2 == [user.status(each) for user, each in zip((ada, grace), operations, strict=True)]


@pytest.mark.parametrize(
    "clock",
    ["", "fast", "60", "x", "x0", "x060", "x-1", "x1.5", "x\u0663", "x²", "X60", "x60 ", "x100000", "x" + "9" * 5_000,
     "realx", "manual "],
)  # fmt: skip
def test_what_is_no_clock(clock: str) -> None:
    """A clock that does not exist is refused with the ones that do."""
    with pytest.raises(UsageError) as caught:
        build_fake(FakeOptions(clock=clock))
    assert "clock-unknown" == caught.value.code
    assert "real, manual, or x60" in caught.value.hint


def test_the_clock_of_a_run_is_the_fakes() -> None:
    """Waiting in a run inside the fake's own time moves the fake, and takes none of ours."""
    shared = shared_clock()
    before = shared.clock.now()
    assert (before, before.timestamp()) == (shared.now(), shared.seconds())
    shared.wait(3600)
    assert (before + timedelta(hours=1), before.timestamp() + 3600) == (shared.clock.now(), shared.seconds())


def test_fakes_do_not_know_each_other() -> None:
    """Two fakes in one process share nothing, not even for the same key."""
    first, second = User(build_fake()), User(build_fake())
    operation = first.identify()
    assert [operation] == [each["id"] for each in first.get("/_mock/state")["bulk_operations"]]
    assert [] == second.get("/_mock/state")["bulk_operations"]


def test_ids_are_new_uuids() -> None:
    """The fake names what it makes with random UUIDs."""
    user = User(build_fake())
    ids = {user.identify() for _ in range(3)}
    assert [4, 4, 4] == [UUID(each).version for each in ids]


def test_a_fake_follows_its_scenario_and_rules() -> None:
    """Scenario and access rules given to the assembly are those of the fake."""
    scenario = load_scenario("immediate")
    fake = build_fake(FakeOptions(scenario=scenario, rules=AccessRules(api_keys=frozenset({"sk_test_mine"}))))
    assert scenario is fake.scenario
    mine = User(fake, "sk_test_mine")
    assert "completed" == mine.status(mine.identify())
    assert "api_key_missing" == User(fake).get("/v1/bulk_operations/x")["code"]


@pytest.mark.parametrize("name", list_bundled("scenarios"))
def test_bundled_scenarios(name: str) -> None:
    """Every bundled scenario is read by its name, and says what it shows."""
    scenario = load_scenario(name)
    assert name == scenario.name
    assert scenario.description


def test_no_scenario() -> None:
    """Without a name everything is as it is by default."""
    assert Scenario() == load_scenario(None)


@pytest.mark.parametrize("name", ["mine.yaml", "./mine.yaml", "folder/mine.yml", "mine.json", "mine"])
def test_scenarios_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A file is read as a scenario, named for the file; a name without a dot will do when there is such a file."""
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path(name).write_text('{"version": 1, "bulk": {"every": 2, "progress": {"queued": {"polls": 7}}}}')
    found = load_scenario(name)
    assert ("mine", 2, Stage(polls=7)) == (found.name, found.bulk.every, found.bulk.timeline.queued)


def test_a_bundled_scenario_beats_a_file_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of a bundled scenario means that one, whatever lies in the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("immediate").write_text("version: 2")
    assert Stage(polls=0) == load_scenario("immediate").bulk.timeline.queued


@pytest.mark.parametrize("name", ["", "nothing", "Immediate", "stuck queued", "a" * 5_000, "a\0b"])
def test_scenarios_that_do_not_exist(name: str) -> None:
    """A name that is neither bundled nor a file is refused with the bundled names."""
    with pytest.raises(UsageError) as caught:
        load_scenario(name)
    assert "scenario-unknown" == caught.value.code
    assert all(each in caught.value.hint for each in list_bundled("scenarios"))


@pytest.mark.parametrize(
    ("name", "code"),
    [("mine.yaml", "file-missing"), ("a/b", "file-missing"), ("a\\b", "file-missing"), (".", "file-is-directory"),
     ("../x", "file-missing")],
)  # fmt: skip
def test_scenario_files_that_do_not_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: str
) -> None:
    """What looks like a path is taken for one, and missed as a file."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidDocument) as caught:
        load_scenario(name)
    assert code == caught.value.code


def test_mistakes_in_a_scenario_file(tmp_path: Path) -> None:
    """Every mistake in a scenario file is told with its line and column."""
    file = tmp_path / "mine.yaml"
    file.write_text("version: 1\nseed: -1\nbulk:\n  outcome: maybe\n  every: 0\n")
    with pytest.raises(InvalidDocument) as caught:
        load_scenario(str(file))
    assert [f"{file}:2:1", f"{file}:4:3", f"{file}:5:3"] == [finding.where for finding in caught.value.findings]


@pytest.fixture
def threads() -> Iterator[set[threading.Thread]]:
    """Yield the threads that were there before, and check that no other is left."""
    before = set(threading.enumerate())
    yield before
    assert before == set(threading.enumerate())


def test_running_on_a_port(threads: set[threading.Thread]) -> None:
    """Within the block the fake answers on a free port of this machine, after it nobody does."""
    with running() as server:
        assert server.url.startswith("http://127.0.0.1:")
        assert 200 == requests.get(f"{server.url}/_mock/health", timeout=10).status_code
        assert "mock-knock" in {thread.name for thread in set(threading.enumerate()) - threads}
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{server.url}/_mock/health", timeout=10)


def test_a_block_that_fails_ends_the_server(threads: set[threading.Thread]) -> None:
    """An error within the block passes through and leaves no server behind."""
    assert threads
    with pytest.raises(KeyError, match="mine"), running() as server:
        raise KeyError("mine")
    with pytest.raises(requests.ConnectionError):
        requests.get(server.url, timeout=10)


def test_running_on_a_port_that_is_taken() -> None:
    """A port that somebody listens on is refused with the way out."""
    with running() as server, pytest.raises(UsageError) as caught, running(port=int(server.effective_port)):
        pytest.fail("two servers on one port")
    assert "port-in-use" == caught.value.code
    assert "--port 0" in caught.value.hint


def test_many_servers_side_by_side() -> None:
    """Servers of one process have ports and worlds of their own."""
    with running() as first, running(FakeOptions(scenario=load_scenario("immediate"))) as second:
        assert first.url != second.url
        body, headers = {"users": [{"id": "ada"}]}, {"Authorization": "Bearer sk_test_local"}
        requests.post(f"{second.url}/v1/users/bulk/identify", json=body, headers=headers, timeout=10)
        states = [requests.get(f"{each.url}/_mock/state", timeout=10).json() for each in (first, second)]
    assert [0, 1] == [len(state["bulk_operations"]) for state in states]


def test_many_clients_at_once() -> None:
    """A server answers many clients, each in the world of its key."""
    with running() as server, ThreadPoolExecutor(8) as pool:
        keys = [f"sk_test_{number:08}" for number in range(16)]

        def identify(key: str) -> int:
            body, headers = {"users": [{"id": key}]}, {"Authorization": f"Bearer {key}"}
            answer = requests.post(f"{server.url}/v1/users/bulk/identify", json=body, headers=headers, timeout=30)
            state = requests.get(f"{server.url}/_mock/state", headers=headers, timeout=30).json()
            return answer.status_code * len(state["bulk_operations"])

        assert [200] * 16 == list(pool.map(identify, keys))


def test_served_operations() -> None:
    """Each operation of the bundled descriptions has a judge, under its operationId."""
    found = {name: (each.operation.method, each.operation.path) for name, each in served_operations().items()}
    assert ("POST", "/v1/users/bulk/identify") == found["bulkIdentifyUsers"]
    assert found == {
        each.operation_id: (each.method, each.path)
        for description in served_descriptions()
        for each in description.operations
    }


def test_descriptions_are_loaded_once() -> None:
    """However many fakes are built, the descriptions are read and repaired once."""
    assert served_descriptions() is served_descriptions()
    assert served_operations() is served_operations()


def test_bundled_seeds() -> None:
    """Each bundled seed can be read by its name."""
    assert ("example", "official-sdk") == list_bundled("seeds")
    assert all(load_seed(name).users for name in list_bundled("seeds"))
    assert Seed() == load_seed(None)


def test_a_seed_from_a_file(tmp_path: Path) -> None:
    """A seed can be a file; what is wrong in it is told with its line."""
    path = tmp_path / "seed.yaml"
    path.write_text("version: 1\nusers:\n  - id: ada\n")
    assert (SeededEntity({"id": "ada"}),) == load_seed(str(path)).users
    path.write_text("version: 1\nuser: []\n")
    with pytest.raises(InvalidDocument, match=r"'user' is not known here") as refused:
        load_seed(str(path))
    assert str(refused.value.findings[0].where).endswith("seed.yaml:2:1")


def test_users_of_a_seed_keep_the_contract(tmp_path: Path) -> None:
    """Users of a seed are held against the contract of an identify, with the place of what breaks it."""
    path = tmp_path / "seed.yaml"
    path.write_text("version: 1\nusers:\n  - id: ada\n    name: 7\n  - id: bob\n    email: [x]\n")
    with pytest.raises(InvalidDocument) as refused:
        load_seed(str(path))
    found = [(each.code, str(each.where).rpartition("seed.yaml")[2]) for each in refused.value.findings]
    assert [("seed-invalid", ":4:5"), ("seed-invalid", ":6:5")] == found


def test_a_seed_that_does_not_exist() -> None:
    """A name that is neither bundled nor a file is refused, with the bundled names."""
    with pytest.raises(UsageError, match="there is no seed 'nothing'") as refused:
        load_seed("nothing")
    assert "example" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("tenants:\n  - id: acme\n    settings: 7\n", ":4:5"),
        ("objects:\n  - id: p1\n    collection: projects\n    preferences: {default: {channels: 7}}\n", ":5:29"),
        ("users:\n  - id: ada\n    channel_data: {c: {}}\n", ":4:20"),
        ("users:\n  - id: a/b\n", ":3:5"),
    ],
)
def test_everybody_in_a_seed_keeps_the_contract(tmp_path: Path, text: str, place: str) -> None:
    """What no request could bring is refused in a seed as well, so that no rule meets it."""
    path = tmp_path / "seed.yaml"
    path.write_text(f"version: 1\n{text}")
    with pytest.raises(InvalidDocument, match="this breaks the contract") as refused:
        load_seed(str(path))
    assert place == str(refused.value.findings[0].where).rpartition("seed.yaml")[2]


def test_large_seeds(tmp_path: Path) -> None:
    """A seed has no limit of users, and of many problems fifty are told."""
    path = tmp_path / "seed.yaml"
    path.write_text("version: 1\nusers:\n" + "".join(f"  - {{id: u{index}}}\n" for index in range(1_500)))
    assert 1_500 == len(load_seed(str(path)).users)
    path.write_text("version: 1\nusers:\n" + "".join(f"  - {{id: u{index}, name: 7}}\n" for index in range(80)))
    with pytest.raises(InvalidDocument) as refused:
        load_seed(str(path))
    assert 50 == len(refused.value.findings)
