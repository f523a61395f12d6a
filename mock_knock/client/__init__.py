"""The client of `/_mock`: everything that the fake's own controls offer, from Python."""

from mock_knock.client.admin import AdminClient
from mock_knock.client.results import (
    ClockReading,
    FaultStanding,
    Invariant,
    JournalPage,
    NearMiss,
    SavedState,
    Verdict,
    VerificationResult,
)
from mock_knock.client.sending import AdminRefused, HttpSender, Sender

__all__ = [
    "AdminClient",
    "AdminRefused",
    "ClockReading",
    "FaultStanding",
    "HttpSender",
    "Invariant",
    "JournalPage",
    "NearMiss",
    "SavedState",
    "Sender",
    "Verdict",
    "VerificationResult",
]
