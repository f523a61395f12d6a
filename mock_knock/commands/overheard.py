"""A fake that remembers who called it, so that it can be asked about all of them when they are gone."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, Final

from werkzeug.datastructures import Headers

from mock_knock.harness.called import CalledWorld, CallReport, sum_up
from mock_knock.harness.gauntlet import ask_control
from mock_knock.harness.transport import WsgiTransport
from mock_knock.service.world import MAX_WORLDS
from mock_knock.web.guard import AccessRules, carried_key

_API: Final = "/v1/"


class Overheard:
    """A WSGI application in front of a fake, which counts the requests of each key."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        if environ["PATH_INFO"].startswith(_API):
            self._count(carried_key(Headers([("Authorization", environ.get("HTTP_AUTHORIZATION", ""))])))
        return self._application(environ, start)

    def _count(self, key: str) -> None:
        with self._lock:
            self._counts[key] = self._counts.pop(key, 0) + 1
            while len(self._counts) > MAX_WORLDS:
                self._counts.popitem(last=False)

    def report(self, access: AccessRules, command: str, code: int) -> CallReport:
        """Return what was called, by a command that ended with an exit code."""
        opened = {access.environment(key): key for key in self._counts if _opens(access, key)}
        refused = sum(count for key, count in self._counts.items() if not _opens(access, key))
        ending = "failure" if code else "success"
        worlds = tuple(self._world(each, ending) for each in opened.values())
        return CallReport(command, code, worlds, refused, frozenset(self._counts))

    def _world(self, key: str, ending: str) -> CalledWorld:
        transport, authorization = WsgiTransport(self._application), f"Bearer {key}"
        journal = ask_control(transport, "/requests", authorization)
        verdict = ask_control(transport, f"/verdict?client={ending}", authorization)
        return sum_up(journal, verdict, key=key)


def _opens(access: AccessRules, key: str) -> bool:
    return bool(key) and key not in access.revoked and access.admits(key)
