"""Whole servers side by side under load."""
