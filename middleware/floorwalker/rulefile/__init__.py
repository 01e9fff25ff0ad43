"""Rule files in YAML become a Ruleset, or every Problem."""

from floorwalker.rulefile.load import Checks, check, folder_version, load, names_of, read, version_of
from floorwalker.rulefile.problems import Problem, Severity
from floorwalker.rulefile.reading import Judgement
from floorwalker.rulefile.reference import reference
from floorwalker.rulefile.schema import schema

__all__ = [
    "Checks",
    "Judgement",
    "Problem",
    "Severity",
    "check",
    "folder_version",
    "load",
    "names_of",
    "read",
    "reference",
    "schema",
    "version_of",
]
