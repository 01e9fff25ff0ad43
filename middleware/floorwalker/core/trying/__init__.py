"""Trying rules out: people made up, and what other rules would have done to those who came."""
