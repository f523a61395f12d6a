"""UUIDs as text, made of digits directly: making objects of them takes three times as long."""

from __future__ import annotations

from hashlib import sha1

_VARIANTS = "89ab"


def write_uuid(digits: str, version: int) -> str:
    """Return the UUID of at least 32 hexadecimal digits, with version and variant put in (RFC 9562 section 4)."""
    variant = _VARIANTS[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-{version}{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def derive_uuid(namespace: bytes, name: str) -> str:
    """Return the UUID of version 5 of a name in a namespace, which are the bytes of another one (section 5.5)."""
    return write_uuid(sha1(namespace + name.encode(), usedforsecurity=False).hexdigest(), 5)
