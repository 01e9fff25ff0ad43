"""Templates and what shows them: a content is the text that it leads to, not only the path that it names."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from floorwalker.core.ruleset import Content, Entry, Ruleset
from floorwalker.rulefile.comparing.meaning import meaning

References = Callable[[str], frozenset[str]]
"""The templates that a template's source names."""


def no_references(_: str) -> frozenset[str]:
    return frozenset()


class Texts:
    """The templates of one edition. files: by path."""

    def __init__(self, files: Mapping[str, bytes], references: References) -> None:
        self.files = files
        self._references = references
        self._named: dict[str, frozenset[str]] = {}
        self._led_to: dict[tuple[bool, str], frozenset[str]] = {}

    def meaning(self, content: Content) -> Any:
        """A content to compare by: what it is, with the texts of all templates that it leads to."""
        digests = frozenset((path, sha256(self.files.get(path, b"")).hexdigest()) for path in self.leads_to(content))
        return (content.kind, content.source, meaning(content.values), digests)

    def leads_to(self, content: Content) -> frozenset[str]:
        """The templates that a content shows, those of their includes with them."""
        key = (content.kind == "template", content.source)
        if key not in self._led_to:
            first = {content.source} if content.kind == "template" else self._references(content.source)
            self._led_to[key] = self._closure(first)
        return self._led_to[key]

    def shown_as(self, path: str, ruleset: Ruleset) -> list[str]:
        """Which blocks show a template, each with its slots."""
        slots: dict[str, list[str]] = {}
        for name, content in contents(ruleset):
            if path in self.leads_to(content):
                slots.setdefault(content.name, []).extend([name] if name else [])
        return [f"{block} (in {', '.join(dict.fromkeys(own))})" if own else block for block, own in slots.items()]

    def _closure(self, first: Iterable[str]) -> frozenset[str]:
        found: set[str] = set()
        waiting = [*first]
        while waiting:
            path = waiting.pop()
            if path not in found:
                found.add(path)
                waiting += self._names_in(path)
        return frozenset(found)

    def _names_in(self, path: str) -> frozenset[str]:
        if path not in self._named:
            source = self.files.get(path, b"").decode("utf-8", "replace")
            self._named[path] = frozenset() if "\0" in source else self._references(source)
        return self._named[path]


def contents(ruleset: Ruleset) -> Iterator[tuple[str, Content]]:
    """Everything that is shown, with the slot that shows it; blocks that no slot shows have none."""
    for block in ruleset.blocks.values():
        yield "", block.content
    for slot in ruleset.slots.values():
        yield from ((slot.name, entry.content) for entry in all_entries(slot.show) if entry.content is not None)
        yield slot.name, slot.otherwise


def live_contents(ruleset: Ruleset) -> Iterator[Content]:
    """What visitors may have seen: no drafts."""
    drafts = {name for name, block in ruleset.blocks.items() if block.limits.draft}
    drafts_of = {name for name, promotion in ruleset.promotions.items() if promotion.draft}
    for slot in ruleset.slots.values():
        yield slot.otherwise
        for entry in all_entries(slot.show, live=True):
            if entry.content is not None and entry.content.name not in drafts and entry.promotion not in drafts_of:
                yield entry.content


def all_entries(entries: Iterable[Entry], *, live: bool = False) -> Iterator[Entry]:
    """Entries and those nested in them. live: without drafts, and what lies in them."""
    for entry in entries:
        if not (live and entry.limits.draft):
            yield entry
            yield from all_entries(entry.show, live=live)
