"""Why somebody is in a group, and why a place shows what it shows: an explanation, told to the visitor it is about.

A rule's own text stays with the editors; what is told is what was found of the visitor, and what kind of thing it is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from floorwalker.core.deciding.classify import explain_segment
from floorwalker.core.deciding.decide import PageDecisions
from floorwalker.core.decision import Decision, Explanation, Reason
from floorwalker.core.evaluation.words import found_words
from floorwalker.core.phrases import day
from floorwalker.core.ruleset import Ruleset

MOST_REASONS: Final = 12
LONGEST: Final = 160
TOLD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "page": "the page",
        "query": "what the page’s address says",
        "header": "what your browser sends along",
        "cookie": "a cookie of this site",
        "attribute": "what this site says of the page",
        "referrer": "where you came from",
        "searched": "what you searched for",
        "campaign": "the campaign that brought you",
        "ad": "the advertisement that you clicked",
        "channel": "how you came",
        "landing_page": "the first page of your visit",
        "first_touch": "how you came for the very first time",
        "last_touch": "how you came lately",
        "device": "your device",
        "os": "its system",
        "browser": "your browser",
        "language": "your language",
        "connection": "how fast your connection is",
        "continent": "the continent",
        "country": "the country",
        "region": "the region",
        "city": "the town",
        "near": "how near you are",
        "ip": "the network that you come from",
        "timezone": "your time zone",
        "time": "the time",
        "date": "the date",
        "daypart": "the time of day",
        "usual_time": "the hour at which you normally come",
        "visits": "how often you were here",
        "new_visitor": "whether it is your first visit",
        "pages_this_visit": "how many pages you saw in this visit",
        "time_this_visit": "how long this visit has lasted",
        "away": "how long you were away",
        "first_visit": "how long ago you first came",
        "frequency": "how often you come in a week",
        "exit_page": "where you left the last time",
        "bounced": "whether you left at once the last time",
        "viewed": "what you looked at",
        "did": "what you did",
        "did_in_order": "what you did, and in which order",
        "did_regularly": "what you did again and again",
        "stopped": "what you no longer do",
        "restarted": "what you took up again",
        "cart": "your cart",
        "funnel": "how far you came on the way to an order",
        "interest": "how much you care about it",
        "dominant_interest": "what you care about most",
        "preferred_price_tier": "the prices that you look at",
        "next_interest": "what you may look for next",
        "spent": "what you spent",
        "orders": "your orders",
        "bought": "what you bought",
        "average_order": "what an order of yours comes to",
        "lifecycle": "how you stand with this site",
        "identified": "whether you are known by name",
        "trait": "what is noted about you",
        "consent": "what you allow",
        "agent_note": "what was written down after a talk with you",
        "saw": "what was shown to you before",
        "clicked": "what you clicked before",
        "responds_to": "how you answer to offers",
        "chance": "a lot that was drawn once",
        "propensity": "how likely something is, by what others did",
        "micro_segment": "a group of people who behave like you",
        "in": "the group",
        "to": "the group",
    }
)
"""What each condition is about, in words to the visitor."""
_NOT_SAID: Final = ("attribute", "header", "cookie", "ip", "chance")  # the site's own, or what nobody should read back
_GROUPS: Final = ("in", "to")
_COUNTED: Final = ("viewed", "did", "did_in_order", "bought", "saw", "clicked", "visits")
_DATED: Final = ("time", "date")
_DAY: Final = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_ENTRY: Final = re.compile(r"(.*\[\d+\]) ")
_WHOLE: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.OTHERWISE: "Nothing here is for you in particular.",
        Reason.CONTROL: "Something would be here for you. It is kept back from some people, you among them, "
        "to see whether it is of any use.",
        Reason.OFF: "At present this site shows the same to everybody.",
        Reason.EXCLUDED: "You see this site as it is.",
        Reason.ROBOT: "You see this site as it is.",
    }
)


class Found(Struct, frozen=True):
    """One reason. about: what was looked at. found: what was found there; empty where nothing is to be said. is_absent:
    it counts because it is not so."""

    about: str
    found: str = ""
    is_absent: bool = False


class Group(Struct, frozen=True):
    """A segment that somebody is in. about: what its editors say of it."""

    name: str
    about: str
    because: tuple[Found, ...]


class Place(Struct, frozen=True):
    """A slot of a page. block: the name of what it shows; empty where the page has its own content. why: a sentence,
    where no reasons tell it."""

    name: str
    block: str
    why: str
    because: tuple[Found, ...]


def groups_of(decisions: PageDecisions, ruleset: Ruleset) -> list[Group]:
    """The groups that somebody is in, in the order of the rules, each with what brings them there."""
    moment = decisions.moment
    found = []
    for name, segment in ruleset.segments.items():
        if name in decisions.segments:
            because = tuple(_once(reasons_of(explain_segment(segment, moment))))
            found.append(Group(in_words(name), segment.about, because))
    return found


def places_of(decisions: PageDecisions) -> list[Place]:
    """The slots of the page at hand; what shows something for this visitor comes first."""
    told = [_place(decision) for decision in decisions.values() if decision.reason is not Reason.OTHER_PAGE]
    return sorted(told, key=lambda one: not one.block)


def reasons_of(why: Explanation) -> Iterator[Found]:
    """What an explanation that holds rests on."""
    head = why.condition.partition(":")[0].strip()
    if head in TOLD:
        yield _found(head, why)
    elif why.holds and why.of:
        held = [part for part in why.of if part.holds]
        for part in held:
            yield from reasons_of(part)
        if not held:
            yield from _absent(why.of)


def in_words(name: str) -> str:
    """A name as people read it: `cheap-tripod-seeker` is `Cheap tripod seeker`."""
    words = " ".join(re.split(r"[\s_-]+", name.strip()))
    return words[:1].upper() + words[1:]


def _place(decision: Decision) -> Place:
    if decision.reason is Reason.OTHERWISE and decision.changes_page:
        return Place(in_words(decision.slot), block_name(decision), "Everybody sees this who gets nothing else.", ())
    if decision.reason is not Reason.ENTRY or not decision.changes_page:
        return Place(in_words(decision.slot), "", _WHOLE.get(decision.reason, _WHOLE[Reason.OTHERWISE]), ())
    because = tuple(_once(_entry_reasons(decision.because(), decision.entry)))
    why = "" if because else "Everybody on this page sees this."
    return Place(in_words(decision.slot), block_name(decision), why, because)


def block_name(decision: Decision) -> str:
    """A block's name as people read it; of a template that of its file."""
    return in_words(re.sub(r"\.\w+\Z", "", decision.block.rpartition("/")[2])) or "Something of its own"


def _entry_reasons(read: Sequence[Explanation], entry: str) -> Iterator[Found]:
    """What the entry that is shown rests on, and what those rest on within which it stands."""
    for why in read:
        place = _ENTRY.match(why.condition)
        if place is None:
            yield from reasons_of(why)
        elif entry == place[1] or entry.startswith(f"{place[1]}["):
            yield from _entry_reasons(why.of, entry)


def _absent(parts: Sequence[Explanation]) -> Iterator[Found]:
    """What a `not` or `none` rests on: that these are not so."""
    for part in parts:
        head = part.condition.partition(":")[0].strip()
        if head in TOLD:
            yield Found("other groups" if head in _GROUPS else TOLD[head], is_absent=True)
        else:
            yield from _absent(part.of)


def _found(head: str, why: Explanation) -> Found:
    if head in _NOT_SAID:
        return Found(TOLD[head])
    if head in _GROUPS:
        names = why.observed if isinstance(why.observed, list) else []
        return Found(TOLD[head], ", ".join(in_words(str(name)) for name in names))
    observed = why.observed if why.observed is not None or not why.of else [part.observed for part in why.of]
    if isinstance(observed, list):
        observed = [one for number, one in enumerate(observed) if one is not None and one not in observed[:number]]
    if head in _COUNTED and type(observed) is int:
        return Found(TOLD[head], times(observed))
    found = _cut(found_words(observed))
    return Found(TOLD[head], _DAY.sub(_day, found) if head in _DATED else found)


def _day(found: re.Match[str]) -> str:
    """A day as the rest of the page writes it: `23 Nov 2026`."""
    return day(f"{found[0]}T00:00:00+00:00", UTC)


def times(number: int) -> str:
    """How often something was."""
    return ("never", "once", "twice")[number] if 0 <= number < 3 else f"{number:,} times"


def _once(reasons: Iterator[Found]) -> list[Found]:
    return list(dict.fromkeys(reasons))[:MOST_REASONS]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
