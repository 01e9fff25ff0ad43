"""What is different in each section of the rules, one thing after the other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from floorwalker.core.conditions.model import Condition
from floorwalker.core.personas import Expectation, Persona
from floorwalker.core.ruleset import (
    Block,
    Funnel,
    Goal,
    PageRule,
    Points,
    Promotion,
    Ruleset,
    Schedule,
    Segment,
    Site,
    Slot,
    Tier,
)
from floorwalker.rulefile.comparing import words
from floorwalker.rulefile.comparing.asked import asked_changes, words_of
from floorwalker.rulefile.comparing.changes import Change
from floorwalker.rulefile.comparing.meaning import field_meaning, meaning, means_the_same, telling_fields
from floorwalker.rulefile.comparing.shown import (
    Zones,
    by_reference,
    content_changes,
    draft_changes,
    label,
    limit_changes,
    schedule_changes,
    slot_changes,
)
from floorwalker.rulefile.comparing.turns import (
    Teller,
    by,
    came_and_went,
    entries_of,
    members,
    struct_changes,
    turned,
)

Renames = Mapping[str, Mapping[str, str]]


def section_changes(old: Ruleset, new: Ruleset, renames: Renames) -> Iterator[Change]:
    """Everything that is different. Names that were renamed are already the new ones in `old`."""
    zones = Zones(ZoneInfo(old.site.timezone), ZoneInfo(new.site.timezone))
    for section in telling_fields(new):
        was = {after: before for before, after in renames.get(section, {}).items()}
        before, after = getattr(old, section), getattr(new, section)
        if section == "slots":
            told_apart = old.blocks.keys() & new.blocks.keys()
            before, after = by_reference(old, told_apart), by_reference(new, told_apart)
        if isinstance(after, Site):
            yield from (Change(section, "", told) for told in site_changes(before, after))
        elif isinstance(after, Mapping):
            yield from _named(section, before, after, was, zones)
        elif section in _KEYED:
            yield from _named(section, _by_key(section, before, after), _by_key(section, after, before), was, zones)
        elif field_meaning(old, section) != field_meaning(new, section):
            yield from (Change(section, "", told) for told in turned(section, words.plain(before), words.plain(after)))


def _by_key(section: str, items: Sequence[Any], others: Sequence[Any]) -> dict[str, Any]:
    """A list's items by what tells them apart; of several alike, each with its number.

    Those without a name of their own that the other edition has, too, are left out: they need no number.
    """
    same = frozenset() if section == "topics" else frozenset(map(meaning, others))
    found: dict[str, Any] = {}
    for item in items:
        key = _KEYED[section](item)
        numbered = (key if number == 1 else f"{key} ({number})" for number in range(1, len(items) + 1))
        if not same or meaning(item) not in same:
            found[next(name for name in numbered if name not in found)] = item
    return found


def _address(rule: PageRule) -> str:
    query = "&".join(f"{name}={value}" for name, value in rule.query.items())
    return f"{rule.path}?{query}" if query else rule.path


_KEYED: Mapping[str, Callable[[Any], str]] = {
    "topics": lambda one: str(one.name),
    "pages": _address,
    "tests": lambda one: str(one.persona),
}
"""Sections that are lists, and what tells their items apart."""


def _named(
    section: str, old: Mapping[str, Any], new: Mapping[str, Any], was: Mapping[str, str], zones: Zones
) -> Iterator[Change]:
    for name, thing in new.items():
        if name in was:
            yield Change(section, name, f"is the new name of {was[name]}; the rest is the same")
        elif name not in old:
            yield Change(section, name, f"is new: {_described(thing, zones)}")
        elif not means_the_same(old[name], thing):
            yield from (Change(section, name, told) for told in _changes(old[name], thing, zones))
    for name, thing in old.items():
        if name not in new:
            yield Change(section, name, f"is gone: {_described(thing, zones)}")


def _changes(old: Any, new: Any, zones: Zones) -> list[str]:
    match new:
        case Segment():
            return segment_changes(old, new)
        case Slot():
            return slot_changes(old, new, zones)
        case Block():
            tellers: Mapping[str, Teller] = {
                "content": content_changes,
                "limits": lambda before, after: limit_changes(before, after, zones),
            }
        case Goal():
            tellers = {"when": asked_changes, "within": by("within", words.duration)}
        case Funnel():
            tellers = {"steps": _steps}
        case Promotion():
            tellers = {
                "schedule": lambda before, after: schedule_changes(before, after, zones),
                "control": by("control", words.share),
                "draft": draft_changes,
            }
        case PageRule():
            tellers = {"tags": members("tags"), "topics": members("topics"), "query": entries_of("query")}
        case Expectation():
            tellers = {
                **_OTHERS,
                "inside": members("in"),
                "exactly": members("exactly"),
                "outside": members("not_in"),
                "slots": entries_of("slots"),
                "at": by("at", lambda at: _moment(at, zones)),
            }
        case _:
            tellers = {**_OTHERS, "at": by("at", lambda at: _moment(at, zones))}
    return struct_changes(old, new, tellers)


def site_changes(old: Site, new: Site) -> list[str]:
    """What is different about the settings of the whole site."""
    tellers: Mapping[str, Teller] = {
        "week_starts": by("week_starts", words.weekday),
        "price_tiers": _price_tiers,
        "control": by("control", words.share),
        "exclude": members("exclude"),
        "guardrails": members("guardrails"),
        "hosts": members("hosts"),
        "partners": entries_of("partners"),
        "personalize": lambda _, on: ["personalize is on again" if on else "personalize is off: no page is changed"],
    }
    return struct_changes(old, new, tellers)


def _price_tiers(old: Sequence[Tier], new: Sequence[Tier]) -> list[str]:
    before, after = ({one.name: one.prices for one in tiers} for tiers in (old, new))
    return entries_of("price_tiers")(before, after) or ["price_tiers stand in another order"]


def segment_changes(old: Segment, new: Segment) -> list[str]:
    """Who is in it now and was not, as far as the rule itself says."""
    tellers: Mapping[str, Teller] = {
        "about": lambda _, about: [f"is described anew: {words.quoted(about)}" if about else "has no description"],
        "when": asked_changes,
        "score": by("score"),
        "points": _points,
        "watch": lambda _, watch: ["is watched now" if watch else "is watched no more"],
        "draft": draft_changes,
    }
    return struct_changes(old, new, tellers)


def _points(old: Sequence[Points], new: Sequence[Points]) -> list[str]:
    """A scoring plan: for what there are points, and how many."""
    before, after = ({meaning(one.when): one for one in plan} for plan in (old, new))
    told = []
    for what, one in after.items():
        if what not in before:
            told.append(f"now gives {words.plain(one.points)} points for {words_of(one.when)}")
        elif before[what].points != one.points:
            were = words.plain(before[what].points)
            told.append(f"gives {words.plain(one.points)} points for {words_of(one.when)} (was {were})")
    return told + [
        f"no longer gives points for {words_of(one.when)}" for what, one in before.items() if what not in after
    ]


def _steps(old: Sequence[Condition], new: Sequence[Condition]) -> list[str]:
    before, after = ({meaning(step): words_of(step) for step in steps} for steps in (old, new))
    fresh = [told for step, told in after.items() if step not in before]
    gone = [told for step, told in before.items() if step not in after]
    return came_and_went("steps", fresh, gone) or [f"steps are in another order: {', then '.join(after.values())}"]


def _described(thing: Any, zones: Zones) -> str:
    """What something is, in a line."""
    match thing:
        case Segment(when=None):
            plan = ", ".join(f"{words.plain(one.points)} for {words_of(one.when)}" for one in thing.points)
            told = f"a score of {words.plain(thing.score)}; {plan}"
        case Segment():
            told = "" if thing.when is None else words_of(thing.when)
        case Block():
            told = thing.content.source if thing.content.kind == "template" else words.content(thing.content)
        case Slot():
            told = f"shows {'; '.join(map(label, thing.show))}" if thing.show else "shows nothing"
        case Goal():
            told = words_of(thing.when)
        case Funnel():
            told = ", then ".join(map(words_of, thing.steps))
        case Promotion():
            told = _offered(thing, zones)
        case Expectation():
            told = _expected(thing)
        case Persona():
            told = thing.about or thing.url
        case Struct():
            told = words.told_fields(thing, skip=("name",))
        case _:
            told = words.plain(thing)
    draft = "a draft; " if getattr(thing, "draft", False) else ""
    return words.quoted(f"{draft}{told}", 160)


def _moment(at: float | None, zones: Zones) -> str:
    return "" if at is None else words.moment(at, zones.new)


def _expected(one: Expectation) -> str:
    told = [] if one.exactly is None else [f"in exactly {words.listed(one.exactly, 'and') or 'no segment'}"]
    told += [f"in {words.listed(one.inside, 'and')}"] if one.inside else []
    told += [f"not in {words.listed(one.outside)}"] if one.outside else []
    told += [f"{slot} shows {words.plain(block)}" for slot, block in one.slots.items()]
    return ", ".join(told) or words.told_fields(one, skip=("persona",))


def _offered(promotion: Promotion, zones: Zones) -> str:
    told = schedule_changes(Schedule(), promotion.schedule, zones)
    told += by("control", words.share)(0.0, promotion.control) if promotion.control else []
    return ", ".join(told).replace("now has ", "") or "at any time"


_OTHERS: Mapping[str, Teller] = {
    "about": lambda _, about: [f"is described anew: {words.quoted(about)}" if about else "has no description"],
    "pages": members("pages"),
    "keywords": members("keywords"),
    **{name: entries_of(name) for name in ("headers", "cookies", "traits", "attributes")},
}
"""Words for fields of topics and personas; what has none is told plainly."""
