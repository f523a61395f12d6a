from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.files import bundled
from mock_knock.files.problems import MAX_DEPTH, MAX_DIGITS, DocumentProblem
from mock_knock.files.yaml_reader import MAX_EXPANDED_NODES, read_yaml
from mock_knock.files.yaml_scalars import resolve_plain
from mock_knock.messages import JsonValue

PUBLISHED = Path(__file__).parents[3] / "shared" / "knock"


def problem(text: str) -> tuple[str, int, int]:
    """Return code, line and column of what is wrong with a text; there must be a remedy as well."""
    with pytest.raises(DocumentProblem) as caught:
        read_yaml(text, {})
    assert caught.value.what
    assert caught.value.hint
    return caught.value.code, caught.value.line, caught.value.column


def complaint(text: str) -> DocumentProblem | None:
    """Return the problem of a text, if it has one."""
    try:
        read_yaml(text, {})
    except DocumentProblem as found:
        return found
    return None


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: b: c", 1, 5),
        ("- a\nb: c", 2, 1),
        ("a:\n\t- x", 2, 1),
        ("[", 2, 1),
        ("a: {b: 1", 2, 1),
        ('"abc', 1, 5),
        ("@x", 1, 1),
        ("a: `x`", 1, 4),
        ("%YAML 2.0\n---\n1", 1, 1),
        ("%FOO", 1, 5),
        ("a: *nobody", 1, 4),
        ('"\\ud800"', 1, 4),
        ('"\\q"', 1, 2),
        ("a: 1\nb: \x07", 2, 4),
        ("a: 1\n\x7f", 2, 1),
        ("\x01", 1, 1),
    ],
)
def test_what_is_not_yaml(text: str, line: int, column: int) -> None:
    """A text that is not YAML is refused with the place where that shows."""
    assert ("yaml-syntax", line, column) == problem(text)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("!!python/object/apply:os.system ['true']", 1, 1),
        ("a: !!python/name:os.system", 1, 4),
        ("!!str 12", 1, 1),
        ("a: !!str 12", 1, 4),
        ("a: !!int '12'", 1, 4),
        ("a: !!binary aGk=", 1, 4),
        ("- !!set {a, b}", 1, 3),
        ("- !!omap [a: 1]", 1, 3),
        ("!mine {a: 1}", 1, 1),
        ("!<tag:yaml.org,2002:str> x", 1, 1),
        ("! 12", 1, 1),
        ("a: ! '12'", 1, 4),
        ("!!str a: 1", 1, 1),
        ("a: &x !!str 1", 1, 4),
        ("%TAG ! tag:example.com,2000:\n---\n!a 1", 1, 1),
    ],
)
def test_tags(text: str, line: int, column: int) -> None:
    """Every tag is refused, the harmless ones as well, on keys and on values."""
    assert ("yaml-tag", line, column) == problem(text)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: 1\nb: 2\na: 3", 3, 1),
        ("{a: 1, a: 1}", 1, 8),
        ("x:\n  '200': 1\n  200: 2", 3, 3),
        ("- &m {a: 1, 'a': 2}", 1, 13),
        ("?\n: 1\n'': 2", 3, 1),
        ("a: 1\n? a\n: 2", 2, 3),
    ],
)
def test_duplicate_keys(text: str, line: int, column: int) -> None:
    """A key that stands twice in a mapping is refused, however it is written, at its second place."""
    assert ("yaml-duplicate-key", line, column) == problem(text)


@pytest.mark.parametrize(
    "text", ["a: &a {x: 1}\nb:\n  <<: *a", "a: &a {x: 1}\nb:\n  <<: [*a, *a]", "a: 1\nb:\n  <<: {x: 1}"]
)
def test_merge_keys(text: str) -> None:
    """A merge key, which YAML 1.2 does not have, is refused whatever it merges."""
    code, line, column = problem(text)
    assert ("yaml-merge-key", 3, 3) == (code, line, column)


def test_a_quoted_merge_key_is_text() -> None:
    """In quotes `<<` is a key like any other."""
    assert {"<<": {"x": 1}, "a": "<<"} == read_yaml("'<<': {x: 1}\na: <<")


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("? [a, b]\n: 1", 1, 3),
        ("? {a: b}\n: 1", 1, 3),
        ("{[a]: 1}", 1, 2),
        ("{{a: 1}: 1}", 1, 2),
        ("{{ name }}", 1, 2),
        ("- &a x\n- {*a : 1}", 2, 4),
        ("- &a x\n- ? *a\n  : 1", 2, 5),
        ("&a x: 1", 1, 1),
        ("? &a [x]\n: 1", 1, 3),
    ],
)
def test_keys_are_text(text: str, line: int, column: int) -> None:
    """A key that is a list, a mapping, an alias or an anchor is refused."""
    assert ("yaml-key-not-text", line, column) == problem(text)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("200: a", ["200"]),
        ("{1.0: a, 0x1F: b, 007: c}", ["1.0", "0x1F", "007"]),
        ("true: a\nno: b\nnull: c\n~: d\n.nan: e", ["true", "no", "null", "~", ".nan"]),
        ("2024-01-01: a", ["2024-01-01"]),
        ("? \n: a", [""]),
        ("? |\n  block\n: v", ["block\n"]),
        ("{? a, b}", ["a", "b"]),
    ],
)
def test_keys_stay_as_they_are_written(text: str, keys: list[str]) -> None:
    """A key is the text that stands there, also where it looks like a number: `200` of a responses object."""
    assert keys == list(read_yaml(text))


@pytest.mark.parametrize(
    ("text", "line"), [("a: 1\n---\nb: 2", 2), ("--- 1\n--- 2", 2), ("a\n...\n---\nb", 3), ("---\n---\n", 2)]
)
def test_several_documents(text: str, line: int) -> None:
    """A second document in a file is refused where it begins."""
    assert ("yaml-several-documents", line, 1) == problem(text)


@pytest.mark.parametrize("text", ["--- {a: 1}", "---\na: 1\n...\n", "%YAML 1.1\n---\na: 1", "# first\n---\na: 1 # x\n"])
def test_marks_of_a_single_document(text: str) -> None:
    """One document may have marks, directives and comments around it."""
    assert {"a": 1} == read_yaml(text)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("&a [*a]", 1, 5), ("&a {b: *a}", 1, 8), ("x: &a\n  - b: [*a]", 2, 9), ("- &a [&b [*a]]", 1, 11)],
)
def test_alias_cycles(text: str, line: int, column: int) -> None:
    """An alias inside what it stands for is refused, at any depth."""
    assert ("yaml-alias-cycle", line, column) == problem(text)


@pytest.mark.parametrize(("text", "column"), [("&a [&a 1]", 5), ("&a [&a [1]]", 5), ("- &a {x: &a {y: 1}}\n- *a", 10)])
def test_an_anchor_inside_itself(text: str, column: int) -> None:
    """An anchor inside the node of the same anchor is refused: what an alias means then is anybody's guess."""
    assert ("yaml-anchor-reused", 1, column) == problem(text)


def test_aliases_stand_for_their_value() -> None:
    """An alias is replaced by the value of the latest anchor of its name before it."""
    assert [1, 1, [2], [2], {"x": [2]}, None, None] == read_yaml("- &a 1\n- *a\n- &a [2]\n- *a\n- {x: *a}\n- &n\n- *n")


def bomb(levels: int) -> str:
    """Return a document in which each line stands for nine of the line before."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines)


def test_alias_bombs() -> None:
    """Aliases that stand for too many nodes are refused before anybody unfolds them."""
    code, line, _ = problem(bomb(9))
    assert ("yaml-alias-budget", 6) == (code, line)
    assert ["a0", "a1", "a2", "a3"] == list(read_yaml(bomb(4)))


def test_the_alias_budget_is_exact() -> None:
    """What counts are the nodes that aliases stand for, not those that are written out."""
    nodes = 1_000  # a list counts itself
    anchor = f"- &a [{', '.join(['1'] * (nodes - 1))}]\n"
    uses = MAX_EXPANDED_NODES // nodes
    assert uses + 1 == len(read_yaml(anchor + "- *a\n" * uses))
    assert ("yaml-alias-budget", uses + 2, 3) == problem(anchor + "- *a\n" * uses + "- *a\n")


def test_a_long_document_with_an_anchor() -> None:
    """A document that is long without any alias is read, even when something in it has an anchor."""
    assert MAX_EXPANDED_NODES + 10 == len(read_yaml("- &a 1\n" * (MAX_EXPANDED_NODES + 10)))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000,
        "[" * 20_000 + "]" * 20_000,
        "{a: " * 20_000 + "1" + "}" * 20_000,
        "- " * 20_000 + "x",
        "\n".join(" " * depth + "a:" for depth in range(2_000)),
        "[[" + "{a: [" * 10_000,
    ],
)
def test_deep_nesting(text: str) -> None:
    """A text nested too deep is refused at its first level too much, not after reading all of it."""
    code, line, _ = problem(text)
    assert "yaml-too-deep" == code
    assert line in {1, MAX_DEPTH + 1}


def test_braces_are_keys_that_are_mappings() -> None:
    """Braces right after each other are refused at the second one, unless the parser itself stops at their number."""
    assert ("yaml-key-not-text", 1, 2) == problem("{" * 500)
    assert problem("{" * 20_000)[0] in {"yaml-key-not-text", "yaml-too-deep"}


@pytest.mark.parametrize(
    ("left", "inner", "right"), [("[", "", "]"), ("[", "x", "]"), ("{a: ", "", "}"), ("- ", "x", "")]
)
def test_the_deepest_document(left: str, inner: str, right: str) -> None:
    """A hundred levels are read and a hundred and one are not, whether the deepest is empty or not."""
    assert read_yaml(left * MAX_DEPTH + inner + right * MAX_DEPTH)
    assert "yaml-too-deep" == problem(left * (MAX_DEPTH + 1) + inner + right * (MAX_DEPTH + 1))[0]


def test_an_alias_counts_the_levels_behind_it() -> None:
    """An alias is as deep as what it stands for."""
    half = MAX_DEPTH // 2
    anchor = "a: &a " + "[" * half + "]" * half + "\n"
    room = MAX_DEPTH - half - 1  # the mapping around takes one
    assert read_yaml(anchor + "b: " + "[" * room + "*a" + "]" * room)
    assert ("yaml-too-deep", 2) == problem(anchor + "b: " + "[" * (room + 1) + "*a" + "]" * (room + 1))[:2]


@pytest.mark.parametrize(
    "text",
    [".inf", "-.inf", "+.INF", ".Inf", ".nan", ".NaN", ".NAN", "1e999", "-1e999", "1" * 400 + ".0",
     "1" * 5_000, "-" + "1" * MAX_DIGITS, "0x" + "f" * 5_000, "0o" + "7" * 5_000],
)  # fmt: skip
def test_numbers_that_json_does_not_have(text: str) -> None:
    """Infinities, not-a-number and numbers too long to convert are refused; in quotes they are text."""
    assert ("yaml-number", 1, 4) == problem(f"a: {text}")
    assert {"a": text} == read_yaml(f"a: '{text}'")


@pytest.mark.parametrize("prefix", ["", "0x", "0o"])
def test_the_longest_number(prefix: str) -> None:
    """A number of the longest allowed length is read, and Python can print it again."""
    text = prefix + "7" * (MAX_DIGITS - len(prefix))
    assert int(text, 0) == read_yaml(text)
    assert str(read_yaml(text))


CORE: list[tuple[str, JsonValue]] = [
    # null, booleans (YAML 1.2 section 10.3.2)
    ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None), ("nULL", "nULL"), ("None", "None"),
    ("true", True), ("True", True), ("TRUE", True), ("tRUE", "tRUE"),
    ("false", False), ("False", False), ("FALSE", False),
    # what YAML 1.1 takes for booleans
    ("yes", "yes"), ("no", "no"), ("No", "No"), ("NO", "NO"), ("on", "on"), ("off", "off"), ("y", "y"), ("n", "n"),
    # whole numbers
    ("0", 0), ("-0", 0), ("+12", 12), ("-12", -12), ("007", 7), ("0777", 777), ("0o17", 15), ("0x1f", 31),
    ("0xFF", 255), ("0o8", "0o8"), ("0xg", "0xg"), ("-0x1f", "-0x1f"), ("+0o7", "+0o7"), ("0b11", "0b11"),
    ("0O17", "0O17"), ("0X1f", "0X1f"), ("1_000", "1_000"), ("190:20:30", "190:20:30"), ("12e", "12e"),
    ("\u0661", "\u0661"), ("\u00b2", "\u00b2"),
    # other numbers
    ("1.0", 1.0), ("1.", 1.0), (".5", 0.5), ("-.5", -0.5), ("+1.5", 1.5), ("1e3", 1000.0), ("1E+3", 1000.0),
    ("1.5e-3", 0.0015), (".5e1", 5.0), ("1e-999", 0.0), (".", "."), ("+", "+"), ("-.", "-."), ("1.2.3", "1.2.3"),
    ("e3", "e3"), (".e3", ".e3"), ("1_0.5", "1_0.5"), ("+.5.", "+.5."), (".infinity", ".infinity"), (".iNF", ".iNF"),
    ("+.nan", "+.nan"), ("nan", "nan"), ("inf", "inf"),
    # dates and the rest
    ("2024-01-01", "2024-01-01"), ("2024-01-01T10:00:00Z", "2024-01-01T10:00:00Z"), ("12:30", "12:30"),
    ("1.0.1", "1.0.1"), ("3.0.3", "3.0.3"), ("=", "="), ("a b", "a b"), ("$statusCode == 200", "$statusCode == 200"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), CORE)
def test_plain_scalars(text: str, value: JsonValue) -> None:
    """A plain scalar means what the core schema of YAML 1.2 says, in a list, in a mapping and alone."""
    found = read_yaml(f"a: {text}\nb:\n- {text}")
    assert {"a": value, "b": [value]} == found
    assert type(value) is type(found["a"])


@pytest.mark.parametrize("text", [text for text, _ in CORE])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_quoted_scalars(text: str, quote: str) -> None:
    """In quotes everything is text."""
    assert [text] == read_yaml(f"- {quote}{text}{quote}")


def test_block_scalars_are_text() -> None:
    """Literal and folded scalars are text, also when they look like numbers."""
    assert {"a": "12\n", "b": "true", "c": "x y\n"} == read_yaml("a: |\n  12\nb: >-\n  true\nc: >\n  x\n  y\n")


def test_the_pure_parser_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML comes without its C library, documents and refusals are the same."""
    monkeypatch.setattr("mock_knock.files.yaml_reader._LOADER", yaml.SafeLoader)
    text = bundled("arazzo", "bulk-identify-users-notify.yaml").read_text(encoding="utf-8")
    positions: dict[str, tuple[int, int]] = {}
    found = read_yaml(text, positions)
    monkeypatch.undo()
    expected: dict[str, tuple[int, int]] = {}
    assert read_yaml(text, expected) == found
    assert expected == positions
    monkeypatch.setattr("mock_knock.files.yaml_reader._LOADER", yaml.SafeLoader)
    assert ("yaml-syntax", 1, 5) == problem("a: b: c")
    assert ("yaml-syntax", 2, 4) == problem("a: 1\nb: \x07")
    assert "yaml-too-deep" == problem("[" * 500)[0]


class CoreLoader(yaml.CSafeLoader):
    """PyYAML's own constructor without the resolvers of YAML 1.1, so that keys and dates stay text."""


CoreLoader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag.rpartition(":")[2] in {"null", "bool", "int", "float"}]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    if first not in "yYnNoO" or first in "nN~"
}


def plain_keys(value: JsonValue) -> JsonValue:
    """Return a value as JSON has it: with keys that are text."""
    match value:
        case dict():
            return {str(key): plain_keys(member) for key, member in value.items()}
        case list():
            return [plain_keys(item) for item in value]
        case _:
            return value


def yaml_files() -> list[Path]:
    """Return the bundled YAML files and, where they lie beside the project, the published ones."""
    files = [*bundled().rglob("*"), *PUBLISHED.rglob("*")]
    return sorted(path for path in files if path.suffix in {".yaml", ".yml"})


@pytest.mark.parametrize("path", yaml_files(), ids=lambda path: path.name)
def test_the_same_value_as_pyyaml(path: Path) -> None:
    """Real documents have the value that PyYAML gives them, but for what YAML 1.1 reads into keys and dates."""
    text = path.read_text(encoding="utf-8")
    assert plain_keys(yaml.load(text, Loader=CoreLoader)) == read_yaml(text)


def nodes(value: JsonValue, pointer: str = "") -> Iterator[str]:
    """Yield the JSON pointer of every node."""
    yield pointer
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from nodes(member, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")


@pytest.mark.parametrize("path", yaml_files(), ids=lambda path: path.name)
def test_every_node_has_a_place(path: Path) -> None:
    """Every node of a document without aliases has a place, and a key stands where its place says."""
    text = path.read_text(encoding="utf-8")
    positions: dict[str, tuple[int, int]] = {}
    value = read_yaml(text, positions)
    assert set(positions) == set(nodes(value))
    lines = text.splitlines()
    for pointer, (line, column) in positions.items():
        token = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        if token and not token.isdecimal():
            assert lines[line - 1][column - 1 :].lstrip("'\"").startswith(token)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**40), 10**40) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=200), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


class QuotingDumper(yaml.SafeDumper):
    """Writes every text in quotes, so that YAML 1.1 and 1.2 agree on what is text."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # PyYAML's signature
        """Write no anchors."""
        return True


QuotingDumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


@given(values, st.booleans())
def test_what_pyyaml_writes_is_read_back(value: JsonValue, is_flow: bool) -> None:  # noqa: FBT001  # drawn
    """A value that was written with quoted text comes back as it was, in block and in flow style."""
    assert value == read_yaml(yaml.dump(value, Dumper=QuotingDumper, default_flow_style=is_flow))


def is_text_to_both(text: str) -> bool:
    """Tell whether a text that PyYAML writes without quotes is text by YAML 1.2 as well."""
    return yaml.safe_dump(text) != f"{text}\n...\n" or resolve_plain(text) == text


@given(st.recursive(st.text().filter(is_text_to_both), lambda inner: st.lists(inner, max_size=4), max_leaves=10))
def test_plain_text_is_read_back(value: JsonValue) -> None:
    """Text in PyYAML's own choice of style comes back, but for texts that only YAML 1.2 takes for numbers."""
    assert value == read_yaml(yaml.safe_dump(value))


@given(st.text(max_size=300) | st.text(alphabet="ab:-?&*!|>'\"%@`#{}[], \n\t.0123", max_size=60))
def test_any_text_gives_a_value_or_a_problem(text: str) -> None:
    """Whatever the text, reading it ends in a value or in one problem with its place."""
    found = complaint(text)
    assert found is None or (found.code.startswith("yaml-") and found.hint and found.line > 0 and found.column > 0)


@given(st.text(min_size=1))
def test_resolving_never_fails(text: str) -> None:
    """Every plain scalar is null, a boolean, a number, text, or refused as a number."""
    value = resolve_plain(text)
    assert value is None or value is NotImplemented or isinstance(value, (bool, int, float, str))
    assert not isinstance(value, str) or value == text


def test_tag_directives_are_refused_at_once() -> None:
    """A document full of %TAG lines, which the parser would take minutes for, is refused where they begin."""
    with pytest.raises(DocumentProblem) as refusal:
        read_yaml("# hello\n" + "".join(f"%TAG !{n}! tag:x,{n}:\n" for n in range(100_000)) + "---\na: 1\n")
    assert ("yaml-tag", 2, 1) == (refusal.value.code, refusal.value.line, refusal.value.column)


def test_aliases_of_a_long_text_are_bounded() -> None:
    """Aliases of one long text stand for more than the document may hold."""
    text = "a: &a " + "x" * 100_000 + "\nb:\n" + "- *a\n" * 1_000
    with pytest.raises(DocumentProblem) as refusal:
        read_yaml(text)
    assert "yaml-alias-budget" == refusal.value.code
