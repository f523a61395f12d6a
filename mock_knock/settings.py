"""The settings file `mock-knock.yaml`: found, read strictly, each value with its place.

What may stand in it is said by the published JSON Schema alone, which a test holds against the options of the commands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import orjson

from mock_knock.domain.reading import Reader, escape
from mock_knock.errors import InvalidDocument
from mock_knock.files import bundled, read_document
from mock_knock.messages import JsonValue

NAMES = ("mock-knock.yaml", "mock-knock.yml")
SCHEMA = "mock-knock.json"
CODE = "settings-invalid"
_REPOSITORY = ".git"

Kind = Mapping[str, JsonValue]
"""What a value may be: a part of the schema."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A value of the file, and its place as `file:line:column`."""

    value: JsonValue
    where: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a file: section -> name -> setting; without a file there are none.

    `display` is how the file is named to people, `folder` what relative paths in it start from.
    """

    display: str = ""
    folder: Path = Path()
    sections: Mapping[str, Mapping[str, Setting]] = field(default_factory=dict)

    def find(self, section: str, name: str) -> Setting | None:
        """Return a setting by its section and name, or None."""
        return self.sections.get(section, {}).get(name)


def find_settings_file() -> Path | None:
    """Return the nearest settings file: in the working directory, or above it within the same repository.

    Outside a repository only the working directory is looked at: what lies above it may be anybody's. The path is
    relative to the working directory.
    """
    try:
        here = Path.cwd()
    except FileNotFoundError:  # it was removed
        return None
    folders = [here, *here.parents]
    root = next((each for each in folders if _exists(each / _REPOSITORY)), here)
    for up, folder in enumerate(folders[: folders.index(root) + 1]):
        for name in NAMES:
            if _exists(folder / name):
                return Path(*[".."] * up, name)
    return None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a folder that may not be looked into
        return False


def read_settings(path: Path | str) -> Settings:
    """Read a settings file.

    Raises:
        InvalidDocument: the file cannot be read, or `settings-invalid` with one finding for each problem.
    """
    source = read_document(path)
    reader = Reader(source.where, CODE)
    sections = {} if source.value is None else dict(_read_sections(reader, source.value))
    if reader.findings:
        raise InvalidDocument.from_findings(tuple(reader.findings))
    return Settings(source.display, source.path.parent, sections)


@cache
def settings_schema() -> Kind:
    """Return the published JSON Schema."""
    schema: Kind = orjson.loads(bundled("schemas", SCHEMA).read_bytes())
    return schema


def _read_sections(reader: Reader, document: JsonValue) -> Iterator[tuple[str, Mapping[str, Setting]]]:
    kinds = settings_schema()["properties"]
    for name, value in _members(reader, document, "", kinds, what="the settings"):
        kind, at = kinds[name], f"/{name}"
        if "properties" in kind:
            yield name, dict(_read_section(reader, value, at, kind["properties"]))
        else:
            _check(reader, name, value, at, kind)


def _read_section(
    reader: Reader, section: JsonValue, at: str, kinds: Mapping[str, Kind]
) -> Iterator[tuple[str, Setting]]:
    if section is None:  # everything in it is commented out
        return
    for name, value in _members(reader, section, at, kinds):
        pointer = f"{at}/{escape(name)}"
        _check(reader, name, value, pointer, kinds[name])
        yield name, Setting(value, reader.where(pointer))


def _members(
    reader: Reader, holder: JsonValue, at: str, known: Mapping[str, Kind], *, what: str = ""
) -> Iterator[tuple[str, JsonValue]]:
    """Yield the members of a mapping that are known, and report the others."""
    for name, value in reader.read_map(holder, at, None, what=what).items():
        if name in known:
            yield name, value
        else:
            reader.report(f"{at}/{escape(name)}", f"'{name}' is not known here", _suggest(name, known))


def _suggest(name: str, kinds: Mapping[str, Kind]) -> str:
    known = sorted(each for each, kind in kinds.items() if "not" not in kind)
    near = get_close_matches(name.strip().lstrip("-").replace("_", "-").lower(), known, 1)
    return f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known)}"


def _check(reader: Reader, name: str, value: JsonValue, at: str, kind: Kind) -> None:
    if "not" in kind:
        hint = f"take it out, and give --{name} each time that you mean it"
        reader.report(at, f"'{name}' is for the command line alone", hint)
    elif not _fits(value, kind):
        reader.report(at, f"'{name}' must be {_describe(kind)}", f"write it like `{name}: {_example(kind)}`")


def _fits(value: JsonValue, kind: Kind) -> bool:
    if "anyOf" in kind:
        return any(_fits(value, each) for each in kind["anyOf"])
    if "enum" in kind:
        return isinstance(value, str) and value in kind["enum"]
    match kind["type"]:
        case "boolean":
            return isinstance(value, bool)
        case "array":
            return isinstance(value, list) and all(_fits(each, kind["items"]) for each in value)
        case "string":
            return isinstance(value, str) and len(value) >= kind["minLength"]
    kinds = int if kind["type"] == "integer" else (int, float)
    return isinstance(value, kinds) and not isinstance(value, bool) and _is_within(value, kind)


def _is_within(number: float, kind: Kind) -> bool:
    least, most = kind.get("minimum", number), kind.get("maximum", number)
    return bool(least <= number <= most and ("exclusiveMinimum" not in kind or number > kind["exclusiveMinimum"]))


def _describe(kind: Kind) -> str:
    if "anyOf" in kind:
        return " or ".join(_describe(each) for each in kind["anyOf"])
    if "enum" in kind:
        return f"one of: {', '.join(kind['enum'])}"
    match kind["type"]:
        case "boolean":
            return "true or false"
        case "array":
            return "a list of texts"
        case "string":
            return "text that is not empty"
    bounds = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to"}
    told = "".join(f" {word} {kind[bound]}" for bound, word in bounds.items() if bound in kind)
    return f"{'a whole number' if kind['type'] == 'integer' else 'a number'}{told}"


def _example(kind: Kind) -> str:
    if "enum" in kind:
        return str(kind["enum"][0])
    examples = {"boolean": "true", "integer": "1", "number": "1.5", "string": "'text'", None: "[one, two]"}
    return examples[kind.get("type")]
