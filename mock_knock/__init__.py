"""A local Knock: a fake of the notification API, and a harness that judges Arazzo flows against it."""

__version__ = "0.1.0"
