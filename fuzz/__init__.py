"""Fuzzers: whatever bytes come from outside, what must hold holds. `python -m fuzz --help`."""
