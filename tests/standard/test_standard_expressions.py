"""Arazzo, Runtime Expressions."""

from __future__ import annotations

import pytest
from standard_cases import Case, compare, read_runs

from mock_knock.arazzo.template import Dialect


@pytest.mark.parametrize(("case", "dialect"), read_runs("expressions"))
def test_expressions(case: Case, dialect: Dialect) -> None:
    """Runtime expressions are read, typed and embedded as the rule of the case says."""
    expected, came = compare(case, dialect)
    assert expected == came
