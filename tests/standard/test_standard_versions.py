"""Arazzo, Versions and Format."""

from __future__ import annotations

import pytest
from standard_cases import Case, compare, read_runs

from mock_knock.arazzo.template import Dialect


@pytest.mark.parametrize(("case", "dialect"), read_runs("versions"))
def test_versions(case: Case, dialect: Dialect) -> None:
    """A document is read by its version and format as the rule of the case says."""
    expected, came = compare(case, dialect)
    assert expected == came
