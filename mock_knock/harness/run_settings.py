"""What a run is told beside the flow itself, with its defaults (DESIGN section 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import Literal, Protocol

from mock_knock.arazzo.template import Dialect
from mock_knock.messages import Severity


@dataclass(frozen=True, slots=True)
class RunSettings:
    """Budgets, dialect and severities of a run; times are in seconds on the run's own clock.

    `max_depth` is how many workflows may be inside each other.
    """

    dialect: Dialect = "lenient"
    contract: Literal["fail", "warn", "off"] = "fail"
    severities: Mapping[str, Severity] = field(default_factory=dict)
    poll_interval: float = 0.5
    max_steps: int = 1_000
    max_visits: int = 200
    max_depth: int = 32
    timeout: float = 300.0
    request_timeout: float = 60.0


class RunClock(Protocol):
    """The clock of a run; in process it is the fake's own, so waiting costs nothing."""

    def seconds(self) -> float:
        """Return seconds since some fixed instant; never goes back."""
        ...

    def now(self) -> datetime:
        """Return the current instant, for dates in Retry-After."""
        ...

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        ...


class RealClock:
    """The clock of this machine; `sleep` lets time pass."""

    def __init__(self, sleep: Callable[[float], None] = sleep) -> None:
        self._sleep = sleep

    def seconds(self) -> float:
        """Return the monotonic clock of this machine."""
        return monotonic()

    def now(self) -> datetime:
        """Return the current instant in UTC."""
        return datetime.now(UTC)

    def wait(self, seconds: float) -> None:
        """Sleep."""
        self._sleep(seconds)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where requests go: `target` for all sources, `servers` for single ones; else what the description says."""

    target: str | None = None
    servers: Mapping[str, str] = field(default_factory=dict)

    def resolve(self, source: str, described: str | None) -> str | None:
        """Return the base URL for a source, or None when nobody names one."""
        return self.servers.get(source) or self.target or described


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """How connections are made.

    Attributes:
        proxy: address of a proxy for every request, or None for what the environment says.
        ca_bundle: file of certificates to trust, in PEM, or None for the usual ones.
        client_certificate: file of the certificate to show, in PEM, with its key in it or in a second file after a `,`.
        is_insecure: the certificate of the target is not checked.
    """

    proxy: str | None = None
    ca_bundle: str | None = None
    client_certificate: str | None = None
    is_insecure: bool = False
