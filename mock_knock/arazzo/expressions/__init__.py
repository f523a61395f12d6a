"""Runtime expressions: their grammar, what they can see, and where they stand in text."""
