"""A local Knock: a fake of the notification API, and a harness that judges Arazzo flows against it.

`run_flow` runs an Arazzo workflow and judges every message, `lint_flow` says what is wrong with one. Names are loaded
when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mock_knock.client import AdminClient
    from mock_knock.errors import InvalidDocument, MockKnockError, Unreachable, UsageError
    from mock_knock.flows import lint_flow, open_flow, run_flow
    from mock_knock.harness.flow import Flow
    from mock_knock.harness.network import NetworkTransport
    from mock_knock.harness.result import RunResult, StepResult
    from mock_knock.harness.run_settings import NetworkSettings, RealClock, RunClock, RunSettings
    from mock_knock.harness.transport import Transport, WsgiTransport
    from mock_knock.local import FakeOptions
    from mock_knock.messages import ContractViolation, Exchange, Finding, HttpRequest, HttpResponse
    from mock_knock.testing import KnockWorld, running

__version__ = "0.1.0"

_PLACES = {
    "errors": ("InvalidDocument", "MockKnockError", "Unreachable", "UsageError"),
    "flows": ("lint_flow", "open_flow", "run_flow"),
    "harness.flow": ("Flow",),
    "harness.run_settings": ("NetworkSettings", "RealClock", "RunClock", "RunSettings"),
    "harness.result": ("RunResult", "StepResult"),
    "harness.network": ("NetworkTransport",),
    "harness.transport": ("Transport", "WsgiTransport"),
    "client": ("AdminClient",),
    "local": ("FakeOptions",),
    "messages": ("ContractViolation", "Exchange", "Finding", "HttpRequest", "HttpResponse"),
    "testing": ("KnockWorld", "running"),
}
_MODULES = {name: f"mock_knock.{place}" for place, names in _PLACES.items() for name in names}

__all__ = [
    "AdminClient",
    "ContractViolation",
    "Exchange",
    "FakeOptions",
    "Finding",
    "Flow",
    "HttpRequest",
    "HttpResponse",
    "InvalidDocument",
    "KnockWorld",
    "MockKnockError",
    "NetworkSettings",
    "NetworkTransport",
    "RealClock",
    "RunClock",
    "RunResult",
    "RunSettings",
    "StepResult",
    "Transport",
    "Unreachable",
    "UsageError",
    "WsgiTransport",
    "lint_flow",
    "open_flow",
    "run_flow",
    "running",
]


def __getattr__(name: str) -> object:
    """Load a public name from its module (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module 'mock_knock' has no attribute '{name}'")
    value: object = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
