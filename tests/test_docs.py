"""Every example in docs/ and every console example in the README is carried out, page by page.

A file stands below a paragraph that is its name in backticks and a colon. A `$ ` line of a console block is given to a
shell; what follows must be its output, stdout and stderr as they come, where `...` stands for anything, on a line of
its own for any lines. A `text` block right behind a Python block is its output.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest
import yaml

from mock_knock.arazzo.codes import SEVERITIES
from mock_knock.arazzo.repairs.repair import MENDED_CODES
from mock_knock.commands.arguments import read_inputs
from mock_knock.domain.channel import DEFAULT_CHANNELS
from mock_knock.gauntlets import choose_ordeals, flow_client
from mock_knock.harness.gauntlet import Cell, run_gauntlet
from mock_knock.local import load_scenario
from mock_knock.report.gauntlet.gauntlet_terminal import MARKS

ROOT = Path(__file__).parents[1]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
LINT = ROOT / "docs" / "lint.md"
BLOCK = re.compile(
    r"(?:^`(?P<file>[\w.-]+)`:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```\n", re.DOTALL | re.MULTILINE
)
FAULTS = ROOT / "docs" / "faults.md"
FAULT_ROWS = re.compile(r"(?<=`python -m tests.test_docs` -->\n).*?(?=<!-- end of faults -->)", re.DOTALL)
README = ROOT / "README.md"
MATRICES = re.compile(r"(?<=`python -m tests.test_docs` -->\n).*?(?=<!-- end of matrices -->)", re.DOTALL)
CODES = re.compile(r"(?<=`python -m tests.test_docs` -->\n).*?(?=<!-- end of codes -->)", re.DOTALL)
README_APART = "from knockapi import"
"""What marks the example of the README that needs a server, which has a test of its own."""


@dataclass(frozen=True, slots=True)
class Block:
    """A code block of a page; `file` is the name it is to be written under, `output` the text block behind it."""

    language: str
    text: str
    file: str | None = None
    output: str = ""


def blocks(page: Path) -> Iterator[Block]:
    """Yield the code blocks of a page in order."""
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        behind = BLOCK.match(text, match.end() + 1)
        output = behind["text"] if behind and behind["language"] == "text" else ""
        yield Block(match["language"], match["text"], match["file"], output)


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield the commands of a console block with the output each is shown with."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def pattern(shown: str) -> str:
    """Return the regular expression of an output in which `...` stands for anything."""
    lines = (
        r"(?:.*\n)*" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n"
        for line in shown.splitlines()
    )
    return "".join(lines)


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which `mock-knock` is this tree and nothing says what inputs are."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, arguments in (("mock-knock", "-m mock_knock"), ("python3", "")):
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n')
        script.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MOCK_KNOCK_", "PYTEST_"))}
    path = os.pathsep.join((str(folder), os.environ["PATH"]))
    search = os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))
    return {**kept, "PATH": path, "PYTHONPATH": search, "PYTHONIOENCODING": "utf-8"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_do_what_they_show(page: Path, tmp_path: Path, shell: dict[str, str]) -> None:
    """Each example of a page, in order and in one folder, gives the output that stands below it."""
    folder = tmp_path / "page"
    folder.mkdir()
    for block in blocks(page):
        if block.file is not None:
            (folder / block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            for command, output in commands(block.text):
                assert re.fullmatch(pattern(output), run(["sh", "-c", command], folder, shell)), command
        elif block.language == "python" and README_APART not in block.text:
            assert block.output == run([sys.executable, "-c", block.text], folder, shell)


def run(words: list[str], folder: Path, environment: dict[str, str]) -> str:
    """Run a program in a folder and return all it says."""
    done = subprocess.run(
        words, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    return done.stdout


def test_examples_were_found() -> None:
    """There are examples of each kind, so the test above means something."""
    found = [block for page in PAGES for block in blocks(page)]
    assert {"console", "python", "text", "yaml"} <= {block.language for block in found}
    assert any(block.file for block in found)


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent != ROOT], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """A link to another page, or to a heading of one, leads to it."""
    text = CODES.sub("", page.read_text(encoding="utf-8"))  # the pages of the codes have a test of their own
    for link in re.findall(r"\]\(([^):]+)\)", text):
        file, _, heading = link.partition("#")
        target = page.parent / file
        assert target.is_file(), link
        titles = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
        assert not heading or heading in {re.sub("[:,?]", "", title.lower()).replace(" ", "-") for title in titles}, (
            link
        )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_yaml_can_be_read(page: Path) -> None:
    """What is shown as YAML is YAML."""
    for block in blocks(page):
        if block.language == "yaml":
            assert isinstance(yaml.safe_load(block.text), dict)


def code_table() -> str:
    """Return the table of all codes as it belongs into the page."""
    rows = (
        f"| [`{code}`](../fixtures/codes/{code}.md) | {' or '.join(dict.fromkeys(severities))} |\n"
        for code, severities in SEVERITIES.items()
    )
    return "| code | severity |\n|---|---|\n" + "".join(rows)


def test_every_code_is_listed() -> None:
    """The page lists every code with its severities; `python -m tests.test_docs` writes the list anew."""
    found = CODES.search(LINT.read_text(encoding="utf-8"))
    assert found is not None
    assert code_table() == found[0]


def fault_table() -> str:
    """Return the table of all bundled faults as it belongs into the page."""
    listed = (load_scenario(each.fault) for each in choose_ordeals())
    rows = (
        f"| [`{each.name}`](../fixtures/scenarios/{each.name}.yaml) | {', '.join(each.tags)} | {each.description} |\n"
        for each in listed
    )
    return "| fault | kind | what happens |\n|---|---|---|\n" + "".join(rows)


def test_every_fault_is_listed() -> None:
    """The page lists every bundled fault; `python -m tests.test_docs` writes the list anew."""
    found = FAULT_ROWS.search(FAULTS.read_text(encoding="utf-8"))
    assert found is not None
    assert fault_table() == found[0]


FLOWS = ("bulk-identify-users-notify", "bulk-identify-users-notify.hardened")


def matrices() -> str:
    """Return what the two bundled flows make of every fault, as it belongs into the README."""
    inputs = read_inputs("bulk-identify-users-notify", ()).values
    results = [run_gauntlet(flow_client(flow, inputs), choose_ordeals()) for flow in FLOWS]
    rows = [f"{'':<11}{'published flow':<33}hardened flow"]
    for kind, pairs in groupby(zip(*(each.cells for each in results), strict=True), key=lambda pair: kind_of(pair[0])):
        marks = ["".join(MARKS[cell.verdict] for cell in cells) for cells in zip(*pairs, strict=True)]
        rows += [
            f"{'' if at else kind:<11}{marks[0][at : at + 30]:<33}{marks[1][at : at + 30]}"
            for at in range(0, len(marks[0]), 30)
        ]
    return "```text\n" + "\n".join(rows) + "\n```\n"


def kind_of(cell: Cell) -> str:
    """Return the kind of the fault of a cell."""
    return cell.ordeal.tags[0] if cell.ordeal.tags else cell.ordeal.fault


def test_the_matrices_are_true() -> None:
    """The README shows what the two flows make of every fault; `python -m tests.test_docs` writes it anew."""
    found = MATRICES.search(README.read_text(encoding="utf-8"))
    assert found is not None
    assert matrices() == found[0]


def test_every_repair_is_explained() -> None:
    """The page says of every code that has a repair what is done and why."""
    mending = LINT.read_text(encoding="utf-8").partition("## Mending")[2].partition("## In CI")[0]
    assert set(re.findall(r"`([a-z-]+)`", "".join(re.findall(r"^\| (`.*?) \|", mending, re.MULTILINE)))) == MENDED_CODES


def test_the_channels_that_are_always_there() -> None:
    """The page about the fake has the id of each default channel."""
    text = (ROOT / "docs" / "fake.md").read_text(encoding="utf-8")
    assert all(f"| `{each.key}` | `{each.id}` |" in text for each in DEFAULT_CHANNELS)


def test_every_fact_has_its_tests() -> None:
    """Each test that the table of facts names is there, and each row names one."""
    table = (ROOT / "docs" / "fake.md").read_text(encoding="utf-8").partition("## What is documented")[2]
    rows = [row for row in table.partition("## Our choice")[0].splitlines() if row.startswith("| ")][1:]
    for row in rows:
        file, names = "", re.findall(r"`(?P<file>test_\w+\.py)?::(?P<name>\w+)`", row)
        assert names, row
        for each, name in names:
            file = each or file
            assert f"def {name}(" in (ROOT / "contract_tests" / file).read_text(encoding="utf-8"), (file, name)


if __name__ == "__main__":
    LINT.write_text(CODES.sub(lambda _: code_table(), LINT.read_text(encoding="utf-8")), encoding="utf-8")
    README.write_text(MATRICES.sub(lambda _: matrices(), README.read_text(encoding="utf-8")), encoding="utf-8")
    FAULTS.write_text(FAULT_ROWS.sub(lambda _: fault_table(), FAULTS.read_text(encoding="utf-8")), encoding="utf-8")
