"""Reports of one run: pure functions of its result."""
