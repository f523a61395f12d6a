from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.errors import InvalidDocument
from mock_knock.files import document_roots, read_document, resolve_reference

REMOTE, INVALID, OUTSIDE = "remote-reference-refused", "reference-invalid", "path-outside-roots"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a folder with a flow, descriptions beside it, and a secret that lies outside."""
    (tmp_path / "secret.yaml").write_text("password: hunter2")
    folder = tmp_path / "home"
    for name in ("arazzo/flow.yaml", "openapi/users.yaml", "openapi/my users.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("a: 1")
    return folder


def refusal(home: Path, url: str) -> InvalidDocument:
    """Return the refusal of a reference in the flow, which must say what, where and how to mend it."""
    with pytest.raises(InvalidDocument) as caught:
        resolve_reference(home / "arazzo" / "flow.yaml", url, roots=[home])
    error = caught.value
    assert error.what
    assert error.hint
    assert error.where
    return error


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("flow.yaml", "arazzo/flow.yaml"),
        ("./flow.yaml", "arazzo/flow.yaml"),
        ("../openapi/users.yaml", "openapi/users.yaml"),
        ("../openapi/my%20users.yaml", "openapi/my users.yaml"),
        ("../openapi/my users.yaml", "openapi/my users.yaml"),
        ("%2e%2e/openapi/users.yaml", "openapi/users.yaml"),
        ("../openapi/users.yaml#/paths", "openapi/users.yaml"),
        ("../openapi/users.yaml?v=1", "openapi/users.yaml"),
        ("file:../openapi/users.yaml", "openapi/users.yaml"),
        ("../arazzo/../openapi/../openapi/users.yaml", "openapi/users.yaml"),
    ],
)
def test_references_to_files(home: Path, url: str, path: str) -> None:
    """A relative reference is taken from the folder of its document, percent-encoding undone."""
    found = resolve_reference(home / "arazzo" / "flow.yaml", url, roots=[home])
    assert (home / path).resolve() == found.resolve()
    assert {"a": 1} == read_document(found, roots=[home]).value


@pytest.mark.parametrize("form", ["{}", "file://{}", "file://localhost{}", "//localhost{}"])
def test_absolute_references(home: Path, form: str) -> None:
    """An absolute path and a file URL of this machine are taken when they lie below a root."""
    target = home / "openapi" / "users.yaml"
    assert target == resolve_reference(home / "arazzo" / "flow.yaml", form.format(target), roots=[home])


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com/users.yaml", REMOTE),
        ("https://example.com/users.yaml", REMOTE),
        ("HTTPS://example.com/users.yaml", REMOTE),
        ("http:users.yaml", REMOTE),
        ("ftp://example.com/users.yaml", REMOTE),
        ("//example.com/users.yaml", REMOTE),
        ("///example.com/../../users.yaml", OUTSIDE),
        ("file://example.com/share/users.yaml", REMOTE),
        ("file://127.0.0.1/users.yaml", REMOTE),
        ("file://localhost:80/users.yaml", REMOTE),
        ("http://169.254.169.254/latest/meta-data", REMOTE),
        ("data:text/yaml,a:%201", REMOTE),
        ("javascript:alert(1)", REMOTE),
        ("jar:file:///x!/y", REMOTE),
        ("C:\\users.yaml", REMOTE),
        ("c:/users.yaml", REMOTE),
        ("urn:example:users", REMOTE),
        ("\t http://example.com/x", REMOTE),
        ("ht\ntp://example.com/x", REMOTE),
        ("\\\\server\\share\\users.yaml", INVALID),
        ("..\\openapi\\users.yaml", INVALID),
        ("..%5copenapi%5Cusers.yaml", INVALID),
        ("users\0.yaml", INVALID),
        ("users%00.yaml", INVALID),
        ("", INVALID),
        ("#/paths", INVALID),
        ("?a=1", INVALID),
        ("file:", INVALID),
        ("http://[::1", INVALID),
        ("//[/users.yaml", INVALID),
        ("../../secret.yaml", OUTSIDE),
        ("..%2f..%2Fsecret.yaml", OUTSIDE),
        ("%2e%2e/%2e%2e/secret.yaml", OUTSIDE),
        ("/etc/passwd", OUTSIDE),
        ("%2fetc%2fpasswd", OUTSIDE),
        ("file:///etc/passwd", OUTSIDE),
        ("file:/etc/passwd", OUTSIDE),
        ("file:../../secret.yaml", OUTSIDE),
        ("../" * 50 + "etc/passwd", OUTSIDE),
        ("..", None),
        ("../../home-other/x.yaml", OUTSIDE),
    ],
)
def test_references_that_lead_elsewhere(home: Path, url: str, code: str | None) -> None:
    """A reference to another machine, to no file at all or out of the folders is refused by name."""
    if code is None:
        found = resolve_reference(home / "arazzo" / "flow.yaml", url, roots=[home])
        with pytest.raises(InvalidDocument, match="folder"):
            read_document(found, roots=[home])
    else:
        assert code == refusal(home, url).code


def test_double_encoding_is_undone_once(home: Path) -> None:
    """A percent sign that was itself encoded is part of a name, not a way out."""
    found = resolve_reference(home / "arazzo" / "flow.yaml", "..%252f..%252fsecret.yaml", roots=[home])
    assert home / "arazzo" / "..%2f..%2fsecret.yaml" == found


@pytest.mark.parametrize("is_folder", [False, True])
def test_links_out_of_the_folders(home: Path, *, is_folder: bool) -> None:
    """A link that leads out is refused, be it the file itself or a folder on the way."""
    link = home / "arazzo" / "link"
    link.symlink_to(home.parent if is_folder else home.parent / "secret.yaml")
    url = "link/secret.yaml" if is_folder else "link"
    error = refusal(home, url)
    assert OUTSIDE == error.code
    assert str(home / "arazzo" / url) == error.where
    assert str(home) in error.hint
    with pytest.raises(InvalidDocument, match="outside"):
        read_document(home / "arazzo" / url, roots=[home])


def test_links_within_the_folders(home: Path) -> None:
    """A link to another file below a root is as good as the file."""
    (home / "arazzo" / "link.yaml").symlink_to("../openapi/users.yaml")
    assert {"a": 1} == read_document(home / "arazzo" / "link.yaml", roots=[home]).value


def test_a_root_that_is_a_link(home: Path) -> None:
    """A root is followed as well, so a folder behind a link can be a root."""
    (home.parent / "alias").symlink_to(home)
    alias = home.parent / "alias"
    assert {"a": 1} == read_document(alias / "openapi" / "users.yaml", roots=[alias]).value


def test_a_link_to_itself(home: Path) -> None:
    """A link that never ends is refused, whether resolving or reading notices."""
    (home / "arazzo" / "loop").symlink_to("loop")
    with pytest.raises(InvalidDocument) as caught:
        read_document(home / "arazzo" / "loop", roots=[home])
    assert caught.value.code in {INVALID, "file-unreadable"}
    assert caught.value.hint


def test_a_path_with_a_nul_is_no_path(home: Path) -> None:
    """A path that no system knows is refused before anything is looked up."""
    with pytest.raises(InvalidDocument) as caught:
        read_document(home / "a\0b", roots=[home])
    assert INVALID == caught.value.code


def test_no_root_means_no_bound(home: Path) -> None:
    """Without roots any file may be read, with an empty list none."""
    assert {"a": 1} == read_document(home / "openapi" / "users.yaml").value
    with pytest.raises(InvalidDocument, match="outside"):
        read_document(home / "openapi" / "users.yaml", roots=[])


@given(st.text(max_size=60) | st.text(alphabet="./%2ef\\:0#?~@[]h \0", max_size=40))
def test_no_reference_leads_out(tmp_path_factory: pytest.TempPathFactory, url: str) -> None:
    """Whatever a reference says, it names a path below a root or is refused."""
    root = tmp_path_factory.getbasetemp()
    try:
        found = resolve_reference(root / "arazzo" / "flow.yaml", url, roots=[root])
    except InvalidDocument as error:
        codes = {error.code}
    else:
        codes = set()
        assert found.resolve().is_relative_to(root.resolve())
    assert codes <= {REMOTE, INVALID, OUTSIDE}


@pytest.mark.parametrize(
    ("document", "roots"),
    [
        ("/srv/flows/arazzo/flow.yaml", ("/srv/flows", "/somewhere")),
        ("/srv/flow.yaml", ("/srv", "/somewhere")),  # the folder above is the root of the file system
        ("/flow.yaml", ("/", "/somewhere")),
    ],
)
def test_roots_of_a_document(document: str, roots: tuple[str, ...]) -> None:
    """A document may use the folder above its own, but not the whole file system just because it lies near its top."""
    found = document_roots(Path(document), working_directory=Path("/somewhere"))
    assert tuple(map(Path, roots)) == found


def test_more_roots(home: Path) -> None:
    """The folders that the user allows come after the two that are always there, links followed."""
    (home.parent / "alias").symlink_to(home / "openapi")
    found = document_roots(
        home / "arazzo" / "flow.yaml", working_directory=home / "arazzo", extra=[home.parent / "alias", Path("/srv")]
    )
    assert (home, home / "arazzo", home / "openapi", Path("/srv")) == found


def test_roots_of_a_relative_path(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that is named from the working directory has the roots of its absolute path."""
    monkeypatch.chdir(home)
    assert (home, home) == document_roots(Path("arazzo/flow.yaml"), working_directory=Path())
