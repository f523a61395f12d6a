"""What the standard does not bound."""

from __future__ import annotations

import pytest
from standard_cases import Case, compare, read_runs

from mock_knock.arazzo.template import Dialect


@pytest.mark.parametrize(("case", "dialect"), read_runs("budgets"))
def test_budgets(case: Case, dialect: Dialect) -> None:
    """A run that does not end by itself ends as the rule of the case says."""
    expected, came = compare(case, dialect)
    assert expected == came
