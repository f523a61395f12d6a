from __future__ import annotations

import socket
import threading
import unittest
from pathlib import Path

import pytest

import mock_knock
from mock_knock import FakeOptions, KnockWorld, Unreachable, UsageError
from mock_knock.client import AdminRefused
from mock_knock.domain.seed_format import parse_seed
from mock_knock.testing.embedded import InProcessSender, open_world
from mock_knock.testing.worlds import Worlds
from mock_knock.web.guard import AccessRules
from tests.client.calls import Caller

SEED = {"version": 1, "users": [{"id": "ada"}]}


class UnitTest(unittest.TestCase):
    """A test of unittest, as the documentation has it."""

    def setUp(self) -> None:
        """Start a fake for each test."""
        self.knock = self.enterContext(mock_knock.running())

    def test_welcome(self) -> None:
        """A fake can be used in a class of unittest."""
        Caller(self.knock).trigger("welcome", "ada")
        self.knock.assert_triggered("welcome", recipient="ada")
        self.knock.assert_not_triggered("goodbye")


def test_a_fake_for_a_block() -> None:
    """A fake listens for the length of a block, and its thread ends with it."""
    with mock_knock.running() as knock:
        assert isinstance(knock, KnockWorld)
        assert "sk_test_local" == knock.api_key
        with mock_knock.AdminClient(knock.url) as client:
            assert "ok" == client.health()["status"]
            name = [each.name for each in threading.enumerate() if each.name == "mock-knock"]
            assert name
    with pytest.raises(Unreachable):
        client.health()


def test_how_it_is_set_up(tmp_path: Path) -> None:
    """Scenario, timeline, seed and clock are taken by name, from a file and as they are."""
    seed = tmp_path / "seed.yaml"
    seed.write_text("version: 1\nusers: [{id: bob}]\n")
    with mock_knock.running(scenario="503-once", timeline="immediate", seed=SEED, clock="manual") as knock:
        assert (["ada"], ["503-once"]) == ([*knock.users], [each.id for each in knock.admin.faults()])
        assert knock.admin.clock().is_standing
        assert 0 == knock.admin.scenario()["bulk"]["progress"]["queued"]["polls"]
        knock.reset()
        assert ["ada"] == [*knock.users]
    with mock_knock.running(seed=seed) as knock:
        assert ["bob"] == [*knock.users]
    with mock_knock.running(seed="example", timeline={"queued": {"polls": 4}}) as knock:
        assert "ada" in knock.users
        assert 4 == knock.admin.scenario()["bulk"]["progress"]["queued"]["polls"]


def test_options_of_a_fake() -> None:
    """Whatever else a fake can be told goes through its options; what is said beside them counts more."""
    options = FakeOptions(clock="manual", rules=AccessRules(admin_token="t0ken"), seed=parse_seed(SEED))
    with mock_knock.running(options) as knock:
        assert (["ada"], True) == ([*knock.users], knock.admin.clock().is_standing)
    with mock_knock.running(options, clock="real", seed={"version": 1}) as knock:
        assert ([], False) == ([*knock.users], knock.admin.clock().is_standing)
    keys = {"version": 1, "keys": [{"key": "sk_test_of_the_seed", "environment": "test"}]}
    with mock_knock.running(seed=keys) as knock:
        assert "sk_test_of_the_seed" == knock.api_key
        assert [] == [*knock.users]


def test_what_cannot_be() -> None:
    """A port that is in use, and names that are unknown, are refused."""
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(UsageError, match="port-in-use"),
        mock_knock.running(port=taken.getsockname()[1]),
    ):
        pass
    for options in ({"scenario": "nope"}, {"seed": "nope"}, {"clock": "nope"}):
        with pytest.raises(UsageError, match=r"-unknown\]"), mock_knock.running(**options):  # type: ignore[arg-type]  # texts
            pass


def test_many_at_a_time() -> None:
    """Many fakes live in one process and know nothing of each other."""
    with mock_knock.running(seed=SEED) as one, mock_knock.running() as other:
        assert one.url != other.url
        assert (["ada"], []) == ([*one.users], [*other.users])


def test_a_world_of_a_server() -> None:
    """The world of any key of a server in this process can be opened."""
    with mock_knock.local.running() as server:
        world = open_world(server, "sk_test_x")
        Caller(world).set_user("ada")
        assert ["ada"] == [*world.users]
        assert [] == [*open_world(server, "sk_test_y").users]


def test_a_fake_without_an_answer() -> None:
    """An application that gives no answer is no fake that answers."""

    def silent(*_: object) -> list[bytes]:
        raise mock_knock.messages.AnswerLost(mock_knock.messages.TransportFailure("reset", "cut off"))

    admin = mock_knock.AdminClient(sender=InProcessSender(silent))
    with admin, pytest.raises(Unreachable, match="fake-unreachable"):
        admin.health()


def test_worlds() -> None:
    """Worlds are of one fake, each with a key of its own, and are there in a block alone."""
    with pytest.raises(RuntimeError, match="in a `with` statement only"):
        Worlds().new_world()
    with Worlds() as own, Worlds(own.url) as named:
        assert own.url == named.url
        one, other, third = own.new_world(), own.new_world(), named.new_world()
        assert 3 == len({each.api_key for each in (one, other, third)})
        assert (True, True, False) == tuple(each.application is not None for each in (one, other, third))
        one.load(SEED)
        assert [["ada"], [], []] == [[*each.users] for each in (one, other, third)]
    with pytest.raises(Unreachable), Worlds(own.url):
        pass


def test_worlds_of_a_fake_that_is_closed() -> None:
    """A fake that lets nobody in is told apart from one that is not there."""
    with mock_knock.running(FakeOptions(rules=AccessRules(admin_token="t0ken"))) as knock:
        with pytest.raises(AdminRefused, match="admin_token_required"), Worlds(knock.url):
            pass
        with Worlds(knock.url, "t0ken") as worlds:
            assert [] == [*worlds.new_world().users]
