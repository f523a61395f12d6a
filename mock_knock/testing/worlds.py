"""Where the worlds of a test session come from: a fake of its own in this process, or one that runs somewhere."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Self
from uuid import uuid4

from mock_knock.client import AdminClient
from mock_knock.client.sending import stranger
from mock_knock.testing.world import KnockWorld


class Worlds:
    """The worlds of one fake; used in a `with` statement, at whose end a fake of its own is stopped.

    Args:
        url: the address of a fake that runs; without it one is started on a free port of this machine.
        token: what that fake asks for under `/_mock`.
    """

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        self._given = url
        self._token = token
        self._stack = ExitStack()
        self._first: KnockWorld | None = None

    def __enter__(self) -> Self:
        """Start the fake, or see whether it answers.

        Raises:
            Unreachable: it does not.
            AdminRefused: what answers is no fake, or lets nobody in.
            UsageError: its address is none.
        """
        with ExitStack() as stack:
            if self._given:
                admin = stack.enter_context(AdminClient(self._given, _new_key(), token=self._token))
                self._first = KnockWorld(admin.url, admin.api_key, _examined(admin))
            else:
                from mock_knock.testing.embedded import running  # noqa: PLC0415  # needs Flask

                self._first = stack.enter_context(running())
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the fake, if it is one of its own."""
        self._stack.close()

    @property
    def url(self) -> str:
        """The address of the fake."""
        return self._started().url

    def new_world(self) -> KnockWorld:
        """Return a world that nobody else has; it begins with the first request."""
        first, api_key = self._started(), _new_key()
        return KnockWorld(first.url, api_key, first.admin.for_key(api_key), first.application)

    def _started(self) -> KnockWorld:
        if self._first is None:
            raise RuntimeError("worlds are there in a `with` statement only")
        return self._first


def _new_key() -> str:
    return f"sk_test_{uuid4().hex}"


def _examined(admin: AdminClient) -> AdminClient:
    """Return a client if it is a fake that answers it."""
    if "version" not in admin.health():
        raise stranger(admin.url, 200)
    return admin
