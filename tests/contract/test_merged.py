from __future__ import annotations

from openapi_spec_validator import validate

from mock_knock.contract.merged import merge_descriptions
from mock_knock.served import served_descriptions, served_operations


def test_one_document_has_everything() -> None:
    """The merged description is a valid one, has each operation once and every component of each part as it is."""
    merged = merge_descriptions(served_descriptions())
    validate(merged)
    found = [operation["operationId"] for item in merged["paths"].values() for operation in item.values()]
    assert sorted(served_operations()) == sorted(found)
    for description in served_descriptions():
        for kind, components in description.document["components"].items():
            assert components == {name: merged["components"][kind][name] for name in components}


def test_nothing_merges_to_nothing() -> None:
    """Without descriptions there is no document."""
    assert {} == merge_descriptions(())
