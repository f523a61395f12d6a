"""The rules of the fake: pure, without I/O, clock reading or randomness."""
