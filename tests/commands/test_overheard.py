"""A fake that remembers who called it."""

from __future__ import annotations

import pytest

from mock_knock.commands import overheard
from mock_knock.commands.overheard import Overheard
from mock_knock.harness.transport import IN_PROCESS_URL, WsgiTransport
from mock_knock.local import FakeOptions, build_fake
from mock_knock.messages import HttpRequest
from mock_knock.web.guard import AccessRules


def test_at_most_so_many_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more keys than there can be worlds those that came longest ago are forgotten; controls are not counted."""
    monkeypatch.setattr(overheard, "MAX_WORLDS", 2)
    application = Overheard(build_fake(FakeOptions()).application)
    transport = WsgiTransport(application)
    for path, key in (
        ("/v1/users", "a"),
        ("/v1/users", "b"),
        ("/v1/users", "a"),
        ("/v1/users", "c"),
        ("/_mock/state", "d"),
    ):
        headers = (("Authorization", f"Bearer sk_test_{key}"),)
        transport.send(HttpRequest("GET", f"{IN_PROCESS_URL}{path}", headers), timeout=60)
    report = application.report(AccessRules(), "x", 0)
    assert {"sk_test_a": 2, "sk_test_c": 1} == {each.key: each.requests for each in report.worlds}
    assert frozenset({"sk_test_a", "sk_test_c"}) == report.keys
