"""The address that a server listens on: how it is read, what it is called, and why it cannot be had."""

from __future__ import annotations

import errno
import socket
from typing import Any, Final

from waitress.adjustments import Adjustments

from mock_knock.errors import UsageError

_REACHABLE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # names for people, nothing is bound here


def listen(host: str, port: int, *, backlog: int) -> socket.socket:
    """Return a socket that listens, on the address as waitress reads it; `port` 0 takes a free one.

    Raises:
        UsageError: `port-in-use`, `port-refused`, or `address-unusable` for a host that is not this machine's.
    """
    try:
        found: tuple[Any, ...] = Adjustments(host=host, port=port).listen[0]
    except ValueError as error:
        raise unknown_host(host, port) from error
    family, *_, address = found
    try:
        return socket.create_server(address[:2], family=family, backlog=backlog)
    except OSError as error:
        raise bind_error(error, host, port) from error


def name_in_urls(address: str) -> str:
    """Return how an address that was bound is written in a URL which leads to it."""
    reachable = _REACHABLE.get(address, address)
    return f"[{reachable}]" if ":" in reachable else reachable


def bind_error(error: OSError, host: str, port: int) -> UsageError:
    """Return what to tell of an address that could not be bound."""
    where = f"{host}:{port}"
    if error.errno == errno.EADDRINUSE:
        hint = "use --port 0 for a free port, or end the program that listens there"
        return UsageError("port-in-use", f"port {port} is in use", where=where, hint=hint)
    if error.errno == errno.EACCES:
        return UsageError("port-refused", f"port {port} needs more rights", where=where, hint="use a port above 1023")
    return _unusable(error.strerror or str(error), where)


def unknown_host(host: str, port: int) -> UsageError:
    """Return what to tell of a host that has no address."""
    return _unusable("the host name is not known", f"{host}:{port}")


def _unusable(reason: str, where: str) -> UsageError:
    return UsageError("address-unusable", f"cannot listen there: {reason}", where=where, hint="use --host 127.0.0.1")
