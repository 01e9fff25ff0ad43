"""Public names that join several rooms."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, cast

from floorwalker.asgi.rule_checks import content_checks
from floorwalker.core import ruleset as core
from floorwalker.html.blocks import BlockRenderer, read_templates
from floorwalker.rulefile import load


class Ruleset(core.Ruleset, frozen=True, dict=True):
    """Everything that editors wrote, checked once and frozen."""

    @classmethod
    def load(cls, folder: str | PathLike[str], templates: str | PathLike[str] | None = None) -> "Ruleset":
        """The rules of a folder; blocks must name what lies in the folder of templates, where one is given.

        Raises RuleErrors, which holds every problem with file, line, column, message and hint; ConfigurationError
        where a folder cannot be read.
        """
        renderer = BlockRenderer(read_templates(Path(templates))) if templates is not None else None
        loaded = load(folder, templates, checks=content_checks(renderer))
        fields = cast(Mapping[str, Any], {name: getattr(loaded, name) for name in loaded.__struct_fields__})
        return cls(**fields)
