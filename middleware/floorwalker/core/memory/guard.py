"""The guard over a whole profile: under 16,000 bytes whatever comes.

Every holding has its own bound, and nobody who shops comes near all of them at once: together they would be 21 KB. Only
where they might be too much is the profile measured, and only what is too large is shortened, in the order of least
harm: what is forgotten is known to be, and totals, money, traits and first touches are never touched.
"""

from collections.abc import Callable, Iterator

from msgspec import msgpack, structs

from floorwalker.core.memory.kept.counts import EMPTY
from floorwalker.core.memory.kept.ledger import fewer, with_past
from floorwalker.core.memory.kept.purchases import TRACE_BYTES
from floorwalker.core.memory.kept.recents import shortened
from floorwalker.core.memory.kept.responses import Responses, blocks_that_fit
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.terms import Terms

MOST_BYTES = 16_000  # of a profile as it lies in the store
LIMIT = 14_600  # after an event: a redirect's arrival, watched segments and what is learned may come without one
_FEWEST_RECENT = 700  # bytes, of what is remembered to the second
_FEWEST_COUNTED = 1_200
_FEWEST_BLOCKS = 900
_FEWEST_BOUGHT = 500
_FEWEST_TRACES = 50  # of orders
_FEWEST_MET = 10  # of messages of each channel

_encode = msgpack.Encoder().encode


def within_size(profile: Profile, terms: Terms) -> Profile:
    """The profile, or as much of it as there is room for. Its parts are within their own bounds already."""
    if profile.orders is None and profile.counts is None:
        return profile  # all the others together are never too much
    if _at_most(profile) <= LIMIT or len(_encode(profile)) <= LIMIT:
        return profile
    for smaller in _shortenings(profile, terms):
        profile = smaller(profile)
        if len(_encode(profile)) <= LIMIT:
            break
    return profile


def _at_most(profile: Profile) -> int:
    """More bytes than it takes, at little cost."""
    orders, responses = profile.orders, profile.responses
    size = 2_000 + profile.recents.size + 860 * (len(profile.touches) + 2)
    if profile.counts is not None:
        size += 3_050
    if orders is not None:
        size += 200 + len(orders.known) + min(60 * len(orders.latest), 710) + min(500 * len(orders.bought), 1_010)
    if responses is not None:
        size += min(250 * len(responses.blocks), 1_850) + min(200 * len(responses.exposures), 1_250)
    size += min(160 * len(profile.traits), 1_100) + 250 * len(profile.contacts)
    size += 800 if profile.interests else 0
    return size + (600 if profile.cart else 0) + (650 if profile.notes else 0) + 132 * len(profile.mixed)


def _shortenings(profile: Profile, terms: Terms) -> Iterator[Callable[[Profile], Profile]]:
    """What can be shortened, the least harm first."""
    yield _without_traces
    size = profile.recents.size
    while size > _FEWEST_RECENT:
        yield lambda one: _with_fewer_recents(one, terms)
        size = size * 4 // 5
    yield lambda one: _with_fewer_counts(one, terms)
    yield _with_fewer_blocks
    yield _with_less_bought


def _without_traces(profile: Profile) -> Profile:
    """An order of long ago that is told again may count again; a message that is opened again, too."""
    contacts = {
        channel: structs.replace(one, met=one.met[-_FEWEST_MET * TRACE_BYTES :])
        for channel, one in profile.contacts.items()
    }
    if profile.orders is None:
        return structs.replace(profile, contacts=contacts)
    known = profile.orders.known[-_FEWEST_TRACES * TRACE_BYTES :]
    return structs.replace(profile, contacts=contacts, orders=structs.replace(profile.orders, known=known))


def _with_fewer_recents(profile: Profile, terms: Terms) -> Profile:
    """The oldest of the recent events are counted from now on."""
    if len(profile.recents) < 2:
        return profile
    recents, leaving = shortened(profile.recents)
    counts = with_past(profile.counts or EMPTY, leaving, calendar=terms.calendar, known=terms.known)
    return structs.replace(profile, recents=recents, counts=counts)


def _with_fewer_counts(profile: Profile, terms: Terms) -> Profile:
    if profile.counts is None:
        return profile
    counts = fewer(profile.counts, _FEWEST_COUNTED, calendar=terms.calendar, known=terms.known)
    return structs.replace(profile, counts=counts)


def _with_fewer_blocks(profile: Profile) -> Profile:
    if profile.responses is None:
        return profile
    blocks, lost = blocks_that_fit(profile.responses.blocks, profile.responses.lost, most_bytes=_FEWEST_BLOCKS)
    return structs.replace(profile, responses=Responses(blocks, profile.responses.exposures, lost))


def _with_less_bought(profile: Profile) -> Profile:
    if profile.orders is None:
        return profile
    orders = profile.orders.shortened(bought_bytes=_FEWEST_BOUGHT, traces=_FEWEST_TRACES)
    return structs.replace(profile, orders=orders)
