"""Where the worlds of a test session come from: a fake of its own in this process, or one that runs somewhere."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Self

from mock_knock.client import AdminClient
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
        """
        if self._given:
            admin = AdminClient(self._given, token=self._token)
            admin.health()
            self._first = KnockWorld(admin.url, admin.api_key, admin)
        else:
            from mock_knock.testing.embedded import running  # noqa: PLC0415  # needs Flask

            self._first = self._stack.enter_context(running())
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

    def new_world(self, api_key: str) -> KnockWorld:
        """Return the world of a key; it begins with the first request."""
        first = self._started()
        return KnockWorld(first.url, api_key, first.admin.for_key(api_key), first.application)

    def _started(self) -> KnockWorld:
        if self._first is None:
            raise RuntimeError("worlds are there in a `with` statement only")
        return self._first
