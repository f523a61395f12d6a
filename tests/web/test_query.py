from __future__ import annotations

import pytest

from mock_knock.contract.records import MultiMap
from mock_knock.domain.pages import PageRequest
from mock_knock.web.query import described_query, read_page_request


@pytest.mark.parametrize(
    ("sent", "name", "values"),
    [
        ([("status[]", "queued"), ("status[]", "sent")], "status", ["queued", "sent"]),
        ([("status", "queued"), ("status[]", "sent")], "status", ["queued", "sent"]),
        ([("inserted_at[gt]", "x")], "inserted_at.gt", ["x"]),
        ([("inserted_at.gt", "x")], "inserted_at.gt", ["x"]),
        ([("recipient[id]", "x")], "recipient.id", ["x"]),
        ([("a[b][c]", "x")], "a[b][c]", ["x"]),
        ([("[]", "x")], "[]", ["x"]),
    ],
)
def test_names_on_the_wire(sent: list[tuple[str, str]], name: str, values: list[str]) -> None:
    """Brackets on the wire are the described names; what has none is taken as it is."""
    assert {name: values} == {each: described_query(sent).getlist(each) for each in described_query(sent)}


def test_the_page_that_is_asked_for() -> None:
    """Without parameters it is the first page of fifty."""
    assert PageRequest() == read_page_request(MultiMap())
    assert PageRequest("a", "b", 7) == read_page_request(
        MultiMap({"after": "a", "before": "b", "page_size": "7"}.items())
    )
