"""Findings with one right answer, and the edits that mend them."""
