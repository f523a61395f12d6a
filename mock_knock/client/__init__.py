"""The client of `/_mock`: everything that the fake's own controls offer, from Python."""

from mock_knock.client.admin import AdminClient
from mock_knock.client.results import (
    ClockReading,
    Difference,
    FaultStanding,
    Invariant,
    JournalPage,
    NearMiss,
    SavedState,
    Verdict,
    VerificationResult,
)
from mock_knock.client.sending import AdminRefused, FieldError, HttpSender, Sender

__all__ = [
    "AdminClient",
    "AdminRefused",
    "ClockReading",
    "Difference",
    "FaultStanding",
    "FieldError",
    "HttpSender",
    "Invariant",
    "JournalPage",
    "NearMiss",
    "SavedState",
    "Sender",
    "Verdict",
    "VerificationResult",
]
