"""Advance: the first half of the corridor. What a hit tells is read, what it does to a profile is folded in."""

from collections.abc import Sequence
from copy import copy
from functools import lru_cache
from typing import Generic, Protocol, TypeVar

from msgspec import structs

from floorwalker.core.allowance import allowed, begun, granted_by
from floorwalker.core.bounds import seconds
from floorwalker.core.calendar import Calendar
from floorwalker.core.catalogue import Catalogue
from floorwalker.core.conditions.matchers import fold_text
from floorwalker.core.deed import Deed
from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.evaluation.reaching import newly_held
from floorwalker.core.events import ERROR_VIEWED, PAGE_VIEWED, VISIT_STARTED, Event, Page
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.late import fold_late, is_late
from floorwalker.core.memory.affinity import page_topics
from floorwalker.core.memory.fold import fold, fold_view
from floorwalker.core.memory.goals import goals_of
from floorwalker.core.memory.guard import within_size
from floorwalker.core.memory.kept.counts import DIMENSIONS
from floorwalker.core.memory.kept.responses import Showing
from floorwalker.core.memory.persons import marks
from floorwalker.core.memory.profile import Profile, Touch
from floorwalker.core.memory.proving.crediting import credited
from floorwalker.core.memory.proving.proof import Segments, fold_shown
from floorwalker.core.memory.streaming import is_plain, streamed
from floorwalker.core.memory.terms import Terms
from floorwalker.core.memory.visits import arrive, goes_on, wait_for_landing
from floorwalker.core.merging.belongings import of_the_same_person
from floorwalker.core.merging.merge import merge
from floorwalker.core.pages import PageMap
from floorwalker.core.priors import NO_PRIORS, Priors
from floorwalker.core.reading.address import parameters, split_address
from floorwalker.core.reading.reader import SignalReader
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Signals
from floorwalker.core.watching.watch import Watch

Thing = TypeVar("Thing")

_VIEW, _PREFETCH = HitKind.VIEW, HitKind.PREFETCH  # an enum's attributes cost more than a name
_NAVIGATIONS = (HitKind.VIEW, HitKind.ERROR, HitKind.REDIRECT)


class Reader(Protocol):
    """Reads everything that one hit tells."""

    def read(self, hit: Hit, *, page: Page, site_timezone: str) -> Signals: ...


def default_reader(ruleset: Ruleset) -> SignalReader:
    """A reader that knows the site's own hosts and its partners, and no places."""
    site = ruleset.site
    return SignalReader(
        hosts=site.hosts, partners={host: name for name, hosts in site.partners.items() for host in hosts}
    )


class Corridor:
    """One ruleset, ready to be walked: its pages compiled, its calendar, a reader of signals; no visitor in it."""

    def __init__(self, ruleset: Ruleset, *, reader: Reader | None = None, priors: Priors | None = None) -> None:
        site = ruleset.site
        self.ruleset = ruleset
        self.priors = priors or NO_PRIORS
        self.calendar = Calendar(site)
        self.pages = PageMap(ruleset.pages, ruleset.topics, site)
        self._reader = reader or default_reader(ruleset)
        known = frozenset(
            DIMENSIONS[name] + fold_text(value) for name, value in self.pages.known_keys() if name in DIMENSIONS
        )
        self._terms = Terms(
            self.calendar,
            site,
            known,
            product=Catalogue(self.pages, ruleset.pages).page,
            priors=self.priors,
            by_category="topic" not in dict(self.pages.known_keys()),
            searched=self.pages.topics_of,
            goals=ruleset.once(goals_of),
        )
        self._watch = ruleset.once(Watch)

    def with_priors(self, priors: Priors) -> "Corridor":
        """The same, with what is known of the population now."""
        other = copy(self)
        other.priors, other._terms = priors, structs.replace(self._terms, priors=priors)
        return other

    @property
    def named_topics(self) -> frozenset[str]:
        """The topics that the rules name."""
        return frozenset([name for kind, name in self.pages.known_keys() if kind == "topic"])

    def topics(self, page: Page) -> tuple[str, ...]:
        """What a page counts towards: its topics; where the site names none at all, its category."""
        return page_topics(page, by_category=self._terms.by_category)

    def page(self, hit: Hit) -> Page:
        """What the hit's page is about: by its address, then as the app said."""
        address = split_address(hit.url)
        query = parameters(address.query) if address.query and self.pages.has_queries else {}
        return self.pages.corrected(self.pages.read(address.path, query), hit.page)

    def read(self, hit: Hit) -> Signals:
        """Everything that the hit tells."""
        return self._reader.read(hit, page=self.page(hit), site_timezone=self.ruleset.site.timezone)

    def advance(
        self, profile: Profile | None, hit: Hit, signals: Signals | None = None, *, seed: int = 0
    ) -> tuple[Profile, Effects]:
        """The profile after the hit, and the effects; the profile given is left as it is.

        signals: what `read` said of this hit, so that it is not read twice. seed: of a profile that is made anew.
        Robots and pages fetched ahead of time change nothing.
        """
        profile = profile or Profile(seed=seed)
        kind, effects = hit.kind, NOTHING
        if kind is _PREFETCH:
            return profile, effects
        if kind in _NAVIGATIONS:
            signals = signals or self.read(hit)
            if signals.robot or signals.prefetch:
                return profile, NOTHING
            profile, effects = self._navigated(profile, hit, signals)
        for event in hit.events:
            profile, more = self._folded(profile, profile, structs.replace(event, at=min(event.at, hit.at)), signals)
            effects = effects.then(more)
        return profile, effects

    def fold(self, profile: Profile, event: Event) -> tuple[Profile, Effects]:
        """The profile after one event alone, such as a handler's or a slot's, and its effects."""
        return self._folded(profile, profile, event)

    def show(
        self, profile: Profile, shown: Sequence[Showing], *, at: float, segments: Segments = tuple
    ) -> tuple[Profile, Effects]:
        """The profile after what the slots of one page showed at that time, and the effects. segments: the names of
        those that the visitor is in, asked only where something is shown for the first time."""
        profile, effects = fold_shown(profile, shown, at=at, terms=self._terms, segments=segments)
        return within_size(profile, self._terms), effects

    def _folded(
        self, before: Profile, profile: Profile, event: Event, signals: Signals | None = None
    ) -> tuple[Profile, Effects]:
        """One event, and the goals that came to hold with it. before: all that came with the event."""
        profile, effects = (fold_late if is_late(profile, event) else fold)(profile, event, self._terms)
        if not self._terms.goals.held:
            return profile, effects
        return self._with_goals_held(before, profile, effects, event, signals)

    def _with_goals_held(
        self, before: Profile, profile: Profile, effects: Effects, event: Event, signals: Signals | None
    ) -> tuple[Profile, Effects]:
        if profile.responses is None or not profile.responses.exposures:
            return profile, effects
        signals = signals or Signals(at=event.at)
        held = newly_held(self.ruleset, before, profile, signals, self.priors)
        if not held:
            return profile, effects
        profile, more = credited(profile, held, event, self._terms)
        return profile, effects.then(more)

    def join(
        self, person: Profile | None, anonymous: Profile, identified: Event, *, is_told: bool = False
    ) -> tuple[Profile, Effects]:
        """The person's profile once the anonymous history is theirs and they were identified, and the effects.

        is_told: the event was folded in before. Raises ValueError where the anonymous profile is known.
        """
        anonymous = of_the_same_person(anonymous, identified)
        profile, merged = merge(person, anonymous, self._terms)
        profile, effects = (profile, NOTHING) if is_told else self.fold(profile, identified)
        effects = merged.then(effects)
        if person is None and anonymous.traits:
            effects = effects.then(Effects(marks=marks(None, anonymous)))
        before = person or (anonymous if anonymous.first_seen else None)
        return self.concluded(before, profile, effects, identified.at)

    def concluded(
        self, before: Profile | None, profile: Profile, effects: Effects, at: float
    ) -> tuple[Profile, Effects]:
        """The end of a step, whatever it did: who came into a watched segment or left it is told, when to look again,
        and by what they are found; what the visitor does not allow is left out. before: the step's base. No work where
        nothing is watched and no trait changed."""
        has_news = bool(profile.traits) if before is None else before.traits is not profile.traits
        if has_news and (found := marks(before, profile)):
            effects = effects.then(Effects(marks=found))
        if self._watch:
            profile, more = self._watch.judged(profile, at, is_new=before is None, priors=self.priors)
            effects = effects.then(more)
        return profile, _allowed_by(profile, effects)

    def redo(self, deed: Deed, base: Profile | None) -> tuple[Profile, Effects]:
        """The step that a deed is made of, by these rules; the profile given is left as it is."""
        if base is not None and deed.is_void(base):
            return base, NOTHING
        profile = begun(base, deed.permission, seed=deed.seed) or Profile(seed=deed.seed)
        effects = NOTHING
        if deed.named is not None and not profile.user:
            profile, effects = self.fold(profile, deed.named)
        hit = Hit(at=deed.at, url="", kind=deed.kind, status=deed.status, events=deed.events_in(profile))
        profile, more = self.advance(profile, hit, deed.signals)
        effects = effects.then(more)
        if deed.shown:
            profile, more = self.show(profile, deed.shown, at=deed.at, segments=lambda: deed.segments)
            effects = effects.then(more)
        profile, effects = self.concluded(base, profile, effects, deed.judged_at)
        return profile, allowed(effects, deed.permission.granted)

    def looked_again(self, profile: Profile, at: float) -> tuple[Profile, Effects]:
        """A step in which nothing happened but time; where the rules watch nothing, none is due again."""
        profile, effects = self._watch.judged(profile, at, priors=self.priors)
        return profile, _allowed_by(profile, effects)

    @property
    def watched(self) -> str:
        """What tells these watched segments from any others; empty where the rules watch nothing."""
        return self._watch.version(self.priors)

    def has_judged(self, profile: Profile) -> bool:
        """Whether the profile was judged under these very watched segments."""
        return self._watch.knows(profile, self.priors)

    def _navigated(self, profile: Profile, hit: Hit, signals: Signals) -> tuple[Profile, Effects]:
        """The profile once somebody went to an address: to a page, to an error page, or on by a redirect."""
        at = max(seconds(hit.at), profile.last_seen, profile.recents.last)
        page, terms = signals.page, self._terms
        is_view = hit.kind is _VIEW
        is_usual = is_view and signals.search is None and not terms.goals.held and is_plain(page)
        if is_usual and goes_on(profile, signals, at=at):
            return fold_view(profile, page, at=at, terms=terms)
        if hit.kind is HitKind.REDIRECT:
            return wait_for_landing(profile, signals, at=at, landing_page=page.path), NOTHING
        before, visits = profile, profile.visits
        profile = arrive(profile, signals, at=at, landing_page=page.path, calendar=self.calendar)
        began = Effects((_visit_started(profile, at),)) if profile.visits > visits else NOTHING
        name = PAGE_VIEWED if is_view else ERROR_VIEWED
        event = Event(name, at, page=self._with_searched_topics(page, signals))
        profile, effects = fold(profile, event, terms)  # never late
        if terms.goals.held:
            profile, effects = self._with_goals_held(before, profile, effects, event, signals)
        return profile, effects if began is NOTHING else began.then(effects)

    def _with_searched_topics(self, page: Page, signals: Signals) -> Page:
        """What they searched for before they came here counts towards its topics, like the page itself."""
        if signals.search is None and signals.campaign is None:
            return page
        searched = signals.search.keywords if signals.search else None
        term = signals.campaign.term if signals.campaign else None
        topics = [topic for words in (searched, term) if words for topic in self.pages.topics_of(words)]
        return structs.replace(page, topics=tuple(dict.fromkeys((*page.topics, *topics)))) if topics else page


def advance(
    ruleset: Ruleset,
    priors: Priors | None,
    profile: Profile | None,
    hit: Hit,
    *,
    reader: Reader | None = None,
    seed: int = 0,
) -> tuple[Profile, Effects]:
    """How a hit changes what we remember, and what that leaves in the stream and the counters.

    Pure: `hit.at` is the only clock, and nothing given is changed. seed: of the profile that is made where there is
    none. Who advances many hits keeps a Corridor.
    """
    return _corridor(_Same(ruleset), _Same(priors), _Same(reader)).advance(profile, hit, seed=seed)


class _Same(Generic[Thing]):
    """A thing told apart by being the same object: mappings in it cannot be hashed."""

    __slots__ = ("thing",)

    def __init__(self, thing: Thing) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.thing is self.thing

    def __hash__(self) -> int:
        return id(self.thing)


@lru_cache(8)
def _corridor(ruleset: _Same[Ruleset], priors: _Same[Priors | None], reader: _Same[Reader | None]) -> Corridor:
    return Corridor(ruleset.thing, reader=reader.thing, priors=priors.thing)


def _allowed_by(profile: Profile, effects: Effects) -> Effects:
    """What the visitor lets a step leave behind, as far as their record knows."""
    return effects if profile.consent is None else allowed(effects, granted_by(profile.consent))


def _visit_started(profile: Profile, at: int) -> Event:
    touch: Touch = profile.visit.touch if profile.visit else Touch(at)
    told = {
        "channel": touch.channel,
        "medium": touch.referrer.medium,
        "source": touch.referrer.source,
        "campaign": touch.campaign.name if touch.campaign else None,
        "keywords": touch.search.keywords if touch.search else None,
        "landing_page": touch.landing_page,
    }
    properties = {name: value for name, value in told.items() if value}
    return streamed(Event(VISIT_STARTED, at, {"number": profile.visits, **properties}), at)
