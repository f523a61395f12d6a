"""Where source descriptions are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_knock.errors import InvalidDocument
from mock_knock.harness.base_uri import base_uri_of, locate_source

WEB = "https://flows.example/canonical/buy.arazzo.yaml"


@pytest.mark.parametrize(
    ("self_uri", "url", "expected"),
    [
        (None, "api.yaml", "flows/api.yaml"),
        (None, "../specs/api.yaml", "specs/api.yaml"),
        ("other/buy.yaml", "api.yaml", "flows/other/api.yaml"),
        ("../buy.yaml", "specs/api.yaml", "specs/api.yaml"),
        ("no/such/buy.yaml", "../../api.yaml", "flows/api.yaml"),
        (WEB, "api.yaml", "flows/api.yaml"),
        (WEB, "../specs/a%20b.yaml", "specs/a b.yaml"),
        (WEB, "https://flows.example/specs/api.yaml", "specs/api.yaml"),
        (WEB, "/specs/api.yaml", "specs/api.yaml"),
    ],
)
def test_sources_are_found_from_self_or_from_the_file(
    tmp_path: Path, self_uri: str | None, url: str, expected: str
) -> None:
    """References start from `$self`, a relative one from the file; a web address stands for the place of the file."""
    file = tmp_path / "flows" / "buy.yaml"
    target = tmp_path / expected
    (tmp_path / "flows").mkdir()
    target.parent.mkdir(exist_ok=True, parents=True)
    target.touch()
    found = locate_source(file, base_uri_of(file, self_uri), url, roots=[tmp_path], identities={})
    assert target.samefile(found)


@pytest.mark.parametrize(
    ("self_uri", "url", "code"),
    [
        (None, "https://elsewhere.example/api.yaml", "remote-reference-refused"),
        (WEB, "https://elsewhere.example/api.yaml", "remote-reference-refused"),
        (None, "http://[", "reference-invalid"),
        (None, "../../../etc/passwd", "path-outside-roots"),
        ("../../../x/buy.yaml", "api.yaml", "path-outside-roots"),
        ("http://[", "api.yaml", "reference-invalid"),
        ("//[x", "api.yaml", "reference-invalid"),
    ],
)
def test_sources_elsewhere_are_refused(tmp_path: Path, self_uri: str | None, url: str, code: str) -> None:
    """Nothing is fetched, and nothing is read outside the folders that a document may use."""
    file = tmp_path / "flows" / "buy.yaml"
    with pytest.raises(InvalidDocument) as refused:
        locate_source(file, base_uri_of(file, self_uri), url, roots=[tmp_path], identities={})
    assert code == refused.value.code
    assert refused.value.hint


def test_a_document_is_found_by_its_identity(tmp_path: Path) -> None:
    """A URI that is the `$self` of a document which was read means that document, wherever its file is."""
    known = tmp_path / "somewhere" / "else.yaml"
    file = tmp_path / "buy.yaml"
    found = locate_source(file, base_uri_of(file, None), WEB, roots=[tmp_path], identities={WEB: known})
    assert known == found
