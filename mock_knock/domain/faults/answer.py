"""A status in place of the real answer, and what it says about waiting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import MappingProxyType
from typing import Final, Literal

CODES: Final[Mapping[int, str]] = MappingProxyType(
    {
        400: "invalid_json",
        401: "api_key_expired",
        403: "incorrect_token_type",
        404: "resource_missing",
        408: "request_timeout",
        409: "conflict",
        413: "request_too_large",
        415: "unsupported_media_type",
        422: "invalid_params",
        429: "rate_limited",
        500: "internal_error",
        502: "bad_gateway",
        503: "service_unavailable",
        504: "gateway_timeout",
    }
)
"""What the envelope of a status says unless the fault says something else (FACTS section 3 has the documented ones)."""


_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """What an answer says about waiting.

    `unit` says what `value` is: seconds, seconds from now until a date, milliseconds in the header `retry-after-ms`,
    or text that is sent as it is.
    """

    unit: Literal["seconds", "date", "ms", "text"]
    value: float | str

    def header(self, now: datetime) -> tuple[str, str]:
        """Return the header field, name and value."""
        if isinstance(self.value, str):
            return "Retry-After", self.value
        if self.unit == "date":
            seconds = max(self.value, (_EARLIEST - now).total_seconds())
            return "Retry-After", format_datetime(now + timedelta(seconds=seconds), usegmt=True)
        name = "retry-after-ms" if self.unit == "ms" else "Retry-After"
        return name, f"{self.value:.6f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class AnswerFault:
    """A status that takes the place of the answer, in Knock's envelope.

    An empty `code` is the usual one of the status.
    """

    status: int
    code: str = ""
    retry_after: RetryAfter | None = None

    @property
    def shown_code(self) -> str:
        """The code in the envelope."""
        return self.code or CODES.get(self.status, f"status_{self.status}")
