"""Where requests go, and what keeps them on this machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

import click

from mock_knock.commands.arguments import read_pairs
from mock_knock.errors import UsageError
from mock_knock.harness.flow import Flow
from mock_knock.harness.options import Addresses
from mock_knock.harness.prepare import Prepared
from mock_knock.harness.transport import is_loopback
from mock_knock.redact import Redactor, clean_terminal

_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


def read_servers(values: Iterable[str]) -> Mapping[str, str]:
    """Read `--server NAME=URL`; raises UsageError for something that is not an address."""
    pairs = dict(read_pairs("--server", values))
    for name, url in pairs.items():
        if not is_address(url):
            hint = f"--server {name}=http://127.0.0.1:4010"
            raise UsageError("server-unknown", f"'{url}' is not an address", hint=hint)
    return pairs


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


def check_servers(flow: Flow, addresses: Addresses) -> None:
    """Refuse `--server` for a source description that the document does not have.

    Raises:
        UsageError: `server-unknown`.
    """
    names = [each.name for each in flow.document.sources]
    unknown = [name for name in addresses.servers if name not in names]
    if unknown:
        hint = f"source descriptions: {', '.join(names)}"
        message = f"--server names a source that is not there: '{unknown[0]}'"
        raise UsageError("server-unknown", message, where=flow.source.display, hint=hint)


def guard_live(prepared: Prepared, *, is_live: bool) -> None:
    """Keep requests on this machine unless `--live` was given; then say what will be sent.

    Raises:
        UsageError: `server-unknown` for an address that programs read differently, or `live-not-allowed`.
    """
    for url in prepared.servers.values():
        if not is_address(url):
            hint = "give --target URL"
            raise UsageError("server-unknown", f"a description names a server that is no address: '{url}'", hint=hint)
    away = {step: url for step, url in prepared.servers.items() if not is_loopback(url)}
    if not away:
        return
    sent = [
        f"  {step}: {prepared.operations[step].method} {url}{prepared.operations[step].path}"
        for step, url in away.items()
    ]
    if not is_live:
        hint = "give --live if these requests may really be sent:\n" + "\n".join(sent)
        url = next(iter(away.values()))
        raise UsageError("live-not-allowed", f"{url} is not this machine", hint=hint)
    listed = "--live: these requests leave this machine:\n" + "\n".join(sent)
    click.echo(clean_terminal(Redactor().text(listed)), err=True)
