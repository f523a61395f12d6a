"""The harness: runs a flow against anything that speaks HTTP and judges every message."""
