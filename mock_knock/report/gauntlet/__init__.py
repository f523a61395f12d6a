"""Reports of a gauntlet: pure functions of its result."""
