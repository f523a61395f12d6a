"""Arazzo, Step Object: what a step calls."""

from __future__ import annotations

import pytest
from standard_cases import Case, compare, read_runs

from mock_knock.arazzo.template import Dialect


@pytest.mark.parametrize(("case", "dialect"), read_runs("targets"))
def test_targets(case: Case, dialect: Dialect) -> None:
    """A step calls the operation that the rule of the case says."""
    expected, came = compare(case, dialect)
    assert expected == came
