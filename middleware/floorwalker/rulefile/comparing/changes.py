"""What a comparison says."""

from collections.abc import Mapping

from msgspec import Struct


class Change(Struct, frozen=True):
    """One difference, as a sentence that begins after the name of what it is about.

    section: of the rule files, or `templates`. name: of the segment, block, slot, …; empty for the site's settings.
    """

    section: str
    name: str
    told: str


class Mixing(Struct, frozen=True):
    """Figures from before and after a change that would be added up under one name.

    kind: segment, block, slot, goal, experiment, promotion or site. why: what changes while the name stays. instead:
    what to write so that they stay apart.
    """

    kind: str
    name: str
    why: str
    instead: str


class Comparison(Struct, frozen=True):
    """changes: by section, in the order of the rule files. renames: section → old name → new name."""

    changes: tuple[Change, ...] = ()
    mixing: tuple[Mixing, ...] = ()
    renames: Mapping[str, Mapping[str, str]] = {}
