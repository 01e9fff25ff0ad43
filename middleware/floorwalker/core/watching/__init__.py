"""Watched segments: who came into one or left it, by what they did or by time alone."""
