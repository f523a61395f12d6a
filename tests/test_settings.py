"""The settings file: where it is found, and how strictly it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_knock.errors import InvalidDocument
from mock_knock.settings import Setting, Settings, find_settings_file, read_settings


def write(folder: Path, text: str, name: str = "mock-knock.yaml") -> Path:
    """Write a settings file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> list[tuple[str, str, str]]:
    """Return place behind the file's name, message and hint of each problem of a file."""
    with pytest.raises(InvalidDocument) as refused:
        read_settings(write(folder, text))
    assert {"settings-invalid"} == {each.code for each in refused.value.findings}
    return [(each.where.partition(".yaml:")[2], each.message, each.hint) for each in refused.value.findings]


def test_what_a_file_says(tmp_path: Path) -> None:
    """A setting is found by its section and name, with its place."""
    path = write(tmp_path, "serve:\n  port: 5000\nfake:\n  api-key: [sk_a, sk_b]\n")
    settings = read_settings(path)
    assert (str(path), tmp_path) == (settings.display, settings.folder)
    assert Setting(5000, f"{path}:2:3") == settings.find("serve", "port")
    assert Setting(["sk_a", "sk_b"], f"{path}:4:3") == settings.find("fake", "api-key")
    assert None is settings.find("serve", "host")
    assert None is settings.find("run", "port")


@pytest.mark.parametrize("text", ["# nothing yet\n", "{}\n", "serve:\n", "$schema: x.json\n", "serve: {}\nrun:\n"])
def test_files_that_say_nothing(tmp_path: Path, text: str) -> None:
    """A file or a section in which everything is commented out is fine."""
    settings = read_settings(write(tmp_path, text))
    assert [] == [each for section in settings.sections.values() for each in section]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("sreve: {}", ("1:1", "'sreve' is not known here", "did you mean 'serve'?")),
        ("x: {}", ("1:1", "'x' is not known here", "known: $schema, exec, fake, gauntlet, lint, run, schedule, serve")),
        ("serve: {prot: 1}", ("1:9", "'prot' is not known here", "did you mean 'port'?")),
        ("serve: {check_responses: true}", ("1:9", "'check_responses' is not known here",
                                            "did you mean 'check-responses'?")),
        ("serve: {--port: 1}", ("1:9", "'--port' is not known here", "did you mean 'port'?")),
        ("lint: {other: true}", ("1:8", "'other' is not known here",
                                 "known: allow-root, dialect, diff, json, max-severity, sarif, severity")),
        ("lint: {fix: false}", ("1:8", "'fix' is for the command line alone",
                                "take it out, and give --fix each time that you mean it")),
        ("- serve", ("1:1", "'the settings' must be a mapping", "write `name: value` pairs")),
        ("serve: 4010", ("1:1", "'serve' must be a mapping", "write `name: value` pairs")),
        ("serve: {port: '4010'}", ("1:9", "'port' must be a whole number from 0 to 65535", "write it like `port: 1`")),
        ("serve: {port: 65536}", ("1:9", "'port' must be a whole number from 0 to 65535", "write it like `port: 1`")),
        ("serve: {port: true}", ("1:9", "'port' must be a whole number from 0 to 65535", "write it like `port: 1`")),
        ("serve: {port: 1.0}", ("1:9", "'port' must be a whole number from 0 to 65535", "write it like `port: 1`")),
        ("serve: {port: null}", ("1:9", "'port' must be a whole number from 0 to 65535", "write it like `port: 1`")),
        ("serve: {strict: 1}", ("1:9", "'strict' must be true or false", "write it like `strict: true`")),
        ("serve: {host: 1}", ("1:9", "'host' must be text that is not empty", "write it like `host: 'text'`")),
        ("serve: {host: ''}", ("1:9", "'host' must be text that is not empty", "write it like `host: 'text'`")),
        ("fake: {api-key: [1]}", ("1:8", "'api-key' must be text that is not empty or a list of texts",
                                  "write it like `api-key: [one, two]`")),
        ("run: {dialect: loose}", ("1:7", "'dialect' must be one of: lenient, strict",
                                   "write it like `dialect: lenient`")),
        ("run: {dialect: [strict]}", ("1:7", "'dialect' must be one of: lenient, strict",
                                      "write it like `dialect: lenient`")),
        ("run: {timeout: 0}", ("1:7", "'timeout' must be a number above 0 to 31536000",
                               "write it like `timeout: 1.5`")),
        ("run: {max-steps: 0}", ("1:7", "'max-steps' must be a whole number from 1", "write it like `max-steps: 1`")),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path: Path, text: str, problem: tuple[str, str, str]) -> None:
    """An unknown member or a wrong value is told with its place, what it must be, and a remedy."""
    assert [problem] == refusal(tmp_path, text)


def test_every_problem_is_told(tmp_path: Path) -> None:
    """All problems of a file are told at once."""
    assert ["1:9", "1:18", "2:1"] == [where for where, _, _ in refusal(tmp_path, "serve: {port: x, hos: y}\nnone: 1\n")]


def test_text_that_is_no_document(tmp_path: Path) -> None:
    """What is no strict YAML is refused by its own code, as every document is."""
    with pytest.raises(InvalidDocument) as refused:
        read_settings(write(tmp_path, "serve: {port: 1\n"))
    assert "yaml-syntax" == refused.value.code


@pytest.mark.parametrize(
    ("repository", "file", "found"),
    [
        (None, None, None),
        (None, "a/b", "mock-knock.yaml"),
        (None, "a", None),
        ("a", "a", "../mock-knock.yaml"),
        ("a", "a/b", "mock-knock.yaml"),
        ("a/b", "a", None),
        (".", ".", "../../mock-knock.yaml"),
    ],
)
def test_where_the_file_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: str | None, file: str | None, found: str | None
) -> None:
    """The nearest file counts: in the working directory, or above it in the same repository."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    if repository is not None:
        (tmp_path / repository / ".git").mkdir()
    if file is not None:
        write(tmp_path / file, "{}")
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert (None if found is None else Path(found)) == find_settings_file()


def test_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other usual suffix of YAML will do; the first of both counts."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "{}", "mock-knock.yml")
    assert Path("mock-knock.yml") == find_settings_file()
    write(tmp_path, "{}")
    assert Path("mock-knock.yaml") == find_settings_file()


def test_a_working_directory_that_was_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the working directory is gone there is no file."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert None is find_settings_file()


def test_a_folder_that_may_not_be_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be looked at is not there."""

    def refuse(_path: Path) -> bool:
        raise PermissionError

    monkeypatch.setattr(Path, "exists", refuse)
    assert None is find_settings_file()


def test_no_file() -> None:
    """Without a file there are no settings."""
    assert None is Settings().find("serve", "port")
