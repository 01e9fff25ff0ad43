"""Conditions: what a rule can ask, defined once, and the tree of typed values that it is read into."""
