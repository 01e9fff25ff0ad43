"""Rule files in YAML become a Ruleset, or every Problem."""

from floorwalker.rulefile.folders import (
    Listing,
    Mark,
    RuleFiles,
    list_rules,
    list_templates,
    read_files,
    read_templates,
    version_of,
)
from floorwalker.rulefile.load import Checks, check, load, names_of, read
from floorwalker.rulefile.problems import Problem, Severity
from floorwalker.rulefile.reading import Judgement
from floorwalker.rulefile.reference import reference
from floorwalker.rulefile.schema import schema

__all__ = [
    "Checks",
    "Judgement",
    "Listing",
    "Mark",
    "Problem",
    "RuleFiles",
    "Severity",
    "check",
    "list_rules",
    "list_templates",
    "load",
    "names_of",
    "read",
    "read_files",
    "read_templates",
    "reference",
    "schema",
    "version_of",
]
