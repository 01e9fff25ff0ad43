"""How costs grow with rules, slots, pages, profiles and those who come at once: `python -m benchmarks.growth`."""
