from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from mock_knock.cli import main, root
from mock_knock.local import load_scenario, running

README = Path(__file__).parents[1] / "README.md"
DOCS = sorted((README.parent / "docs").glob("*.md"))
TEXT = README.read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


COMMANDS = [
    line.partition("#")[0].strip()
    for block in blocks("sh")
    for line in block.splitlines()
    if line.startswith("mock-knock ")
]


def test_the_demo_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """The picture of the demo in the README is what the demo prints."""
    with pytest.raises(SystemExit) as ended:
        main(["demo"])
    assert 0 == ended.value.code
    assert blocks("text")[0].strip("\n") in capsys.readouterr().out


def test_the_sdk_example_runs() -> None:
    """The example with the official SDK works as it stands, with only the two variables set."""
    example = blocks("python")[0]
    with running() as server:
        environment = {**os.environ, "KNOCK_BASE_URL": server.url, "KNOCK_API_KEY": "sk_test_local"}
        done = subprocess.run(
            [sys.executable, "-c", example], env=environment, capture_output=True, text=True, check=False, timeout=60
        )
    assert (0, "") == (done.returncode, done.stderr)
    assert 4 == UUID(done.stdout.strip()).version


def test_the_six_lines_pass_in_a_new_project(tmp_path: Path) -> None:
    """The test in the README passes on the first try, in a folder with nothing else and without configuration."""
    example = blocks("python")[1]
    assert 6 == len(example.splitlines())
    (tmp_path / "test_welcome.py").write_text(example, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert (0, "") == (done.returncode, done.stderr)
    assert "1 passed" in done.stdout


def test_the_repair_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """The difference in the README is part of what `lint --diff` shows."""
    with pytest.raises(SystemExit) as ended:
        main(["lint", "bulk-identify-users-notify", "--diff"])
    assert 0 == ended.value.code
    (shown,) = blocks("diff")
    assert shown in capsys.readouterr().out


def test_the_scenario_is_one(tmp_path: Path) -> None:
    """The scenario in the README is read without a complaint."""
    (example,) = blocks("yaml")
    file = tmp_path / "readme.yaml"
    file.write_text(example, encoding="utf-8")
    scenario = load_scenario(str(file))
    assert (10, 30) == (scenario.bulk.every, scenario.bulk.timeline.processing.seconds)
    assert ["busy"] == [each.id for each in scenario.faults]


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_have_the_flags_they_show(line: str) -> None:
    """Every command line in the README is understood by the command it calls."""
    _, name, *arguments = shlex.split(line)
    with root.make_context("mock-knock", [name]) as context:  # as it runs: a command keeps the flags it first meets
        command = root.get_command(context, name)
        assert command is not None
        command.make_context(name, arguments, parent=context)


def test_commands_were_found() -> None:
    """The README shows commands at all, so the test above means something."""
    assert {"run", "lint", "explain"} <= {shlex.split(line)[1] for line in COMMANDS}


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", TEXT))
def test_links_lead_somewhere(link: str) -> None:
    """A link to a file of the project leads to one."""
    assert (README.parent / link).exists()


def test_every_page_is_named() -> None:
    """The README leads to every page of the documentation."""
    assert {f"docs/{page.name}" for page in DOCS} <= set(re.findall(r"\]\(([^)#:]+)\)", TEXT))


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:fixtures|contract_tests|mock_knock)/[\w./-]+)`", TEXT))))
def test_files_that_are_named_exist(path: str) -> None:
    """A file that the README names is there."""
    assert (README.parent / path).exists()
