"""Arazzo, Failure Action Object."""

from __future__ import annotations

import pytest
from standard_cases import Case, compare, read_runs

from mock_knock.arazzo.template import Dialect


@pytest.mark.parametrize(("case", "dialect"), read_runs("on_failure"))
def test_on_failure(case: Case, dialect: Dialect) -> None:
    """What follows a step that failed is as the rule of the case says."""
    expected, came = compare(case, dialect)
    assert expected == came
