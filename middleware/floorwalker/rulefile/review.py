"""What is right by itself and yet probably not meant: the warnings that need the whole folder."""

from floorwalker.core.ruleset import Ruleset
from floorwalker.rulefile.reading import Reading


def review(ruleset: Ruleset, reading: Reading, now: float | None) -> None:
    """Warn of segments that nobody uses, slots that no page can match and, where `now` is given, what is over."""
    _unused_segments(ruleset, reading)
    _slots_without_pages(ruleset, reading)
    _drafts_in_use(ruleset, reading)
    if now is not None:
        _over(reading, now)


def _unused_segments(ruleset: Ruleset, reading: Reading) -> None:
    used = reading.names.used("segment")
    for name in ruleset.segments:
        at = reading.names.defined_at("segment", name)
        if name not in used and at is not None:
            hint = "name it in to:, in: or exclude:, unless the app reads it"
            reading.findings.warn(at, "unused-segment", f"no slot or segment uses {name}", hint)


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


def _over(reading: Reading, now: float) -> None:
    for ending in reading.endings:
        if ending.end <= now:
            hint = "take it out, or set a later day"
            reading.findings.warn(ending.at, "over", f"the schedule of {ending.what} is over", hint)
