"""Rule files in YAML become a Ruleset, or every Problem."""

from floorwalker.rulefile.load import Checks, check, load, names_of, read, version_of
from floorwalker.rulefile.problems import Problem, Severity

__all__ = ["Checks", "Problem", "Severity", "check", "load", "names_of", "read", "version_of"]
