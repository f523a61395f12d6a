"""Where the source descriptions of a document are: by its `$self`, else by where it was read (Arazzo 1.1.0)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from posixpath import relpath
from urllib.parse import quote, unquote, urljoin, urlsplit

from mock_knock.errors import InvalidDocument
from mock_knock.files import resolve_reference

_REMOTE = {"http", "https"}


def base_uri_of(path: Path, self_uri: str | None) -> str:
    """Return the URI that relative references of a document start from; a relative `$self` starts from its file.

    Raises:
        InvalidDocument: `reference-invalid`; `$self` is no URI.
    """
    retrieved = path.resolve().as_uri()
    try:
        found = retrieved if self_uri is None else urljoin(retrieved, self_uri)
        urlsplit(found)
    except ValueError as error:
        hint = "write an address such as https://example.com/flows/this.arazzo.yaml, or a relative path"
        what = f"'{self_uri}' is not a URI reference"
        raise InvalidDocument("reference-invalid", what, where=f"{path}#/$self", hint=hint) from error
    return found


def locate_source(path: Path, base: str, url: str, *, roots: Sequence[Path], identities: Mapping[str, Path]) -> Path:
    """Return the local file that a source description names.

    Args:
        path: of the document that names it.
        base: the base URI of that document.
        url: as it is written.
        roots: the folders it must lie below.
        identities: the base URIs of documents that were read already: a URI that is one of them means that document.

    A document whose `$self` is a web address keeps its files beside it all the same: what the `url` comes to, seen from
    `$self`, is looked for in the same place seen from the file. Nothing is ever fetched.

    Raises:
        InvalidDocument: `remote-reference-refused`, `reference-invalid` or `path-outside-roots`.
    """
    try:
        wanted, origin = urljoin(base, url), urlsplit(base)
        target = urlsplit(wanted)
    except ValueError as error:
        hint = "write a relative path with `/`"
        raise InvalidDocument("reference-invalid", f"'{url}' is not a reference", where=str(path), hint=hint) from error
    if wanted in identities:
        return identities[wanted]
    if origin.scheme not in _REMOTE:
        return _local(path, base, url, wanted, roots)
    if (target.scheme, target.netloc) != (origin.scheme, origin.netloc):
        return resolve_reference(path, url, roots=roots)
    beside = relpath(unquote(target.path), unquote(origin.path).rpartition("/")[0] or "/")
    return resolve_reference(path, quote(beside), roots=roots)


def _local(path: Path, base: str, url: str, wanted: str, roots: Sequence[Path]) -> Path:
    if base == path.resolve().as_uri():
        return resolve_reference(path, url, roots=roots)
    return resolve_reference(path, wanted, roots=roots)  # the folders of `$self` need not exist
