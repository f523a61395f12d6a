"""Where a document may lead: only to local files below certain folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mock_knock.errors import InvalidDocument


def document_roots(path: Path, *, working_directory: Path, extra: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Return the folders below which a document may name files (DESIGN section 6).

    They are the parent of the document's folder (so that `../openapi/x.yml` works), the working directory and `extra`.
    Where that parent is the root of the file system, the document's own folder takes its place.
    """
    folder = path.resolve().parent
    above = folder.parent
    nearest = folder if above == above.parent else above
    return (nearest, working_directory.resolve(), *(each.resolve() for each in extra))


def resolve_reference(base: Path, url: str, *, roots: Sequence[Path]) -> Path:
    """Return the local file that a URI-reference in the document `base` names.

    Raises:
        InvalidDocument: `remote-reference-refused`, `reference-invalid` or `path-outside-roots`.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        hint = "write a relative path with `/`"
        raise InvalidDocument("reference-invalid", f"'{url}' is not a reference", where=str(base), hint=hint) from error
    if parts.scheme not in {"", "file"} or parts.netloc not in {"", "localhost"}:
        hint = "download it and name the local file"
        raise InvalidDocument("remote-reference-refused", f"'{url}' is not a local file", where=str(base), hint=hint)
    path = unquote(parts.path)
    if not path or "\0" in path or "\\" in path:
        hint = "write a relative path with `/`"
        raise InvalidDocument("reference-invalid", f"'{url}' does not name a file", where=str(base), hint=hint)
    found = base.parent / path
    check_below_roots(found, roots)
    return found


def check_below_roots(path: Path, roots: Sequence[Path]) -> None:
    """Refuse a path that leads out of all `roots` once links are followed.

    Raises:
        InvalidDocument: `path-outside-roots` or `reference-invalid`.
    """
    try:
        resolved = path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        hint = "name an ordinary file"
        what = f"not a usable path: {error}"
        raise InvalidDocument("reference-invalid", what, where=str(path), hint=hint) from error
    if not any(resolved.is_relative_to(root.resolve()) for root in roots):
        listed = ", ".join(str(root) for root in roots)
        raise InvalidDocument(
            "path-outside-roots",
            "lies outside the folders that the document may use",
            where=str(path),
            hint=f"allow it with --allow-root DIR (allowed now: {listed})",
        )
