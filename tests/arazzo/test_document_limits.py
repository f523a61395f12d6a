"""Documents with more steps than can be looked at in reasonable time."""

from __future__ import annotations

from typing import Any

import pytest

from mock_knock.arazzo.parse import read_document_structure


def document(*counts: int) -> dict[str, Any]:
    """Return a document with a workflow for each number of steps."""
    return {
        "arazzo": "1.0.1",
        "info": {"title": "t", "version": "1"},
        "sourceDescriptions": [{"name": "a", "url": "a.yaml", "type": "openapi"}],
        "workflows": [
            {"workflowId": f"w{index}", "steps": [{"stepId": f"s{step}", "operationId": "o"} for step in range(count)]}
            for index, count in enumerate(counts)
        ],
    }


@pytest.mark.parametrize(
    ("expected", "counts"),
    [
        ([], [500]),
        (["#/workflows/1/steps"], [1, 501]),
        ([], [499, 499]),
        (["#/workflows"], [499, 500]),
        (["#/workflows"], [1] * 501),
        (["#/workflows/0/steps", "#/workflows"], [20_000]),
    ],
)
def test_limits(expected: list[str], counts: list[int]) -> None:
    """A workflow has at most 500 steps, and a document 1,000 workflows and steps."""
    _, findings = read_document_structure(document(*counts))
    assert expected == [each.where for each in findings if each.code == "arazzo-limit"]
    assert {"arazzo-limit"} >= {each.code for each in findings}


@pytest.mark.parametrize("workflows", [None, {}, [None, {"steps": 3}]])
def test_what_is_no_list_is_not_counted(workflows: object) -> None:
    """Other values where workflows or steps belong are reported as such."""
    _, findings = read_document_structure({**document(1), "workflows": workflows})
    assert {"arazzo-structure"} <= {each.code for each in findings}
