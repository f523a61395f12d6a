"""Black box: what mock-knock promises, against any target."""
