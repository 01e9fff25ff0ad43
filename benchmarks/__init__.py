"""Speed, measured side by side: `python -m benchmarks` prints the table, `--smoke` is the short run for CI."""
