"""What the overlay shows of one page, as plain values: who, when, every segment and slot with its why."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct

from floorwalker.asgi.preview.guise import Guise
from floorwalker.asgi.walk import Walk
from floorwalker.core.deciding.classify import explain_segment
from floorwalker.core.deciding.decide import is_for_page
from floorwalker.core.decision import Decision, Explanation
from floorwalker.core.evaluation.moment import zone_of
from floorwalker.core.evaluation.words import found_words
from floorwalker.core.ruleset import Ruleset
from floorwalker.html.weave import Outcome

_FOUND_CHARS: Final = 200
EXPLAINED_AT_MOST: Final = 300
"""Segments whose why goes into the page; a page of thousands of segments stays a page."""


class Scene(Struct, frozen=True):
    """One page in preview. root: where the app is mounted; prefix: of the preview's own addresses, both from the site's
    root. at, until: seconds since 1970.

    public: the app lets shared caches keep the page, so nothing is shown in it.
    """

    root: str
    prefix: str
    guise: Guise
    until: int
    at: float
    url: str
    public: bool


def state_of(
    scene: Scene, walk: Walk, ruleset: Ruleset, *, live: Ruleset, outcomes: Mapping[str, Outcome]
) -> dict[str, Any]:
    """ruleset: with its drafts; live: as visitors get it. outcomes: of the slots that the page holds."""
    page = walk.signals.page
    return {
        "prefix": scene.prefix,
        "root": scene.root,
        "until": scene.until,
        "page": {"path": page.path or walk.signals.path, "type": page.type, "public": scene.public},
        "off": not ruleset.site.personalize,
        "robot": walk.signals.robot.name if walk.signals.robot else None,
        **who(scene.guise, ruleset, at=scene.at),
        "segments": list(_segments(scene.guise, walk, ruleset, live)),
        "slots": list(_slots(scene, walk, ruleset, outcomes)),
    }


def who(guise: Guise, ruleset: Ruleset, *, at: float) -> dict[str, Any]:
    """Who is played and when, and who might be. clock: the site's wall clock, as a field for times takes it."""
    timezone = ruleset.site.timezone
    local = datetime.fromtimestamp(at, zone_of(timezone) or UTC)
    return {
        "persona": guise.persona,
        "personas": [{"name": one.name, "about": one.about} for one in ruleset.personas.values()],
        "clock": f"{local:%Y-%m-%dT%H:%M}",
        "day": f"{local:%a} {local.day} {local:%b %Y, %H:%M}",
        "zone": timezone,
        "fixed": bool(guise.at),
    }


def _segments(guise: Guise, walk: Walk, ruleset: Ruleset, live: Ruleset) -> Iterator[dict[str, Any]]:
    page = walk.decisions
    inside = page.segments
    order = sorted(ruleset.segments, key=lambda name: (name not in guise.segments, name not in inside))
    explained = frozenset(order[:EXPLAINED_AT_MOST])
    for name, segment in ruleset.segments.items():
        why = _tree(explain_segment(segment, page.moment)) if name in explained else None
        yield {
            "name": name,
            "about": segment.about,
            "in": name in inside,
            "switched": guise.segments.get(name),
            "draft": name in live.segments and live.segments[name].draft,
            "why": why,
        }


def _slots(scene: Scene, walk: Walk, ruleset: Ruleset, outcomes: Mapping[str, Outcome]) -> Iterator[dict[str, Any]]:
    """Those that the page holds, and those that are meant for it."""
    for name, slot in ruleset.slots.items():
        if name not in outcomes and not is_for_page(slot, walk.signals):
            continue
        decision = walk.decision(name)
        if decision is not None:
            by_script = slot.deliver == "script"
            is_kept = scene.public and not by_script
            yield {
                "name": name,
                "at": slot.at,
                "place": slot.place,
                "block": None if is_kept else _shown(decision),
                "reason": "public" if is_kept else decision.reason.value,
                "entry": decision.entry,
                "outcome": "by script" if by_script else outcomes[name].value if name in outcomes else None,
                "why": [_tree(part) for part in decision.why.of],
            }


def _shown(decision: Decision) -> str | None:
    """The block's name; None is the page's own content."""
    if not decision.changes_page:
        return None
    return decision.block or decision.content.kind


def _tree(why: Explanation) -> dict[str, Any]:
    """Asked, found (a text, empty where nothing was), whether it holds (None is unknown), and the parts."""
    found = found_words(why.observed)
    return {
        "asked": why.condition,
        "found": "" if found == why.condition else found[:_FOUND_CHARS],
        "holds": why.holds,
        "of": [_tree(part) for part in why.of],
    }
