"""The controls of a world, reached both ways, and somebody who uses the fake."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mock_knock import AdminClient, KnockWorld
from tests.client.calls import Caller


@pytest.fixture(params=["in process", "over HTTP"])
def admin(request: pytest.FixtureRequest, knock: KnockWorld) -> Iterator[AdminClient]:
    """Yield the controls of the world of this test."""
    if request.param == "in process":
        yield knock.admin
    else:
        with AdminClient(knock.url, knock.api_key) as client:
            yield client


@pytest.fixture
def caller(knock: KnockWorld) -> Caller:
    """Return a client of `/v1` in the world of this test."""
    return Caller(knock)
