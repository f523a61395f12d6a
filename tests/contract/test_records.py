"""Messages in the form of the judge."""

from __future__ import annotations

import pytest

from mock_knock.contract.records import HeaderMap, RequestParameters, header_map


def test_header_names_have_no_case() -> None:
    """A field is found by its name in any case; of several with one name the first counts."""
    fields = HeaderMap([("X-Id", "1"), ("x-id", "2"), ("Accept", "a")])
    assert "1" == fields["x-ID"]
    assert "X-iD" in fields
    assert ["X-Id", "Accept"] == list(fields)
    assert 2 == len(fields)
    with pytest.raises(KeyError):
        fields["X-Other"]


def test_line_breaks_in_values_are_spaces() -> None:
    """A folded header is one line."""
    assert "a b" == header_map((("X-Id", "a\r\nb"),))["X-Id"]


def test_parameters_by_place() -> None:
    """openapi-core asks for the parameters of a place by its name."""
    assert {"id": "1"} == RequestParameters(path={"id": "1"})["path"]
