"""Where conditions on what a person has find their values: cart, interests, notes, what was learned of them."""

from collections.abc import Callable, Iterable, Mapping

from floorwalker.core.calendar import Calendar
from floorwalker.core.conditions.asking import UNKNOWN, Partial, Value, Values
from floorwalker.core.conditions.matchers import AnyOf, fold_text
from floorwalker.core.conditions.model import Field, Window
from floorwalker.core.conditions.patterns import wildcard
from floorwalker.core.evaluation.moment import Moment, Reading
from floorwalker.core.evaluation.standing import interests, lifecycle
from floorwalker.core.memory.asked.history import History, Tally
from floorwalker.core.memory.kept.holdings import Contacts, Learned
from floorwalker.core.memory.kept.responses import NONE
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Ruleset

LEAST_TIER_VIEWS = 3
TIER_DAYS = 30

_EVER = Window()
_NOTHING_LEARNED = Learned()

Read = Callable[[Profile, Moment], Values]


def belonging(name: str, field: Field) -> Reading | None:
    """How this field of the condition `name` is read; None where it asks for nothing that a person has."""
    if name == "consent":
        return _consented
    read = _MEASURED[name](field.key) if name in _MEASURED else _HELD.get((name, field.name))
    if read is None:
        return None
    found = read
    return lambda moment: UNKNOWN if moment.profile is None else found(moment.profile, moment)


def preferred_price_tier(moment: Moment) -> Values:
    """The tier of most of the pages that have one: of the last 30 days, or of all that is remembered."""
    history = moment.history
    tiers = _tiers(moment.ruleset)
    if history is None or not tiers:
        return ()
    views = _views_of(tiers, history, _last_days(moment, history))
    if sum(one.count for one in views.values()) < LEAST_TIER_VIEWS:
        views = _views_of(tiers, history, _EVER)
    if not all(one.complete for one in views.values()):
        return UNKNOWN
    whole, most = sum(one.count for one in views.values()), max(one.count for one in views.values())
    first = [tier for tier, one in views.items() if one.count == most]
    return (first[0],) if whole >= LEAST_TIER_VIEWS and 2 * most >= whole and len(first) == 1 else ()


def average_order(profile: Profile, moment: Moment) -> float | None:
    """What an order in the site's currency comes to on average; None where there was none, or it is not known."""
    total = profile.orders.total(moment.ruleset.site.currency) if profile.orders else None
    return round(total.amount / total.orders, 6) if total and total.orders else None


def _tiers(ruleset: Ruleset) -> tuple[str, ...]:
    named = [tier.name for tier in ruleset.site.price_tiers]
    return tuple(dict.fromkeys([*named, *(rule.price_tier for rule in ruleset.pages if rule.price_tier)]))


def _last_days(moment: Moment, history: History) -> Window:
    """Whole days, since what is only counted is counted by day."""
    calendar = Calendar(moment.ruleset.site)
    first = calendar.day(history.at) - TIER_DAYS
    return Window("seconds", history.at - calendar.day_begins(first))


def _views_of(tiers: Iterable[str], history: History, window: Window) -> dict[str, Tally]:
    asked = {tier: (Field("price_tier", AnyOf(frozenset({fold_text(tier)}))),) for tier in tiers}
    return {tier: history.views(what, window) for tier, what in asked.items()}


def offers_answered(profile: Profile, channel: str) -> float | None:
    """The share of offers on a channel that they responded to; None where there were too few, or none are known.

    On the site itself it is what the blocks tell that were shown there, and the site's own promotions.
    """
    known = profile.contacts.get(channel)
    if channel == "site" and (known is None or not known.alone):
        known = _on_site(profile, known or Contacts())
    return known.rate if known is not None else None


def _on_site(profile: Profile, beside: Contacts) -> Contacts:
    blocks = [one for one in (profile.responses or NONE).blocks if not one.control]
    elsewhere = profile.contacts.values()
    shown = sum([one.shown.total for one in blocks]) - sum([one.shown for one in elsewhere])
    clicks = sum([one.clicked.total for one in blocks if one.clicked]) - sum([one.clicked for one in elsewhere])
    return Contacts(beside.offers + max(shown, 0), beside.responses + max(clicks, 0))


def _answered(channel: str) -> Read:
    def read(profile: Profile, _: Moment) -> Values:
        if channel == "site" and (profile.responses or NONE).lost:
            known = profile.contacts.get(channel)
            return _one(known.rate) if known is not None and known.alone else UNKNOWN
        return _one(offers_answered(profile, channel))

    return read


def _of_topic(asked: str) -> Read:
    def read(profile: Profile, moment: Moment) -> Values:
        shares = interests(profile, moment)
        if not shares:
            return ()
        return _named(asked, shares) or (0.0,)

    return read


def _probable(asked: str) -> Read:
    return lambda profile, _: _named(asked, _learned(profile).propensities)


def _named(asked: str, values: Mapping[str, float]) -> tuple[float, ...]:
    """The values under a folded name, which may hold `*`."""
    if "*" not in asked:
        return tuple([value for name, value in values.items() if fold_text(name) == asked])
    pattern = wildcard(asked)
    return tuple([value for name, value in values.items() if pattern.match(fold_text(name))])


def _consented(moment: Moment) -> Values:
    """What this request tells of it, else what is remembered. Absent, never unknown: who said nothing did not agree."""
    if moment.signals.consent is not None:
        return moment.signals.consent
    consent = moment.profile.consent if moment.profile else None
    return consent.categories if consent else ()


def _learned(profile: Profile) -> Learned:
    return profile.learned or _NOTHING_LEARNED


def _one(value: Value | None) -> Values:
    return () if value is None or value == "" else (value,)


def _pieces(profile: Profile, _: Moment) -> Values:
    return (profile.cart.pieces if profile.cart else 0,)


def _value(profile: Profile, moment: Moment) -> Values:
    cart = profile.cart
    if cart is None or not cart.pieces or cart.currency not in ("", moment.ruleset.site.currency):
        return ()
    return (round(cart.value, 6),)


def _contained(profile: Profile, _: Moment) -> Values:
    if profile.cart is None:
        return ()
    found = [text for item in profile.cart.items for text in (item.product, item.name, item.category) if text]
    return Partial(found) if profile.cart.more_pieces else found


def _idle(profile: Profile, moment: Moment) -> Values:
    cart = profile.cart
    return (max(0.0, moment.now - cart.changed),) if cart is not None and cart.pieces else ()


def _in_checkout(profile: Profile, moment: Moment) -> Values:
    cart = profile.cart
    return (max(0.0, moment.now - cart.checkout),) if cart is not None and cart.pieces and cart.checkout else ()


def _average(profile: Profile, moment: Moment) -> Values:
    if profile.orders and profile.orders.total(moment.ruleset.site.currency) is None:
        return UNKNOWN
    return _one(average_order(profile, moment))


def _notes(profile: Profile, _: Moment) -> Values:
    if profile.notes is None:
        return ()
    found = [note.text for note in profile.notes.latest]
    return Partial(found) if profile.notes.left else found


_HELD: Mapping[tuple[str, str], Read] = {
    ("cart", "items"): _pieces,
    ("cart", "value"): _value,
    ("cart", "contains"): _contained,
    ("cart", "idle"): _idle,
    ("cart", "checkout"): _in_checkout,
    ("dominant_interest", "topic"): lambda profile, _: _one(profile.interests.dominant if profile.interests else ""),
    ("preferred_price_tier", "is"): lambda _, moment: preferred_price_tier(moment),
    ("next_interest", "topic"): lambda profile, _: _learned(profile).next_interests[:1],
    ("average_order", "is"): _average,
    ("lifecycle", "is"): lambda profile, moment: _one(lifecycle(profile, moment)),
    ("agent_note", "is"): _notes,
    ("micro_segment", "is"): lambda profile, _: _one(_learned(profile).micro_segment),
}

_MEASURED: Mapping[str, Callable[[str], Read]] = {
    "interest": _of_topic,
    "responds_to": _answered,
    "propensity": _probable,
}
"""Conditions on how much of something there is: the folded name of what is asked for → how it is read."""
