"""Faults: what a fake does instead of what it should, when, and to whom (FAULTS sections 3 and 4).

A fault is an envelope (`fault`) around an action, whose parts have a small unit each: `answer`, `delay`, `body`, `wire`
and `bulk`. The `book` of a world counts what matches and decides.
"""
