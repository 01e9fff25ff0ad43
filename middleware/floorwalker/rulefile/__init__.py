"""Rule files in YAML become a Ruleset, or every Problem."""

from floorwalker.rulefile.load import Checks, check, load, names_of, read, version_of
from floorwalker.rulefile.problems import Problem, Severity
from floorwalker.rulefile.reading import Judgement

__all__ = ["Checks", "Judgement", "Problem", "Severity", "check", "load", "names_of", "read", "version_of"]
