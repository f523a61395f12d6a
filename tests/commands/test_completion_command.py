"""Shells complete commands, options, and the names of what is bundled."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.shell_completion import CompletionItem, ShellComplete

from mock_knock.arazzo.codes import SEVERITIES
from mock_knock.cli import COMMANDS, root
from mock_knock.commands.completion import PROGRAM, SHELLS, VARIABLE
from mock_knock.commands.demo_faults import DEMOS
from mock_knock.files import list_bundled
from mock_knock.gauntlets import choose_ordeals

if TYPE_CHECKING:
    from tests.commands.conftest import Call


def complete(*words: str) -> list[CompletionItem]:
    """Return what the last word can become."""
    return ShellComplete(root, {}, PROGRAM, VARIABLE).get_completions(list(words[:-1]), words[-1])


def plain(*words: str) -> list[str]:
    """Return the texts that the last word can become."""
    return [each.value for each in complete(*words) if each.type == "plain"]


def test_commands() -> None:
    """Commands are completed with what they do, without being imported."""
    assert list(COMMANDS.items()) == [(each.value, each.help) for each in complete("")]
    assert [name for name in COMMANDS if name.startswith("s")] == plain("s")
    assert [] == plain("x")


def test_commands_are_not_imported() -> None:
    """A shell that completes a command waits for none of the libraries behind them."""
    script = "import sys; from mock_knock.cli import main\ntry: main()\nfinally: sys.exit('flask' in sys.modules)"
    environment = {**os.environ, VARIABLE: "bash_complete", "COMP_WORDS": "mock-knock ru", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert (0, "plain,run\n") == (done.returncode, done.stdout)


@pytest.mark.parametrize("name", COMMANDS)
def test_options(name: str) -> None:
    """The options of every command are completed."""
    assert "--help" in plain(name, "--")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("serve", "--scenario"), "scenarios"),
        (("serve", "--seed"), "seeds"),
        (("exec", "--seed"), "seeds"),
        (("run",), "arazzo"),
        (("run", "x", "--inputs"), "inputs"),
        (("run", "x", "--scenario"), "scenarios"),
        (("lint", "x"), "arazzo"),
        (("gauntlet",), "arazzo"),
        (("gauntlet", "--inputs"), "inputs"),
        (("schedule",), "scenarios"),
    ],
)
def test_names_of_what_is_bundled(words: tuple[str, ...], kind: str) -> None:
    """Where a bundled file can be named its names are completed, beside files, which the shell knows better."""
    assert list(list_bundled(kind)) == plain(*words, "")
    assert "file" == complete(*words, "")[0].type
    assert [name for name in list_bundled(kind) if name.startswith("b")] == plain(*words, "b")


def test_words() -> None:
    """Faults, their kinds, codes, demonstrations, commands and shells are completed."""
    assert [each.fault for each in choose_ordeals()] == plain("gauntlet", "--fault", "")
    assert sorted({tag for each in choose_ordeals() for tag in each.tags}) == plain("gauntlet", "--tag", "")
    assert set(SEVERITIES) <= set(plain("explain", ""))
    assert ["enum-unhandled"] == plain("explain", "enum")
    assert list(DEMOS) == plain("demo", "")
    assert list(COMMANDS) == plain("config", "")
    assert list(SHELLS) == plain("completion", "")
    assert ["lenient", "strict"] == plain("run", "x", "--dialect", "")


@pytest.mark.parametrize("option", ["--ca-bundle", "--client-certificate"])
def test_files(option: str) -> None:
    """Where only a file makes sense the shell completes files."""
    assert [("file", "x")] == [(each.type, each.value) for each in complete("run", "f", option, "x")]


@pytest.mark.parametrize(
    "words",
    [
        ("run", "x", "--report", ""),
        ("gauntlet", "--", "python", ""),
        ("gauntlet", "x", "--", "python", ""),
        ("exec", "--", "python", ""),
        ("serve", "--port", "x", "--api-key", ""),
        ("config", "nothing", "--scenario", ""),
        ("nothing", "--scenario", ""),
    ],
)
def test_nothing_to_say(words: tuple[str, ...]) -> None:
    """Where nothing is known, or what was typed makes no sense, nothing breaks."""
    complete(*words)


def test_settings_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A settings file that cannot be used does not keep a shell from completing."""
    (tmp_path / "mock-knock.yaml").write_text("x: 1")
    monkeypatch.chdir(tmp_path)
    assert ["example"] == plain("serve", "--seed", "exa")


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script(call: Call, shell: str) -> None:
    """The script of each shell asks the program in the form of that shell."""
    called = call("completion", shell)
    assert (0, "") == (called.code, called.err)
    assert f"{VARIABLE}={shell}_complete" in called.out
    assert "mock-knock" in called.out


BASH = shutil.which("bash")
TRY = """
source <(mock-knock completion bash)
for line in "$@"; do
  COMP_WORDS=($line) COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
  _mock_knock_completion mock-knock
  echo "${COMPREPLY[@]}"
done
"""


@pytest.mark.skipif(BASH is None, reason="no bash here")
def test_a_real_bash(tmp_path: Path) -> None:
    """Bash completes commands, options and names with the script."""
    program = tmp_path / "mock-knock"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mock_knock "$@"\n')
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    lines = ["mock-knock ser", "mock-knock explain enum-u", "mock-knock serve --rate"]
    done = subprocess.run(
        [BASH or "", "--norc", "-c", TRY, "bash", *lines],
        env=environment, capture_output=True, text=True, check=False, timeout=60, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert ["serve", "enum-unhandled", "--rate-limits"] == done.stdout.splitlines(), done.stderr
