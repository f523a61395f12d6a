"""Addresses that requests can be sent to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from mock_knock.errors import UsageError
from mock_knock.harness.flow import Flow
from mock_knock.harness.run_settings import Addresses
from mock_knock.harness.transport import IN_PROCESS_URL

_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


def is_address(url: str) -> bool:
    """Tell whether a URL says where requests go, and says it to every program alike.

    It is http or https with a host, without query and fragment, and without blanks and backslashes: those are read
    as part of the host by one program and as its end by another.
    """
    try:
        parts = urlsplit(url)
        is_placed = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    is_plain = not (parts.query or parts.fragment or _UNSAFE.search(url))
    return is_placed and is_plain and url.startswith(("http://", "https://"))


def find_addresses(target: str, servers: Mapping[str, str]) -> Addresses:
    """Return where requests go; raises UsageError for something that is not an address."""
    for name, url in servers.items():
        if not is_address(url):
            hint = f"--server {name}=http://127.0.0.1:4010"
            raise UsageError("server-unknown", f"'{url}' is not an address", hint=hint)
    match target:
        case "mock" if servers:
            hint = "add --target described, or name the target itself"
            raise UsageError("server-without-network", "--server has no effect on --target mock", hint=hint)
        case "mock":
            return Addresses(IN_PROCESS_URL)
        case "described":
            return Addresses(None, servers)
        case url if is_address(url):
            return Addresses(url, servers)
    hint = "use mock, described or an address such as http://127.0.0.1:4010"
    raise UsageError("target-unknown", f"'{target}' is not a target", hint=hint)


def check_servers(flow: Flow, addresses: Addresses) -> None:
    """Refuse `--server` for a source description that no document of the flow has.

    Raises:
        UsageError: `server-unknown`.
    """
    sources = (each.name for document in flow.documents() for each in document.document.sources)
    names = list(dict.fromkeys(sources))
    unknown = [name for name in addresses.servers if name not in names]
    if unknown:
        hint = f"source descriptions: {', '.join(names)}"
        message = f"--server names a source that is not there: '{unknown[0]}'"
        raise UsageError("server-unknown", message, where=flow.source.display, hint=hint)
