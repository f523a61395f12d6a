"""Arazzo, Source Description Object and base URIs."""

from __future__ import annotations

import pytest
from standard_cases import Case, compare, read_runs

from mock_knock.arazzo.template import Dialect


@pytest.mark.parametrize(("case", "dialect"), read_runs("sources"))
def test_sources(case: Case, dialect: Dialect) -> None:
    """Source descriptions are found as the rule of the case says."""
    expected, came = compare(case, dialect)
    assert expected == came
