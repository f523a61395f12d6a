"""Arazzo 1.0.1 and 1.1.0 as data and decisions: pure, and without any knowledge of Knock."""
