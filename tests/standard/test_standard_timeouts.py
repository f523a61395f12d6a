"""Arazzo 1.1.0, Step Object: timeout."""

from __future__ import annotations

import pytest
from standard_cases import Case, compare, read_runs

from mock_knock.arazzo.template import Dialect


@pytest.mark.parametrize(("case", "dialect"), read_runs("timeouts"))
def test_timeouts(case: Case, dialect: Dialect) -> None:
    """A step whose time is over fails as the rule of the case says."""
    expected, came = compare(case, dialect)
    assert expected == came
