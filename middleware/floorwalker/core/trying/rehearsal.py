"""A rehearsal: a persona comes in by the same doors as everybody, so that what is decided for them is what is live."""

from collections.abc import Iterator

from msgspec import Struct, structs

from floorwalker.core.advance import Corridor
from floorwalker.core.consent import Permission
from floorwalker.core.events import IDENTIFIED, SLOT_SHOWN, Event
from floorwalker.core.happening import event_of
from floorwalker.core.hashing import seed_of
from floorwalker.core.hit import Headers, Hit, HitKind
from floorwalker.core.memory.kept.responses import Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.personas import NO_FACTS, Happening, Persona
from floorwalker.core.trying.endowment import endowed


class Rehearsal(Struct, frozen=True):
    """A persona at one moment, ready to be decided for.

    visitor: an id that no visitor of the store has. hit: the page that they ask for now. base: what is remembered of
    what was before it; None is nothing. permission: what may be kept of them.
    """

    visitor: str
    hit: Hit
    base: Profile | None
    permission: Permission


def rehearse(corridor: Corridor, persona: Persona, *, at: float) -> Rehearsal:
    """The persona at that moment (seconds since 1970), their history lived through in its order.

    Pure. The same persona has the same share of everything at any moment: its seed comes from its name.
    """
    visitor = f"persona:{persona.name}"
    base = _lived(corridor, persona, at=at, seed=seed_of(visitor)) if persona.remembered else None
    return Rehearsal(visitor, _hit(persona, at), base, persona.permission)


def _lived(corridor: Corridor, persona: Persona, *, at: float, seed: int) -> Profile | None:
    """What is remembered of the persona's past; None where nothing happened yet."""
    past = sorted(persona.history, key=lambda happening: -happening.ago)
    known_since = at - past[0].ago if past else at
    profile: Profile | None = None
    for event in _introduction(persona, known_since):
        profile, _ = corridor.advance(profile, _told(event), seed=seed)
    for happening in past:
        for _ in range(happening.times):
            profile = _after(corridor, persona, profile or Profile(seed=seed), happening, at=at - happening.ago)
    if persona.facts == NO_FACTS:
        return profile
    return endowed(profile or Profile(seed=seed), persona.facts, at=int(at), currency=corridor.ruleset.site.currency)


def _introduction(persona: Persona, at: float) -> Iterator[Event]:
    """Who they are, as a sign-in or a form tells it."""
    if persona.user or persona.traits:
        named = {"user_id": persona.user} if persona.user else {}
        yield Event(IDENTIFIED, at, {**persona.traits, **named})


def _after(corridor: Corridor, persona: Persona, profile: Profile, happening: Happening, *, at: float) -> Profile:
    """The profile once this happened."""
    if happening.event == SLOT_SHOWN:
        told = happening.properties
        shown = Showing(str(told.get("slot", "")), str(told.get("block", "")), str(told.get("arm", "treatment")))
        profile, _ = corridor.show(profile, (shown,), at=at)
        return profile
    if happening.event:
        event = structs.replace(event_of(happening.event, happening.properties, at=at), page=happening.page)
        profile, _ = corridor.advance(profile, _told(event))
        return profile
    seen = Hit(
        at=at,
        url=happening.url,
        headers=_headers(persona, happening.referrer),
        address=persona.address or None,
        page=happening.page,
        place=persona.place,
        timezone=persona.timezone,
    )
    profile, _ = corridor.advance(profile, seen)
    return profile


def _told(event: Event) -> Hit:
    return Hit(at=event.at, url="/", kind=HitKind.EVENTS, events=(event,))


def _hit(persona: Persona, at: float) -> Hit:
    return Hit(
        at=at,
        url=persona.url,
        headers=_headers(persona, persona.referrer or _spelled_out(persona, "referer")),
        address=persona.address or None,
        page=persona.page,
        attributes=persona.attributes,
        place=persona.place,
        timezone=persona.timezone,
    )


def _headers(persona: Persona, referrer: str) -> Headers:
    """The request's headers; the short forms go before the ones that the persona spells out."""
    written = {name.lower(): value for name, value in persona.headers.items() if name.lower() != "referer"}
    cookies = "; ".join(f"{name}={value}" for name, value in persona.cookies.items())
    short = {"referer": referrer, "user-agent": persona.user_agent, "cookie": cookies}
    written |= {name: value for name, value in short.items() if value}
    return tuple([(name.encode(), value.encode()) for name, value in written.items()])


def _spelled_out(persona: Persona, header: str) -> str:
    return next((value for name, value in persona.headers.items() if name.lower() == header), "")
