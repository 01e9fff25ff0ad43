"""An explanation as an editor reads it: who that is, which segments, which slots, each with its tree."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from floorwalker.asgi.referred import asked_by_entries, asked_by_segment, entries_showing, referred
from floorwalker.asgi.walk import Walk
from floorwalker.cli.reports.paper import Paper, counted, printable
from floorwalker.cli.reports.trees import LEGEND, sign, tree_lines
from floorwalker.cli.walks.subjects import Subject
from floorwalker.core.deciding.decide import tree_of
from floorwalker.core.signals import Signals

_REASONS = {
    "entry": "an entry that fits",
    "otherwise": "no entry fits",
    "control": "an entry fits, and they are in a control group",
    "other page": "the slot is not for this page",
    "off": "the site says personalize: no",
    "excluded": "they are in a segment that the site excludes",
    "robot": "robots see the page as it is",
}
Explained = Mapping[str, Any]


def report(
    subject: Subject,
    explained: Explained,
    paper: Paper,
    *,
    site_timezone: str,
    segments: Collection[str] | None = None,
    slots: Collection[str] | None = None,
) -> Iterator[str]:
    """The lines to print. segments, slots: only these; None is all, where nothing else was asked for."""
    yield from _who(subject, paper, site_timezone)
    whole = segments is None and slots is None
    if whole or segments is not None:
        yield paper.strong("Segments")
        yield from _segments(explained, subject.walk, paper, segments)
        yield ""
    if whole or slots is not None:
        yield paper.strong("Slots")
        yield from _slots(explained, subject.walk, paper, slots)
        yield ""
    yield paper.quiet(LEGEND)


def _segments(explained: Explained, walk: Walk, paper: Paper, only: Collection[str] | None) -> Iterator[str]:
    for name, segment in explained["segments"].items():
        if only is None or name in only:
            yield from _headed(name, segment["in"], segment["why"], paper)
            if only is not None:
                yield from _referred(asked_by_segment(walk.decisions.moment.ruleset.segments[name]), walk, paper)
    if not explained["segments"]:
        yield "  none are defined"


def _slots(explained: Explained, walk: Walk, paper: Paper, only: Collection[str] | None) -> Iterator[str]:
    for name, slot in explained["slots"].items():
        if only is None or name in only:
            yield _shown(name, slot, paper)
            for node in slot["why"]["of"]:
                yield from tree_lines(node, 2, paper)
            if only is not None:
                read = entries_showing(walk.decisions.moment.ruleset.slots[name], set(_titles(slot["why"])))
                yield from _referred(asked_by_entries(read), walk, paper)
    if not explained["slots"]:
        yield "  none are defined"


def _titles(why: Explained) -> Iterator[str]:
    """What the entries that were read would show."""
    for node in why["of"]:
        yield node["condition"].partition(" ")[2]
        yield from _titles(node)


def _shown(name: str, slot: Explained, paper: Paper) -> str:
    shown = "the page's own content" if slot["block"] == "default" else paper.accent(slot["block"])
    if slot["arm"] == "control":
        shown = f"the page's own content instead of {slot['block']}"
    promotion = f", of the promotion {slot['promotion']}" if slot.get("promotion") else ""
    reason = _REASONS.get(slot["reason"], slot["reason"])
    return f"  {paper.strong(name)}: {shown} {paper.quiet(f'({reason}{promotion})')}"


def _headed(name: str, is_in: bool, why: Explained, paper: Paper) -> Iterator[str]:
    yield f"  {sign(is_in, paper)} {paper.strong(name) if is_in else name}"
    for node in why["of"] if why["of"] and why["condition"] == name else [why]:
        yield from tree_lines(node, 3, paper)


def _referred(names: Collection[str], walk: Walk, paper: Paper) -> Iterator[str]:
    """Where only some were asked for: the segments that they hang on."""
    for why in referred(names, walk.decisions.moment):
        yield from tree_lines(tree_of(why), 2, paper)


def _who(subject: Subject, paper: Paper, site_timezone: str) -> Iterator[str]:
    walk = subject.walk
    signals = walk.signals
    yield paper.strong(printable(subject.title, longest=200))
    if subject.is_page:
        page = f", a page of type {signals.page.type}" if signals.page.type else ""
        yield f"  on {printable(signals.path)}{page}"
    zone = signals.timezone or site_timezone
    moment = datetime.fromtimestamp(signals.at, ZoneInfo(zone))
    yield f"  {moment:%A %Y-%m-%d %H:%M} in {zone}"
    told = [*_arrival(signals), *_device(signals), *_place(signals)] if subject.is_page else []
    if told:
        yield f"  {printable('; '.join(told), longest=240)}"
    if not signals.robot:
        yield f"  {printable(_past(walk), longest=240)}"
    if subject.note:
        yield f"  {subject.note}"
    yield ""


def _arrival(signals: Signals) -> Iterator[str]:
    referrer = signals.referrer
    name = referrer.source or referrer.domain
    if name:
        yield f"came from {name} ({referrer.medium})"
    if signals.search and signals.search.keywords:
        yield f"searched “{signals.search.keywords}”"
    if signals.campaign and signals.campaign.name:
        yield f"campaign {signals.campaign.name}"


def _device(signals: Signals) -> Iterator[str]:
    if signals.robot:
        yield f"a robot, {signals.robot.name}"
        return
    device = signals.device
    parts = [part for part in (device.type, device.browser, device.os) if part]
    if parts:
        yield ", ".join(parts)


def _place(signals: Signals) -> Iterator[str]:
    place = signals.place
    parts = [part for part in (place.city, place.region, place.country) if part] if place else []
    if parts:
        yield ", ".join(parts)


def _past(walk: Walk) -> str:
    profile = walk.decisions.moment.profile
    if profile is None:
        return "nothing of them may be remembered"
    who = [f"signed in as {profile.user}"] if profile.user else []
    if profile.visit is None:
        return "; ".join([*who, "no visit so far"])
    views = counted(profile.visit.views, "page")
    return "; ".join([*who, f"visit {profile.visits}, {views} in it so far"])
