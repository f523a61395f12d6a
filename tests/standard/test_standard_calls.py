"""Arazzo, Step Object: steps that call a workflow."""

from __future__ import annotations

import pytest
from standard_cases import Case, compare, read_runs

from mock_knock.arazzo.template import Dialect


@pytest.mark.parametrize(("case", "dialect"), read_runs("calls"))
def test_calls(case: Case, dialect: Dialect) -> None:
    """A workflow that a step calls gets and gives what the rule of the case says."""
    expected, came = compare(case, dialect)
    assert expected == came
