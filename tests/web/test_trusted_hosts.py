from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.web.guard import host_name, is_trusted_host

ALLOWED = ("knock-mock", "Mock.Example.:4010", "fe80::1")
TRUSTED = [
    "localhost",
    "localhost:4010",
    "LOCALHOST",
    "LocalHost:4010",
    "localhost.",
    "localhost.:4010",
    "localhost:",
    " localhost ",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.0.0.1:65535",
    "127.0.0.1.",
    "[::1]",
    "[::1]:4010",
    "[::1]:",
    "knock.localhost",
    "a.b.localhost:80",
    "A.LOCALHOST.",
    "knock-mock",
    "KNOCK-MOCK:4010",
    "mock.example",
    "mock.example.:80",
    "[fe80::1]",
    "[FE80::1]:4010",
]

FOREIGN = [
    "",
    " ",
    ".",
    ":4010",
    "evil.example",
    "evil.example:4010",
    "localhost.evil.example",
    "evil-localhost",
    "notlocalhost:80",
    "127.0.0.1.evil.example",
    "127.0.0.1.evil.example:4010",
    "sub.knock-mock",
    "knock-mock.evil.example",
    "fe80::1",
    "localhost..",
    ".localhost",
    "a..localhost",
    "127.0.0.2",
    "127.1",
    "0.0.0.0",
    "2130706433",
    "0x7f000001",
    "10.0.0.1:4010",
    "[::]",
    "[::2]:4010",
    "[::ffff:127.0.0.1]",
    "::1",
    "::1:4010",
    "[::1",
    "[::1]]",
    "[::1]4010",
    "[::1].evil.example",
    "[localhost]",
    "[127.0.0.1]",
    "[]",
    "[]:80",
    "localhost:80:80",
    "localhost:port",
    "localhost:-1",
    "localhost:8\u0661",
    "localhost,evil.example",
    "localhost, localhost",
    "evil.example, localhost",
    "localhost evil.example",
    "user@localhost",
    "localhost@evil.example",
    "evil.example@localhost:80",
    "localhost/",
    "localhost/path",
    "evil.example/.localhost",
    "localhost\\.evil.example",
    "http://localhost",
    "localhost?x",
    "localhost#x",
    "localhost\x00",
    "evil\t.localhost",
    "localhost%00",
    "\u017focalhost",
    "localhos\uff54",
    "null",
]


@pytest.mark.parametrize("host", TRUSTED)
def test_hosts_that_are_trusted(host: str) -> None:
    """This machine under its names, and the allowed ones, are trusted in any case, with a port and a last dot."""
    assert is_trusted_host(host, ALLOWED)


@pytest.mark.parametrize("host", FOREIGN)
def test_hosts_that_are_foreign(host: str) -> None:
    """Whatever is not exactly one trusted name or address is foreign."""
    assert not is_trusted_host(host, ALLOWED)


@pytest.mark.parametrize("host", ["knock-mock", "mock.example", "[fe80::1]"])
def test_only_allowed_names_are_added(host: str) -> None:
    """Without being allowed, a name that is not this machine's is foreign."""
    assert not is_trusted_host(host)


@given(st.text(max_size=30))
def test_any_text_may_stand_in_a_host(host: str) -> None:
    """Every text is either trusted or not, and the name found in it has nothing but letters, digits and . : _ -."""
    assert is_trusted_host(host) in {True, False}
    name = host_name(host)
    assert name is None or set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789.:_-")


@pytest.mark.parametrize(
    ("host", "name"),
    [("A_B:80", "a_b"), ("[::1]:80", "::1"), ("mock.example.", "mock.example"), ("a/b", None), ("", None)],
)
def test_the_name_in_a_host(host: str, name: str | None) -> None:
    """A Host is read as its name in lower case without port, brackets and last dot; a compose service may have _."""
    assert name == host_name(host)
