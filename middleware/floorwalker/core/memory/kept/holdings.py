"""What a person has with the site: interests, cart, consent, agents' notes, what was learned of them.

All bounded: whoever changes one takes it `within_bounds` before it is kept. Later fields go to the end.
"""

from collections.abc import Iterable, Mapping
from math import isfinite

from msgspec import Struct, msgpack, structs

from floorwalker.core.bounds import NAME_BYTES, short
from floorwalker.core.priors import NO_PRIORS, Priors

INTEREST_BYTES = 350  # of each of the two vectors
MOST_TOPICS = 24
LEAST_WEIGHT = 0.05
FEW_EVENTS = 5  # below these the history says too little, and the session is asked
CART_BYTES = 500  # of all its items
CONSENT_BYTES = 200
NOTE_BYTES = 200  # one text
NOTES_BYTES = 600
LEARNED_BYTES = 300
LEAST_OFFERS = 3  # of fewer no rate can be told
MOST_CHANNELS = 6
_MOST_NEXT = 3
_WORD_BYTES = 30
_MOST_PIECES = 9_999
_DECIMALS = 6  # of prices and sums alike, so that what is cut is worth what it was

_encode = msgpack.Encoder().encode


class Interests(Struct, frozen=True, array_like=True, gc=False):
    """Decaying weights per topic, of one visit and of the whole history; `events` counts what fed the history.

    dominant: the topic that stands out, empty where none does. visit: the number of the visit whose session it is; 0 is
    whichever runs. repeated: bit n says that the n-th topic of the history was met more than once.
    """

    session: Mapping[str, float] = {}
    history: Mapping[str, float] = {}
    events: int = 0
    dominant: str = ""
    visit: int = 0
    repeated: int = 0

    def shares(self, priors: Priors = NO_PRIORS, *, visit: int = 0) -> dict[str, float]:
        """Each topic's share of all interest, 0 to 1, the largest first: of the history, or of this visit as long as
        the history holds fewer than 5 events.

        What the population seeks tempers it; a topic that was never met has no share. visit: the number of the one that
        runs; 0 is whichever it is.
        """
        session = self.of_visit(visit)
        return shares_of(session if self.events < FEW_EVENTS and session else self.history, priors)

    def of_visit(self, visit: int) -> Mapping[str, float]:
        """The weights of the visit of that number; none where the session is an older one's."""
        return self.session if not visit or self.visit in (0, visit) else {}

    def within_bounds(self) -> "Interests":
        """The heaviest topics only."""
        history = _heaviest(self.history)
        again = {topic for number, topic in enumerate(self.history) if self.repeated >> number & 1}
        repeated = sum([1 << number for number, topic in enumerate(history) if topic in again])
        dominant = short(self.dominant, NAME_BYTES)
        return Interests(_heaviest(self.session), history, self.events, dominant, self.visit, repeated)


def shares_of(weights: Mapping[str, float], priors: Priors = NO_PRIORS) -> dict[str, float]:
    """Each topic's share, (w + a p) / (W + a), to a ten-thousandth, the largest first; a is the priors' strength."""
    whole = sum(weights.values()) + priors.strength
    if whole <= 0:
        return {}
    strength, seen = priors.strength, priors.topics
    found = [(topic, (one + strength * seen.get(topic, 0.0)) / whole) for topic, one in weights.items() if one > 0]
    return {topic: round(share, 4) for topic, share in sorted(found, key=lambda one: (-one[1], one[0]))}


class CartItem(Struct, frozen=True, array_like=True, gc=False):
    """One product in the cart. price: of one piece, in the cart's currency."""

    product: str
    name: str = ""
    category: str = ""
    price: float = 0.0
    quantity: int = 1
    variant: str = ""


class Cart(Struct, frozen=True, array_like=True, gc=False):
    """What lies in the cart, the latest item last, and when something was last done with it, seconds since 1970.

    currency: an upper-case code; empty is the site's. more_pieces, more_value: of the items for which there is no
    room, so that pieces and value stay exact. checkout: when it was last taken to checkout; 0 is not yet.
    """

    items: tuple[CartItem, ...] = ()
    changed: int = 0
    currency: str = ""
    more_pieces: int = 0
    more_value: float = 0.0
    checkout: int = 0

    @property
    def pieces(self) -> int:
        """How many pieces lie in it."""
        return sum([item.quantity for item in self.items]) + self.more_pieces

    @property
    def value(self) -> float:
        """What they cost together, in the cart's currency."""
        return sum([item.price * item.quantity for item in self.items], self.more_value)

    def within_bounds(self) -> "Cart":
        """The latest items in full, the others as pieces and value."""
        room, kept, pieces, value = CART_BYTES, list[CartItem](), self.more_pieces, self.more_value
        for item in map(_bounded_item, reversed(self.items)):
            room -= len(_encode(item))
            if room >= 0:
                kept.append(item)
            else:
                pieces, value, room = pieces + item.quantity, value + item.price * item.quantity, -1
        currency = short(self.currency.upper(), 3)
        return Cart(tuple(reversed(kept)), self.changed, currency, pieces, round(value, _DECIMALS), self.checkout)


class Consent(Struct, frozen=True, array_like=True, gc=False):
    """What the visitor allowed, when, and under which policy."""

    categories: tuple[str, ...] = ()
    at: int = 0
    policy: str = ""

    def within_bounds(self) -> "Consent":
        """The first categories, their names cut."""
        policy = short(self.policy, _WORD_BYTES)
        categories = [short(one, _WORD_BYTES) for one in self.categories]
        return Consent(_that_fit(categories, CONSENT_BYTES - _WORD_BYTES), self.at, policy)


class Note(Struct, frozen=True, array_like=True, gc=False):
    """What an agent wrote down. by: whatever the shop calls that agent."""

    at: int
    text: str
    by: str = ""


class Notes(Struct, frozen=True, array_like=True, gc=False):
    """The latest notes, the latest last. left: when the latest was written that is no longer here; 0 if none was."""

    latest: tuple[Note, ...] = ()
    left: int = 0

    def with_note(self, note: Note) -> "Notes":
        """These and one more; where there is no room for all, the oldest go."""
        cut = Note(note.at, short(note.text, NOTE_BYTES), short(note.by, _WORD_BYTES))
        notes = sorted([*self.latest, cut], key=lambda one: one.at)
        left = self.left
        while len(notes) > 1 and len(_encode(notes)) > NOTES_BYTES:
            left = max(left, notes.pop(0).at)
        return Notes(tuple(notes), left)


class Contacts(Struct, frozen=True, array_like=True, gc=False):
    """On one channel (email, site, …): how many offers reached them, and to how many they responded.

    met: the latest messages that were counted, 4 bytes of a hash each. shown, clicked: so many of the blocks that were
    shown and clicked came on this channel. alone: it is all there is of the channel, whatever blocks tell.
    """

    offers: int = 0
    responses: int = 0
    met: bytes = b""
    shown: int = 0
    clicked: int = 0
    alone: bool = False

    @property
    def rate(self) -> float | None:
        """Responses per offer, 0 to 1; None of fewer than three offers."""
        return min(1.0, self.responses / self.offers) if self.offers >= LEAST_OFFERS else None


class Learned(Struct, frozen=True, array_like=True, gc=False):
    """What was learned of this visitor from the whole user base; empty where nothing was.

    lifecycle: one of LIFECYCLES. propensities: model → probability, 0 to 1. next_interests: topics, the likeliest
    first. at: when, seconds since 1970. version: of the tables that said so.
    """

    lifecycle: str = ""
    micro_segment: str = ""
    propensities: Mapping[str, float] = {}
    next_interests: tuple[str, ...] = ()
    at: int = 0
    version: str = ""

    def within_bounds(self) -> "Learned":
        """Names cut, and as many propensities and topics as fit."""
        propensities = {short(name, _WORD_BYTES): one for name, one in self.propensities.items() if 0 <= one <= 1}
        names = _that_fit(propensities, LEARNED_BYTES // 3, each=10)
        topics = [short(topic, NAME_BYTES) for topic in self.next_interests[:_MOST_NEXT]]
        return Learned(
            short(self.lifecycle, _WORD_BYTES),
            short(self.micro_segment, _WORD_BYTES),
            {name: propensities[name] for name in names},
            _that_fit(topics, LEARNED_BYTES // 3),
            self.at,
            short(self.version, _WORD_BYTES),
        )


def bounded_contacts(contacts: Mapping[str, Contacts]) -> dict[str, Contacts]:
    """The first channels, their names cut."""
    return {short(channel, _WORD_BYTES): one for channel, one in list(contacts.items())[:MOST_CHANNELS]}


def _heaviest(weights: Mapping[str, float]) -> dict[str, float]:
    heavy = sorted(
        ((topic, weight) for topic, weight in weights.items() if weight >= LEAST_WEIGHT and isfinite(weight)),
        key=lambda one: (-one[1], one[0]),
    )
    named = {short(topic, NAME_BYTES): weight for topic, weight in reversed(heavy[:MOST_TOPICS])}
    topics = _that_fit(reversed(named), INTEREST_BYTES, each=9)
    return {topic: named[topic] for topic in topics}


def _that_fit(texts: Iterable[str], most_bytes: int, *, each: int = 0) -> tuple[str, ...]:
    """The first texts that together take no more than so many bytes. each: what comes with every one."""
    kept: list[str] = []
    for text in texts:
        most_bytes -= len(text.encode()) + 2 + each
        if most_bytes < 0:
            break
        kept.append(text)
    return tuple(kept)


def _bounded_item(item: CartItem) -> CartItem:
    return structs.replace(
        item,
        product=short(item.product, NAME_BYTES),
        name=short(item.name, NAME_BYTES),
        category=short(item.category, NAME_BYTES),
        variant=short(item.variant, NAME_BYTES),
        price=round(item.price, _DECIMALS) if isfinite(item.price) and item.price > 0 else 0.0,
        quantity=min(max(item.quantity, 1), _MOST_PIECES),
    )
