"""A world of the fake as a test sees it, and a fake for the length of a `with` block."""

from mock_knock.testing.embedded import running
from mock_knock.testing.parts import Fault, WorldTime
from mock_knock.testing.world import KnockWorld

__all__ = ["Fault", "KnockWorld", "WorldTime", "running"]
