"""Arazzo, Step Object: successCriteria."""

from __future__ import annotations

import pytest
from standard_cases import Case, compare, read_runs

from mock_knock.arazzo.template import Dialect


@pytest.mark.parametrize(("case", "dialect"), read_runs("success"))
def test_success(case: Case, dialect: Dialect) -> None:
    """A step has succeeded or failed as the rule of the case says."""
    expected, came = compare(case, dialect)
    assert expected == came
