"""Whether a page costs more CPU than at the recorded baseline: `python -m benchmarks.gate`."""
