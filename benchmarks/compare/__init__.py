"""Others side by side in one run, on the same page and under the same load: `make bench-compare`."""
