"""Messages in the form of the judge."""

from __future__ import annotations

import pytest

from mock_knock.contract.records import HeaderMap, MultiMap, RequestParameters, header_map


def test_header_names_have_no_case() -> None:
    """A field is found by its name in any case; of several with one name the first counts."""
    fields = HeaderMap([("X-Id", "1"), ("x-id", "2"), ("Accept", "a")])
    assert "1" == fields["x-ID"]
    assert "X-iD" in fields
    assert ["X-Id", "Accept"] == list(fields)
    assert 2 == len(fields)
    with pytest.raises(KeyError):
        fields["X-Other"]


def test_all_texts_of_one_name() -> None:
    """Several texts of one name are all kept, in order; in header fields case does not count."""
    pairs = [("a", "1"), ("A", "2"), ("a", "3")]
    assert ["1", "3"] == MultiMap(pairs).getlist("a")
    assert ["1", "2", "3"] == HeaderMap(pairs).getlist("a")
    assert [] == MultiMap(pairs).getlist("b")


def test_line_breaks_in_values_are_spaces() -> None:
    """A folded header is one line."""
    assert "a b" == header_map((("X-Id", "a\r\nb"),))["X-Id"]


def test_parameters_by_place() -> None:
    """openapi-core asks for the parameters of a place by its name."""
    assert {"id": "1"} == RequestParameters(path={"id": "1"})["path"]
