from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.errors import InvalidDocument
from mock_knock.files import Source, read_document
from mock_knock.files.problems import DocumentProblem
from mock_knock.files.yaml_reader import read_yaml
from mock_knock.messages import AddMember, Finding, SetText


def refusal(path: Path | str, **options: int) -> InvalidDocument:
    """Return the refusal of a file, which must say what, where and how to mend it."""
    with pytest.raises(InvalidDocument) as caught:
        read_document(path, **options)  # type: ignore[arg-type]  # the one option is max_bytes
    error = caught.value
    assert error.what
    assert error.hint
    assert error.where.startswith(str(path))
    assert (Finding(error.code, "error", error.what, error.where, error.hint),) == error.findings
    assert 2 == error.exit_code
    return error


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.yaml", b"", "file-empty"),
        ("a.yaml", b" \n\t\n", "file-empty"),
        ("a.yaml", b"\xef\xbb\xbf", "file-empty"),
        ("a.json", b"", "file-empty"),
        ("a.yaml", b"\x00\x01\x02", "file-not-text"),
        ("a.json", b'{"a": "\x00"}', "file-not-text"),
        ("a.yaml", b"\x7fELF\x02\x01\x01\x00\x00", "file-not-text"),
        ("a.yaml", b"\x89PNG\r\n\x1a\n", "file-not-text"),
        ("a.yaml", "é: 1".encode("latin-1"), "file-not-text"),
        ("a.yaml", "a: 1".encode("utf-16"), "file-not-text"),
        ("a.yaml", "a: 1".encode("utf-16-le"), "file-not-text"),
        ("a.json", b'"\xed\xa0\x80"', "file-not-text"),
    ],
)
def test_files_that_are_no_text(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    """A file without text in UTF-8 is refused as a whole, whatever its name promises."""
    file = tmp_path / name
    file.write_bytes(content)
    error = refusal(file)
    assert (code, str(file)) == (error.code, error.where)


def test_the_byte_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    """A file in another encoding is refused with the place of the first byte that shows it."""
    file = tmp_path / "a.yaml"
    file.write_bytes(b"a: caf\xe9")
    assert "not UTF-8 text (byte 6)" == refusal(file).what


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    """A path that leads nowhere is refused, also below a file and behind a broken link."""
    (tmp_path / "link.yaml").symlink_to(tmp_path / "nowhere.yaml")
    (tmp_path / "file").touch()
    assert "file-missing" == refusal(tmp_path / "a.yaml").code
    assert "file-missing" == refusal(tmp_path / "link.yaml").code
    assert "file-unreadable" == refusal(tmp_path / "file" / "a.yaml").code


def test_a_folder(tmp_path: Path) -> None:
    """A folder is refused, even one with the name of a document."""
    (tmp_path / "a.yaml").mkdir()
    assert "file-is-directory" == refusal(tmp_path / "a.yaml").code


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    """A named pipe, which nobody may ever write to, is refused without being opened."""
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    assert "file-not-regular" == refusal(pipe).code


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_not_opened(device: str) -> None:
    """A device, which may never end, is refused without being read."""
    if not Path(device).exists():
        pytest.skip("no such device here")
    assert "file-not-regular" == refusal(device).code


def test_a_link_to_a_device_is_not_opened(tmp_path: Path) -> None:
    """Links are followed before anything is decided."""
    (tmp_path / "a.yaml").symlink_to("/dev/zero")
    assert "file-not-regular" == refusal(tmp_path / "a.yaml").code


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may not be read is refused with the system's reason."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    file = tmp_path / "a.yaml"
    file.write_text("a: 1")
    monkeypatch.setattr(Path, "open", refuse)
    error = refusal(file)
    assert ("file-unreadable", "cannot be read: Permission denied") == (error.code, error.what)


@pytest.mark.parametrize("name", ["a\0b.yaml", "a" * 5_000, "loop"])
def test_paths_that_are_no_paths(tmp_path: Path, name: str) -> None:
    """A path with a NUL, one that is too long and a link to itself are refused like any unreadable file."""
    (tmp_path / "loop").symlink_to("loop")
    assert "file-unreadable" == refusal(tmp_path / name).code


def test_the_largest_file(tmp_path: Path) -> None:
    """A file may have exactly the bytes of the limit, and not one more."""
    file = tmp_path / "a.yaml"
    file.write_text("a: 12")
    assert {"a": 12} == read_document(file, max_bytes=5).value
    error = refusal(file, max_bytes=4)
    assert ("file-too-large", "larger than 4 bytes") == (error.code, error.what)


def test_five_megabytes_are_the_limit(tmp_path: Path) -> None:
    """A file beyond five million bytes is refused, and no more of it is read than shows that."""
    file = tmp_path / "a.yaml"
    with file.open("wb") as stream:
        stream.truncate(10**12)  # a sparse file: reading all of it would not end
    assert "file-too-large" == refusal(file).code


@pytest.mark.parametrize(
    ("name", "content", "code", "place"),
    [
        ("a.yaml", "a: 1\nb: [1,\n", "yaml-syntax", ":3:1"),
        ("a.yml", "a: 1\na: 2\n", "yaml-duplicate-key", ":2:1"),
        ("a", "- 1\n- !x 2\n", "yaml-tag", ":2:3"),
        ("a.json", '{"a": 1,\n "b": }', "json-syntax", ":2:7"),
        ("a.JSON", '{"a": 1,\n "a": 2}', "json-duplicate-key", ":2:2"),
    ],
)
def test_a_problem_has_its_place_in_the_file(tmp_path: Path, name: str, content: str, code: str, place: str) -> None:
    """A problem in the text is told with file, line and column; the name decides between YAML and JSON."""
    file = tmp_path / name
    file.write_text(content)
    error = refusal(file)
    assert (code, f"{file}{place}") == (error.code, error.where)


def test_json_has_its_own_reader(tmp_path: Path) -> None:
    """A name that ends in `.json` is read as JSON, where YAML would be too kind."""
    (tmp_path / "a.json").write_text("{a: 1}")
    (tmp_path / "a.yaml").write_text('{"a": 1}')
    assert "json-syntax" == refusal(tmp_path / "a.json").code
    assert {"a": 1} == read_document(tmp_path / "a.yaml").value


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    """A byte order mark at the start is passed over."""
    for name in ("a.yaml", "a.json"):
        (tmp_path / name).write_bytes(b'\xef\xbb\xbf{"a": 1}')
        assert {"a": 1} == read_document(tmp_path / name).value


def test_the_source_is_named_as_it_was_given(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A place names the file the way the user did, not where it was found."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (tmp_path / "a.yaml").write_text("a: 1")
    monkeypatch.chdir(elsewhere)
    given_path = os.path.relpath(tmp_path / "a.yaml")
    assert f"{given_path}:1:1" == read_document(given_path).where("/a")


def test_a_name_that_is_not_utf8_can_be_shown(tmp_path: Path) -> None:
    """Bytes of a name that are not UTF-8 are shown as escapes, which every report can hold."""
    with pytest.raises(InvalidDocument) as caught:
        read_document(tmp_path / os.fsdecode(b"\xff.yaml"))
    assert f"{tmp_path}/\\udcff.yaml" == caught.value.where


ORDERS = """\
info:
  title: Orders
paths:
  /orders/{id}: &orders
    get:
      - a
      - {b: 1}
  ~x: *orders
list:
  - - deep
"""


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ("", "o.yaml:1:1"),
        ("/info", "o.yaml:1:1"),
        ("/info/title", "o.yaml:2:3"),
        ("/paths/~1orders~1{id}", "o.yaml:4:3"),
        ("/paths/~1orders~1{id}/get/0", "o.yaml:6:9"),
        ("/paths/~1orders~1{id}/get/1", "o.yaml:7:9"),
        ("/paths/~1orders~1{id}/get/1/b", "o.yaml:7:10"),
        ("/paths/~0x", "o.yaml:8:3"),
        ("/list/0", "o.yaml:10:5"),
        ("/list/0/0", "o.yaml:10:7"),
        # what has no place of its own has that of the nearest node above it
        ("/paths/~0x/get/0", "o.yaml:8:3"),
        ("/info/version", "o.yaml:1:1"),
        ("/info/contact/name", "o.yaml:1:1"),
        ("/nothing/at/all", "o.yaml:1:1"),
        ("/list/7", "o.yaml:9:1"),
    ],
)
def test_where_a_node_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pointer: str, place: str) -> None:
    """A mapping member stands where its key is, a list entry where it begins, an alias where it is used."""
    monkeypatch.chdir(tmp_path)
    Path("o.yaml").write_text(ORDERS)
    assert place == read_document("o.yaml").where(pointer)


def test_where_without_positions(tmp_path: Path) -> None:
    """A document without positions names its nodes by JSON pointer, and its root by the file alone."""
    (tmp_path / "a.yaml").write_text("a: {b: 1}")
    (tmp_path / "a.json").write_text('{"a": {"b": 1}}')
    for name in ("a.yaml", "a.json"):
        source = read_document(tmp_path / name, with_positions=False)
        assert ({}, "") == (source.positions, source.text)
        assert (f"{source.path}#/a/b", str(source.path)) == (source.where("/a/b"), source.where(""))


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ("", ":2:1"),
        ("/a", ":2:2"),
        ("/a/0", ":3:2"),
        ("/a/1", ":3:7"),
        ("/a/1/x~1y~0", ":3:8"),
        ("/ü", ":5:1"),
        ("/nothing", ":2:1"),
    ],
)
def test_where_a_node_of_json_stands(tmp_path: Path, pointer: str, place: str) -> None:
    """A member of a JSON object stands where its name is, an item where it begins; columns count characters."""
    file = tmp_path / "a.json"
    file.write_text('\n{"a": [\n "ü", {"x/y~": ":{\\"[" }],\n\n"ü": null}', encoding="utf-8")
    assert f"{file}{place}" == read_document(file).where(pointer)


def test_a_document_knows_the_text_of_its_file(tmp_path: Path) -> None:
    """Text, line breaks and byte order mark of a file are kept, edited or not."""
    file = tmp_path / "a.yaml"
    file.write_bytes(b"\xef\xbb\xbf# \xc3\xa9\r\na: x\r\n")
    source = read_document(file)
    assert ("# é\r\na: x\r\n", True) == (source.text, source.has_mark)
    assert file.read_bytes() == source.file_text.encode()
    edited = source.edited([SetText("/a", "y"), AddMember("", "b", 1)])
    assert b"\xef\xbb\xbf# \xc3\xa9\r\na: y\r\nb: 1\r\n" == edited.file_text.encode()
    assert ({"a": "y", "b": 1}, (3, 1)) == (edited.value, edited.positions["/b"])


def test_an_edited_json_document(tmp_path: Path) -> None:
    """A document that is JSON by its name stays JSON when it is edited."""
    file = tmp_path / "a.JSON"
    file.write_text('{"a": "x"}')
    edited = read_document(file).edited([SetText("/a", 'y"')])
    assert ('{"a": "y\\""}', (1, 2)) == (edited.file_text, edited.positions["/a"])


def test_positions_change_no_value(tmp_path: Path) -> None:
    """A document reads the same with and without positions."""
    (tmp_path / "o.yaml").write_text(ORDERS)
    found = read_document(tmp_path / "o.yaml")
    assert found.value == read_document(tmp_path / "o.yaml", with_positions=False).value
    assert {"get": ["a", {"b": 1}]} == found.value["paths"]["~x"]


def test_a_comment_is_a_document_of_nothing(tmp_path: Path) -> None:
    """A file of comments has no node, so its value is null and its place the file."""
    (tmp_path / "a.yaml").write_text("# nothing yet\n")
    source = read_document(tmp_path / "a.yaml")
    assert (None, str(tmp_path / "a.yaml")) == (source.value, source.where(""))


def outcome(path: Path) -> Source | InvalidDocument:
    """Return what reading a file gives."""
    try:
        return read_document(path)
    except InvalidDocument as error:
        return error


@given(
    content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    suffix=st.sampled_from([".yaml", ".yml", ".json", ""]),
)
def test_any_bytes_give_a_value_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str
) -> None:
    """Whatever a file holds, reading it ends in a value or in InvalidDocument with a code, a place and a remedy."""
    file = tmp_path_factory.getbasetemp() / f"any{suffix}"
    file.write_bytes(content)
    found = outcome(file)
    if isinstance(found, InvalidDocument):
        assert found.code.startswith(("file-", "json-" if suffix == ".json" else "yaml-"))
        assert found.where.startswith(str(file))
        assert found.hint
    else:
        assert str(file) == found.display


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", "[" + "0," * 100_000 + "0]"),
        ("a.json", "[" + '{"a": 1},' * 50_000 + "0]"),
        ("a.yaml", "- a\n" * 200_001),
        ("a.yaml", "- {a: 1}\n" * 51_000),
    ],
)
def test_more_values_than_can_be_placed(tmp_path: Path, name: str, content: str) -> None:
    """A document whose places are wanted has a limit on its values, long before that on its bytes."""
    file = tmp_path / name
    file.write_text(content)
    assert ("file-too-large", "has more than 100,000 values") == (refusal(file).code, refusal(file).what)
    assert read_document(file, with_positions=False).value


def test_more_values_than_are_read() -> None:
    """Other YAML documents have a limit as well; JSON is read so fast that its bytes are limit enough."""
    with pytest.raises(DocumentProblem, match="more than 500,000 values"):
        read_yaml("- a\n" * 1_000_001)
