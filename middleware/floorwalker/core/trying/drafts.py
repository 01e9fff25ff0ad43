"""Drafts: what is written and not live yet. A preview decides with them."""

from msgspec.structs import replace

from floorwalker.core.ruleset import Entry, Limits, Ruleset


def with_drafts(ruleset: Ruleset) -> Ruleset:
    """The same rules in which every draft is live: segments, blocks, entries and promotions. For previews alone.

    Its version says so: nothing that it decides may be taken for a decision of the live rules.
    """
    return replace(
        ruleset,
        version=f"{ruleset.version}+drafts",
        segments={name: replace(one, draft=False) for name, one in ruleset.segments.items()},
        blocks={name: replace(one, limits=_live(one.limits)) for name, one in ruleset.blocks.items()},
        slots={name: replace(one, show=_entries(one.show)) for name, one in ruleset.slots.items()},
        promotions={name: replace(one, draft=False) for name, one in ruleset.promotions.items()},
    )


def _entries(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return tuple([replace(one, limits=_live(one.limits), show=_entries(one.show)) for one in entries])


def _live(limits: Limits) -> Limits:
    return replace(limits, draft=False) if limits.draft else limits
