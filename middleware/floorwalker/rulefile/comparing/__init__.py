"""Two rulesets side by side: what changes, in words, and which figures would be mixed under one name."""

from floorwalker.rulefile.comparing.changes import Change, Comparison, Mixing
from floorwalker.rulefile.comparing.compare import Edition, compare

__all__ = ["Change", "Comparison", "Edition", "Mixing", "compare"]
