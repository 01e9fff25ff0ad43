"""What changed from one kept version of the rules to the next, as `floorwalker diff` says it."""

from floorwalker.html.references import references
from floorwalker.rulefile import read
from floorwalker.rulefile.comparing import Change, Edition, compare
from floorwalker.store import KeptRules

_LARGEST_BYTES = 200_000  # half a second to read, and a history reads many


def changes_in_words(old: KeptRules, new: KeptRules) -> tuple[str, ...]:
    """A sentence for each change; none where a version has errors or is too large to be read for a table."""
    before, after = _edition(old), _edition(new)
    if before is None or after is None:
        return ()
    changes = compare(before, after, references=references).changes
    return tuple(map(_told, changes))


def _told(change: Change) -> str:
    what = " ".join([change.section.removesuffix("s"), change.name]).strip()
    return f"{what} {change.told}" if change.told.startswith("is ") else f"{what}: {change.told}"


def _edition(kept: KeptRules) -> Edition | None:
    if sum(map(len, (*kept.rules.values(), *kept.templates.values()))) > _LARGEST_BYTES:
        return None
    ruleset, _ = read(kept.rules, kept.templates)
    return None if ruleset is None else Edition(ruleset, kept.templates)
