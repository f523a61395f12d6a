"""Arazzo, Parameter and Reusable Objects."""

from __future__ import annotations

import pytest
from standard_cases import Case, compare, read_runs

from mock_knock.arazzo.template import Dialect


@pytest.mark.parametrize(("case", "dialect"), read_runs("parameters"))
def test_parameters(case: Case, dialect: Dialect) -> None:
    """Parameters are merged and written into the request as the rule of the case says."""
    expected, came = compare(case, dialect)
    assert expected == came
