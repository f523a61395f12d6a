"""Reports: pure functions of the result of a run."""
