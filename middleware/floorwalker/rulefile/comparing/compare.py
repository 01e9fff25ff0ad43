"""Two editions of the rules, compared."""

from collections import Counter
from collections.abc import Iterator, Mapping

from msgspec import Struct

from floorwalker.core.ruleset import Ruleset
from floorwalker.rulefile.comparing.changes import Change, Comparison
from floorwalker.rulefile.comparing.mixing import mixings
from floorwalker.rulefile.comparing.renames import find_renames
from floorwalker.rulefile.comparing.sections import section_changes
from floorwalker.rulefile.comparing.texts import References, Texts, no_references
from floorwalker.rulefile.comparing.words import listed


class Edition(Struct, frozen=True):
    """A ruleset with its templates by path."""

    ruleset: Ruleset
    templates: Mapping[str, bytes] = {}


def compare(old: Edition, new: Edition, *, references: References = no_references) -> Comparison:
    """What changes from the old edition to the new one, and what would be mixed. Pure.

    references: the templates that a template's source names, as by `include` and `extends`.
    """
    before, renames = find_renames(old.ruleset, new.ruleset)
    old_texts, new_texts = Texts(old.templates, references), Texts(new.templates, references)
    changes = [
        *section_changes(before, new.ruleset, renames),
        *_template_changes(old_texts, new_texts, new.ruleset),
    ]
    return Comparison(tuple(changes), tuple(mixings(before, new.ruleset, old_texts, new_texts)), renames)


def _template_changes(old: Texts, new: Texts, ruleset: Ruleset) -> Iterator[Change]:
    for path in sorted({*old.files, *new.files}):
        before, after = old.files.get(path), new.files.get(path)
        if before == after:
            continue
        shown = new.shown_as(path, ruleset)
        where = f"; shown as {listed(shown, 'and')}" if shown else "; nothing shows it"
        if before is None:
            yield Change("templates", path, f"is new{where}")
        elif after is None:
            yield Change("templates", path, "is gone")
        else:
            yield Change("templates", path, f"has another text{_lines(before, after)}{where}")


def _lines(old: bytes, new: bytes) -> str:
    """How many lines came and went; nothing where it is no text."""
    if b"\0" in old or b"\0" in new:
        return ""
    before, after = Counter(old.splitlines()), Counter(new.splitlines())
    fresh, gone = (after - before).total(), (before - after).total()
    if not fresh and not gone:
        return " (its lines in another order)"
    return f" ({fresh} new {_word(fresh)}, {gone} gone)"


def _word(number: int) -> str:
    return "line" if number == 1 else "lines"
