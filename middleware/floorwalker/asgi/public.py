"""Public names that join several rooms."""

from collections.abc import Mapping
from os import PathLike
from typing import Any, cast

from floorwalker.asgi.rules.rule_checks import content_checks
from floorwalker.core import ruleset as core
from floorwalker.errors import RuleErrors
from floorwalker.html.blocks import BlockRenderer, template_sources
from floorwalker.rulefile import read, read_files


class Ruleset(core.Ruleset, frozen=True, dict=True):
    """Everything that editors wrote, checked once and frozen."""

    @classmethod
    def load(cls, folder: str | PathLike[str], templates: str | PathLike[str] | None = None) -> "Ruleset":
        """The rules of a folder; blocks must name what lies in the folder of templates, where one is given.

        Raises RuleErrors, which holds every problem with file, line, column, message and hint; ConfigurationError
        where a folder cannot be read.
        """
        files = read_files(folder, templates)
        renderer = None if files.templates is None else BlockRenderer(template_sources(files.templates))
        loaded, problems = read(files.rules, files.templates, checks=content_checks(renderer))
        if loaded is None:
            raise RuleErrors(problems)
        fields = cast(Mapping[str, Any], {name: getattr(loaded, name) for name in loaded.__struct_fields__})
        return cls(**fields)
