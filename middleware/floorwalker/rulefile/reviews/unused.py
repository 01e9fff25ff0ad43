"""What nobody uses, what is there twice, and slots that no page can match."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from floorwalker.core.reasoning import plain
from floorwalker.core.ruleset import Content, Entry, Ruleset, Segment
from floorwalker.rulefile.nodes import Position
from floorwalker.rulefile.reading import Reading

References = Callable[[str], Collection[str] | None]
"""A template's path → the templates that it extends, includes or imports; None where that is not known beforehand."""


def review_unused(ruleset: Ruleset, reading: Reading) -> None:
    """Warn of segments and blocks that nobody uses, of drafts in use, and of slots that no page can match."""
    _segments(ruleset, reading)
    _blocks(ruleset, reading)
    _drafts_in_use(ruleset, reading)
    _slots_without_pages(ruleset, reading)


def review_templates(ruleset: Ruleset, reading: Reading, references: References) -> None:
    """Warn of templates that no block shows and no other template takes in."""
    known = list(reading.names.known("template"))
    taken_in = {path: references(path) for path in known}
    if any(found is None for found in taken_in.values()):
        return
    waiting = [content.source for content in _contents(ruleset) if content.kind == "template"]
    used: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path not in used:
            used.add(path)
            waiting += taken_in.get(path) or ()
    for path in sorted(set(known) - used):
        hint = "name it in a block or an entry, or take it out"
        reading.findings.warn(Position(path, 1, 1), "unused-template", f"nothing shows the template {path}", hint)


def review_twins(ruleset: Ruleset, reading: Reading) -> None:
    """Warn of segments that ask the same."""
    first: dict[Any, str] = {}
    for segment in ruleset.segments.values():
        at = reading.names.defined_at("segment", segment.name)
        if segment.draft or at is None:
            continue
        other = first.setdefault(_asked(segment), segment.name)
        if other != segment.name:
            hint = f"use {other} in its stead, or write in: {other}"
            message = f"{segment.name} asks the same as {other}"
            reading.findings.warn(at, "same-segment", message, hint)


def _asked(segment: Segment) -> Any:
    points = frozenset((one.points, plain(one.when)) for one in segment.points)
    return plain(segment.when), segment.score, points, len(segment.points)


def _segments(ruleset: Ruleset, reading: Reading) -> None:
    used = reading.names.used("segment")
    for name, segment in ruleset.segments.items():
        at = reading.names.defined_at("segment", name)
        if name not in used and not segment.watch and at is not None:
            hint = "name it in to:, in: or exclude:, or watch it, unless the app reads it"
            reading.findings.warn(at, "unused-segment", f"no slot or segment uses {name}", hint)


def _blocks(ruleset: Ruleset, reading: Reading) -> None:
    used = {content.name for slot in ruleset.slots.values() for content in [slot.otherwise, *_shown(slot.show)]}
    used |= reading.names.used("block")
    for name in ruleset.blocks:
        at = reading.names.defined_at("block", name)
        if name not in used and at is not None:
            hint = f"write block: {name} in an entry, or take it out"
            reading.findings.warn(at, "unused-block", f"nothing shows the block {name}", hint)


def _drafts_in_use(ruleset: Ruleset, reading: Reading) -> None:
    for reference in reading.names.referred_live("segment"):
        segment = ruleset.segments.get(reference.name)
        if segment is not None and segment.draft:
            message = f"the segment {reference.name} is a draft, so that nobody is in it"
            hint = "take draft: out of the segment, or make this a draft too"
            reading.findings.warn(reference.at, "draft", message, hint)


def _slots_without_pages(ruleset: Ruleset, reading: Reading) -> None:
    known = set(reading.names.known("page type"))
    for slot in ruleset.slots.values():
        at = reading.names.defined_at("slot", slot.name)
        if slot.pages and at is not None and not any(page.startswith("/") or page in known for page in slot.pages):
            hint = "give some page one of its types, or let the app set it"
            reading.findings.warn(at, "no-page", f"no page can match the slot {slot.name}", hint)


def _contents(ruleset: Ruleset) -> Iterator[Content]:
    yield from (block.content for block in ruleset.blocks.values())
    for slot in ruleset.slots.values():
        yield slot.otherwise
        yield from _shown(slot.show)


def _shown(entries: tuple[Entry, ...]) -> Iterator[Content]:
    for entry in entries:
        if entry.content is not None:
            yield entry.content
        yield from _shown(entry.show)
