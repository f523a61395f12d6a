"""Arazzo, Request Body, Payload Replacement and Selector Objects."""

from __future__ import annotations

import pytest
from standard_cases import Case, compare, read_runs

from mock_knock.arazzo.template import Dialect


@pytest.mark.parametrize(("case", "dialect"), read_runs("bodies"))
def test_bodies(case: Case, dialect: Dialect) -> None:
    """A payload becomes the body of a request as the rule of the case says."""
    expected, came = compare(case, dialect)
    assert expected == came
