"""Deciding: who a visitor is and what each slot shows them, with its reason."""
