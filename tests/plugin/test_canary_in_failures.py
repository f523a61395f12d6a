from __future__ import annotations

import pytest

import mock_knock
from mock_knock import FakeOptions
from mock_knock.web.guard import AccessRules
from tests.test_canary import CANARY, assert_silent

FAILING_TESTS = """
import os

import pytest
import mock_knock


def key():
    return os.environ["CANARY"]


@pytest.fixture
def world(knock):
    return mock_knock.KnockWorld(knock.url, key(), knock.admin.for_key(key()), knock.application)


@pytest.fixture
def env(world):
    return world.environment


def test_data(world):
    client, admin, users, clock = world.client(), world.admin, world.users, world.clock
    client.workflows.trigger("welcome", recipients=["ada"], data={"token": key(), "note": key()})
    world.assert_triggered("welcome", data={"token": key() + "y", "note": key() + "x"})


def test_requested(world):
    world.assert_requested("triggerWorkflow", header={"Authorization": key()}, recipient=key())


def test_wait(world):
    world.wait_for("triggerWorkflow", recipient=key(), timeout=0)


def test_order(world):
    world.assert_in_order({"recipient": key()}, {"user": key()})


def test_refused(world):
    world.admin.verify(**{key(): 1})


def test_fault(world):
    fault = world.fault("503-once")
    world.fault(on=key(), do={"status": 503})


def test_unreachable(world):
    admin = mock_knock.AdminClient("http://127.0.0.1:9", key(), token=key())
    admin.verify(operation=key())


def test_introspection(world, env):
    assert env == {"KNOCK_API_KEY": "other"}
    assert [world.api_key] == []


def test_environment(world, env, knock_env):
    assert (world, world.admin, env, knock_env) == ()


@pytest.mark.parametrize("scenario", ["500-once", "fails-midway", "reset"])
def test_flow(world, scenario):
    world.follow(scenario)
    world.run_flow(
        "bulk-identify-users-notify",
        {
            "users": [{"id": "ada", "token": key(), "note": key()}],
            "recipientIds": ["ada", key()],
            "workflowKey": key(),
            "data": {"x": key()},
        },
    )


def test_flow_that_cannot_be_run(world):
    world.run_flow("bulk-identify-users-notify", {"apiKey": [key()], "users": key()})


@pytest.mark.parametrize("name", ["fault", "follow", "load"])
def test_name(world, name):
    getattr(world, name)(key())


@pytest.mark.knock(seed={"version": 1, "users": [{"id": 7, "token": os.environ["CANARY"], os.environ["CANARY"]: 1}]})
def test_marker(knock):
    pass
"""


@pytest.mark.parametrize("options", [(), ("--showlocals", "-vv"), ("--tb=native",), ("--tb=short", "-rA")])
def test_failures_of_tests(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]) -> None:
    """What pytest shows of tests that fail has no canary: messages, values of frames, introspection, captured logs."""
    monkeypatch.setenv("CANARY", CANARY)
    project.makepyfile(FAILING_TESTS)
    result = project.runpytest_inprocess("-p", "no:cacheprovider", "--log-level=INFO", *options)
    result.assert_outcomes(failed=16, errors=1)
    assert_silent(result.stdout.str(), result.stderr.str() or "-")
    assert "sk_test_***cdef" in result.stdout.str()


def test_a_token(project: pytest.Pytester) -> None:
    """A token that a fake does not take is not told."""
    project.makepyfile("def test_it():\n    pass\n")
    with mock_knock.running(FakeOptions(rules=AccessRules(admin_token="another"))) as knock:
        result = project.runpytest_inprocess("--knock-url", knock.url, "--knock-admin-token", CANARY, "-vv")
    assert 4 == result.ret
    assert_silent(result.stdout.str(), result.stderr.str())
