from __future__ import annotations

import threading

import pytest

USE = """
import os
import urllib.request
import knockapi
import mock_knock

seen = {}


def test_a_world(knock, knock_url, knock_client, knock_env):
    assert isinstance(knock, mock_knock.KnockWorld)
    assert knock.url == knock_url and knock_url.startswith("http://127.0.0.1:")
    assert isinstance(knock_client, knockapi.Knock)
    knock_client.users.update("ada", name="Ada")
    assert knock.users["ada"]["name"] == "Ada"
    assert os.environ["KNOCK_BASE_URL"] == knock_url == knock_env["KNOCK_BASE_URL"]
    assert os.environ["KNOCK_API_KEY"] == knock.api_key == knock_env["KNOCK_API_KEY"]
    knockapi.Knock().workflows.trigger("welcome", recipients=["ada"])
    knock.assert_triggered("welcome", recipient="ada", times=1)
    seen[knock.api_key] = knock.url


def test_another_world(knock):
    assert "KNOCK_API_KEY" not in os.environ
    assert knock.api_key not in seen and knock.url in seen.values()
    assert list(knock.users) == []
    knock.assert_not_requested()


def test_time(knock_clock, knock):
    begin = knock_clock.now
    assert knock.clock.now == begin
    assert (knock_clock.advance(minutes=1) - begin).total_seconds() == 60
    assert knock.admin.clock().is_standing


def test_world_alone(knock):
    with urllib.request.urlopen(knock.url + "/_mock/health") as answer:
        assert answer.status == 200
"""


def test_the_fixtures(project: pytest.Pytester) -> None:
    """Without any configuration each test gets a world of its own, the SDK, the environment and a time that stands."""
    project.makepyfile(USE)
    before = {each.name for each in threading.enumerate()}
    project.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=4)
    assert {each.name for each in threading.enumerate()} <= before | {"mock-knock"}


def test_the_fake_ends_with_the_session(project: pytest.Pytester) -> None:
    """Nothing listens any more once the session is over."""
    project.makepyfile(
        """
        import pathlib

        def test_it(knock):
            pathlib.Path("url").write_text(knock.url)
        """
    )
    result = project.runpytest_inprocess()
    result.assert_outcomes(passed=1)
    url = (project.path / "url").read_text()
    again = project.runpytest_inprocess("--knock-url", url)
    assert 3 == again.ret


def test_nothing_is_started_for_nothing(project: pytest.Pytester) -> None:
    """A session in which no test asks for a Knock loads nothing of it, although the plugin is there."""
    project.makepyfile(
        """
        import sys
        import threading

        def test_it(pytestconfig):
            assert pytestconfig.pluginmanager.has_plugin("mock-knock")
            loaded = {name for name in sys.modules if name.startswith("mock_knock")}
            assert loaded == {"mock_knock", "mock_knock.plain_imports", "mock_knock.pytest_plugin"}
            assert not {"flask", "waitress", "requests", "orjson"} & sys.modules.keys()
            assert not [each for each in threading.enumerate() if each.name == "mock-knock"]
        """
    )
    project.runpytest_subprocess().assert_outcomes(passed=1)


def test_fixtures_are_told_of(project: pytest.Pytester) -> None:
    """`pytest --fixtures` and `pytest --markers` say what each of them is for."""
    told = project.runpytest_inprocess("--fixtures").stdout
    for name in ("knock", "knock_client", "knock_env", "knock_clock", "knock_url*session scope*"):
        told.re_match_lines_random([rf"{name.replace('*', '.*')} .*-- .*pytest_plugin.py.*"])
    told.no_fnmatch_line("*_knock_worlds*")
    project.runpytest_inprocess("--markers").stdout.fnmatch_lines(["@pytest.mark.knock(scenario=None, timeline=None*"])


def test_a_missing_sdk(project: pytest.Pytester) -> None:
    """Without the official SDK `knock_client` fails with what to install, and nothing else does."""
    project.makepyfile(
        """
        import sys
        import pytest

        @pytest.fixture(autouse=True)
        def _without_sdk(monkeypatch):
            monkeypatch.setitem(sys.modules, "knockapi", None)

        def test_without(knock):
            assert knock.runs() == ()

        def test_with(knock_client):
            pass

        def test_called(knock):
            knock.client()
        """
    )
    result = project.runpytest_inprocess()
    result.assert_outcomes(passed=1, errors=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "knock_client: the official SDK is not installed [[]sdk-missing[]]",
            "  hint: python3 -m pip install knockapi",
            ">* knock.client()",
            "E  *UsageError: the official SDK is not installed [[]sdk-missing[]]",
        ]
    )
    result.stdout.no_fnmatch_line("*ImportError*")
    result.stdout.no_fnmatch_line("*During handling*")


def test_a_fixture_of_the_project(project: pytest.Pytester) -> None:
    """A project that has a fixture of the same name keeps its own."""
    project.makeconftest("import pytest\n\n@pytest.fixture\ndef knock():\n    return 'mine'\n")
    project.makepyfile("def test_it(knock):\n    assert knock == 'mine'\n")
    project.runpytest_inprocess().assert_outcomes(passed=1)


def test_modules_are_loaded_as_they_are(project: pytest.Pytester) -> None:
    """What a world needs is not rewritten by pytest, which would cost each session that may write no bytecode."""
    project.makeconftest('import pytest\n\npytest.register_assert_rewrite("mock_knock")')  # as for what is installed
    project.makepyfile(
        """
        import sys
        from importlib.machinery import SourceFileLoader

        def test_loaders(knock):
            own = [each for name, each in sys.modules.items() if name.startswith("mock_knock.")]
            rewritten = {each.__name__ for each in own if type(each.__spec__.loader) is not SourceFileLoader}
            assert rewritten <= {"mock_knock.plain_imports", "mock_knock.pytest_plugin"} and len(own) > 50
        """
    )
    project.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
