"""Bytes to nodes: YAML read without resolving anything, its slips explained in an editor's words; and back."""
