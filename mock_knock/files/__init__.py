"""The only part of the project that touches files: strict documents, bounded places, atomic writes."""

from mock_knock.files.bundled import bundled, bundled_text, choose_file, find_bundled, list_bundled
from mock_knock.files.document import MAX_BYTES, Source, read_document
from mock_knock.files.places import document_roots, resolve_reference
from mock_knock.files.prepared import read_prepared, write_prepared
from mock_knock.files.writing import append_text, check_writable, replace_text, write_text

__all__ = [
    "MAX_BYTES",
    "Source",
    "append_text",
    "bundled",
    "bundled_text",
    "check_writable",
    "choose_file",
    "document_roots",
    "find_bundled",
    "list_bundled",
    "read_document",
    "read_prepared",
    "replace_text",
    "resolve_reference",
    "write_prepared",
    "write_text",
]
