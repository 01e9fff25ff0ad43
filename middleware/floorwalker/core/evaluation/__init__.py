"""Evaluation: conditions asked of one visitor at one moment, compiled for speed, and walked to explain."""
