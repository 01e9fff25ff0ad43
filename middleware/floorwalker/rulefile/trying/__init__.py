"""Personas and tests: people made up, and what editors expect of them."""
