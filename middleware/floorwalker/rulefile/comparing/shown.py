"""Entries and slots: what became of each line of a `show`, and of what stands around it."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import tzinfo

from msgspec import Struct
from msgspec.structs import replace

from floorwalker.core.ruleset import Content, Entry, Limits, Ruleset, Schedule, Slot
from floorwalker.rulefile.comparing import words
from floorwalker.rulefile.comparing.asked import asked_changes, words_of
from floorwalker.rulefile.comparing.meaning import meaning
from floorwalker.rulefile.comparing.turns import Teller, by, entries_of, members, struct_changes, turned

Moment = Callable[[float], str]


class Zones(Struct, frozen=True):
    """The clocks by which moments are told: the old rules' and the new ones'."""

    old: tzinfo
    new: tzinfo


def slot_changes(old: Slot, new: Slot, zones: Zones) -> list[str]:
    """What is different about a slot, its entries last."""
    tellers: Mapping[str, Teller] = {
        "pages": _pages,
        "guardrails": members("guardrails"),
        "control": by("control", words.share),
        "otherwise": lambda before, after: ["otherwise " + told for told in content_changes(before, after)],
    }
    return [*struct_changes(old, new, tellers, skip=("show",)), *entries_changes(old.show, new.show, zones)]


def by_reference(ruleset: Ruleset, told_apart: Collection[str]) -> dict[str, Slot]:
    """The slots, with no more than the name where one of these blocks stands: it is told of by itself."""
    blocks = {name: meaning(ruleset.blocks[name].content) for name in told_apart}

    def name_only(content: Content) -> Content:
        is_block = content.name in blocks and meaning(content) == blocks[content.name]
        return Content("block", content.name) if is_block else content

    def referring(entry: Entry) -> Entry:
        content = None if entry.content is None else name_only(entry.content)
        return replace(entry, content=content, show=tuple(map(referring, entry.show)))

    return {
        name: replace(slot, show=tuple(map(referring, slot.show)), otherwise=name_only(slot.otherwise))
        for name, slot in ruleset.slots.items()
    }


def _pages(old: Sequence[str], new: Sequence[str]) -> list[str]:
    if not new:
        return [f"is now on every page (was only on {words.listed(old)})"]
    return [f"is now only on {words.listed(new)} (was on every page)"] if not old else members("pages")(old, new)


def content_changes(old: Content, new: Content) -> list[str]:
    """What is shown instead."""
    before, after = words.content(old), words.content(new)
    if (old.kind, old.name) != (new.kind, new.name) and before != after:
        if (old.source, old.values) == (new.source, new.values) and old.kind == new.kind:
            return [f"is now called {new.name} (was {old.name})"]
        return [f"now shows {after} (was {before})"]
    told = []
    if old.kind != new.kind:
        told.append(f"is now {new.kind} (was {old.kind})")
    if old.source != new.source:
        told += _source(old, new)
    if old.values != new.values:
        told += entries_of("with")(old.values, new.values)
    return told


def _source(old: Content, new: Content) -> list[str]:
    if new.kind == "template":
        return turned("template", old.source, new.source)
    return [f"has another {new.kind}: “{words.quoted(new.source)}” (was “{words.quoted(old.source)}”)"]


def limit_changes(old: Limits, new: Limits, zones: Zones) -> list[str]:
    """When and how often something is shown."""
    tellers: Mapping[str, Teller] = {
        "caps": by("at_most", lambda caps: ", ".join(map(words.cap, caps))),
        "rest": by("rest", words.duration),
        "stop_after": members("stop_after"),
        "schedule": lambda before, after: schedule_changes(before, after, zones),
        "draft": draft_changes,
    }
    return struct_changes(old, new, tellers)


def schedule_changes(old: Schedule, new: Schedule, zones: Zones) -> list[str]:
    """From when until when; a day that is included is told as that day."""
    told = []
    if old.start != new.start:
        told += turned("from", _begins(old, zones.old), _begins(new, zones.new))
    if old.end != new.end:
        told += turned("until", _ends(old, zones.old), _ends(new, zones.new))
    return told


def _begins(schedule: Schedule, zone: tzinfo) -> str:
    return "" if schedule.start is None else words.moment(schedule.start, zone)


def _ends(schedule: Schedule, zone: tzinfo) -> str:
    if schedule.end is None:
        return ""
    end = words.moment(schedule.end, zone)
    return end if ":" in end else words.moment(schedule.end - 86400 / 2, zone).partition(" ")[0]


def draft_changes(_: bool, new: bool) -> list[str]:
    return ["is a draft now: in previews only"] if new else ["is no draft any more: it is live"]


def label(entry: Entry) -> str:
    """What an entry shows, and to whom."""
    return f"{_shows(entry)} {_whom(entry)}"


def _shows(entry: Entry) -> str:
    return "several entries" if entry.content is None else words.content(entry.content)


def _whom(entry: Entry) -> str:
    told = f"for {words.listed(entry.to) or 'everybody'}"
    told += f" where {words.quoted(words_of(entry.when))}" if entry.when is not None else ""
    return f"{told}, of the promotion {entry.promotion}" if entry.promotion else told


def _known_by(old: Entry, new: Entry) -> str:
    """What an entry is known by beside its place: what it shows and to whom, as far as that is the same."""
    parts = [part(new) for part in (_shows, _whom) if part(old) == part(new)]
    return f", {' '.join(parts)}," if parts else ""


def entries_changes(old: Sequence[Entry], new: Sequence[Entry], zones: Zones, *, inside: str = "") -> list[str]:
    """What became of each line of a `show`. inside: which line it belongs to, where it is a nested one."""
    pairs = _paired(old, new)
    moved = _moved([(before, after) for after, before in sorted(pairs.items())])
    told: list[str] = []
    for place, entry in enumerate(new):
        at = f"{inside}entry {place + 1}"
        if place not in pairs:
            told.append(f"{at} is new: {label(entry)}")
            continue
        before = pairs[place]
        known = f"{at}{_known_by(old[before], entry)}"
        if before in moved:
            told.append(f"{known} moved {'up' if place < before else 'down'} (was entry {before + 1})")
        told += [f"{known} {one}" for one in entry_changes(old[before], entry, zones)]
        told += entries_changes(old[before].show, entry.show, zones, inside=f"{at} › ")
    kept = set(pairs.values())
    return told + [f"{inside}entry {n + 1} is gone: {label(one)}" for n, one in enumerate(old) if n not in kept]


def entry_changes(old: Entry, new: Entry, zones: Zones) -> list[str]:
    """What is different about one entry, its nested ones apart."""
    tellers: Mapping[str, Teller] = {
        "to": _audience,
        "when": asked_changes,
        "limits": lambda before, after: limit_changes(before, after, zones),
        "content": _content_of,
    }
    return struct_changes(old, new, tellers, skip=("show",))


def _audience(old: Sequence[str], new: Sequence[str]) -> list[str]:
    before, after = (words.listed(one) or "everybody" for one in (old, new))
    return [f"is now for {after} (was for {before})"]


def _content_of(old: Content | None, new: Content | None) -> list[str]:
    if old is None or new is None:
        before, after = (_shows(Entry(content=one)) for one in (old, new))
        return [f"now shows {after} (was {before})"]
    return content_changes(old, new)


def _paired(old: Sequence[Entry], new: Sequence[Entry]) -> dict[int, int]:
    """Which old entry each new one was: the same, else of the same block for the same people, else of either."""
    pairs: dict[int, int] = {}
    for like in (meaning, _who_and_what, _what, _who):
        taken = set(pairs.values())
        left: dict[object, list[int]] = {}
        for place, entry in enumerate(old):
            if place not in taken and (key := like(entry)) is not None:
                left.setdefault(key, []).append(place)
        for place, entry in enumerate(new):
            found = left.get(like(entry)) if place not in pairs else None
            if found:
                pairs[place] = found.pop(0)
    return pairs


def _who_and_what(entry: Entry) -> object:
    return (_who(entry), _what(entry))


def _what(entry: Entry) -> object:
    if entry.content is None:
        return meaning(entry.show)
    return (entry.content.kind, entry.content.name) if entry.content.kind not in ("default", "hide") else None


def _who(entry: Entry) -> object:
    return frozenset(entry.to), meaning(entry.when)


def _moved(pairs: Sequence[tuple[int, int]]) -> frozenset[int]:
    """The old places of those that do not stand in the old order any more: as few as can be.

    pairs: old place and new place, in the new order. What stays is a longest rising run of old places.
    """
    ends: list[int] = []
    chains: list[tuple[int, ...]] = []
    for before, _ in pairs:
        length = bisect_left(ends, before)
        chain = (*(chains[length - 1] if length else ()), before)
        ends[length:] = [before, *ends[length + 1 :]]
        chains[length:] = [chain, *chains[length + 1 :]]
    stay = frozenset(chains[-1]) if chains else frozenset()
    return frozenset(before for before, _ in pairs) - stay
