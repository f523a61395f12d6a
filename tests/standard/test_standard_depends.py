"""Arazzo, dependsOn of workflows and of steps."""

from __future__ import annotations

import pytest
from standard_cases import Case, compare, read_runs

from mock_knock.arazzo.template import Dialect


@pytest.mark.parametrize(("case", "dialect"), read_runs("depends"))
def test_depends(case: Case, dialect: Dialect) -> None:
    """Workflows and steps wait for others as the rule of the case says."""
    expected, came = compare(case, dialect)
    assert expected == came
