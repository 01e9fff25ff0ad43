"""The door for those who speak with visitors: one read-only page per visitor, behind an operator login."""
