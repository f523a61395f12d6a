"""What can go wrong in a use case."""

from __future__ import annotations

from mock_knock.errors import MockKnockError


class ResourceMissing(MockKnockError):
    """What a request names does not exist in this world."""


class TransitionRefused(MockKnockError):
    """A bulk operation cannot go to the state it was pushed to."""


class SnapshotRefused(MockKnockError):
    """A world keeps no more snapshots."""


class ParameterInvalid(MockKnockError):
    """A parameter keeps its description and cannot be used all the same; `where` is its place in the request."""


class TriggerRefused(MockKnockError):
    """A workflow cannot be triggered; `where` is the parameter at fault."""


def resource_missing(what: str, where: str) -> ResourceMissing:
    """Return the error for something that is not there; `what` begins a sentence."""
    return ResourceMissing("resource_missing", f"{what} does not exist", where=where)
