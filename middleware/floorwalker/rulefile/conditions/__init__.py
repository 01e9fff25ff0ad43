"""Conditions as editors write them become the condition tree, by the table of definitions."""
