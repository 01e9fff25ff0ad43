"""What stands in the store after a run, beside what was acknowledged."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from floorwalker import Profile, Store
from floorwalker.core.memory.proving.comparisons import expanded
from floorwalker.core.memory.proving.facts import facts_of
from tests.faults.crowd import Guest
from tests.faults.ledger import ORDER, Ledger
from tests.faults.scene import Pardon

_ORDERED = "Order Completed"


@dataclass
class Audit:
    """lost: acknowledged and nowhere. pardoned: the same, where the fault may cost it. doubled: more than once.

    misplaced: not with whom it happened to. apart: with them, but not with the person as whom they signed in while the
    fault lasted. unequal: whatever else does not add up, in words.
    """

    lost: list[str] = field(default_factory=list)
    pardoned: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    unequal: list[str] = field(default_factory=list)


@dataclass
class Found:
    """All that was found. names: of events and orders, by who has them. counted: a recount of what profiles hold."""

    names: dict[str, Counter[str]] = field(default_factory=dict)
    streamed: Counter[str] = field(default_factory=Counter)
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)
    totals: dict[str, float] = field(default_factory=dict)


async def audit(store: Store, ledger: Ledger, guests: list[Guest], pardons: list[Pardon]) -> Audit:
    """Everything that was acknowledged stands in one profile once, and all else adds up.

    Where the server itself lost something, what a worker had read of it before may stand again, without what hung on it
    there: then only what came later has to add up.
    """
    found, result = await _found(store), Audit()
    server_lost = [one for one in pardons if one.worker is None]
    before = {name for name, word in ledger.words.items() if any(one.covers(word) for one in server_lost)}
    everywhere = Counter[str]()
    for names in found.names.values():
        everywhere.update(names)
    for name, word in ledger.words.items():
        if not everywhere[name]:
            (result.pardoned if any(one.covers(word) for one in pardons) else result.lost).append(name)
    result.doubled = [name for name, times in everywhere.items() if times > 1 and name not in before]
    known = ledger.words.keys() | ledger.uncertain
    result.unequal += [f"{name} stands and was never sent" for name in everywhere if name not in known]
    await _judge_places(store, ledger, guests, pardons, found, result)
    for name in (everywhere | found.streamed).keys() - before:
        if found.streamed[name] != everywhere[name]:
            result.unequal.append(f"{name}: {found.streamed[name]} in streams, {everywhere[name]} in profiles")
    if not server_lost:
        _judge_money(ledger, found, result)
        await _judge_counters(store, found, result)
    return result


async def _found(store: Store) -> Found:
    found = Found()
    async for one in store.profiles():
        if one.profile is None or not one.confirmed:
            continue
        found.names[one.visitor] = names_in(one.profile)
        found.totals[one.visitor] = one.profile.orders.totals["EUR"].amount if one.profile.orders else 0.0
        for exposure in expanded(one.profile.responses.exposures) if one.profile.responses is not None else ():
            for count in facts_of(exposure):
                found.counted[count.day, count.field] += count.by
    async for entry in store.events():
        if _is_ours(entry.event.name):
            found.streamed[entry.event.name] += 1
        elif entry.event.name == _ORDERED:
            found.streamed[f"{ORDER}{entry.event.properties['order_id']}"] += 1
    return found


def names_in(profile: Profile) -> Counter[str]:
    """Nothing was forgotten: what a guest does fits into what is remembered exactly."""
    assert profile.counts is None or not profile.recents.left
    names = Counter(past.name for past in profile.recents.past() if _is_ours(past.name))
    orders = profile.orders.latest if profile.orders is not None else ()
    names.update(ORDER + order.id for order in orders)
    return names


def _is_ours(name: str) -> bool:
    return name.startswith("E") and "-" in name


async def _judge_places(
    store: Store, ledger: Ledger, guests: list[Guest], pardons: list[Pardon], found: Found, result: Audit
) -> None:
    gone = {*result.lost, *result.pardoned}
    for guest in guests:
        login = ledger.logins.get(guest.number)
        if login is not None and any(one.worker is None or one.covers(login) for one in pardons):
            continue  # whether the join was lost is not known, nor whether what led from one to the other was
        own = (await store.load(guest.visitor)).visitor
        owner = await store.person(guest.user) if guest.user else own
        mine, others = found.names.get(owner, Counter()), found.names.get(own, Counter())
        for name, word in ledger.words.items():
            if word.guest != guest.number or name in mine or name in gone:
                continue
            is_apart = name in others and login is not None and ledger.struck(login)
            (result.apart if is_apart else result.misplaced).append(name)


def _judge_money(ledger: Ledger, found: Found, result: Audit) -> None:
    for visitor, names in found.names.items():
        paid = sum(ledger.amounts[name.removeprefix(ORDER)] for name in names if name.startswith(ORDER))
        if abs(paid - found.totals[visitor]) > 0.001:
            result.unequal.append(f"{visitor} paid {paid}, and has {found.totals[visitor]}")


async def _judge_counters(store: Store, found: Found, result: Audit) -> None:
    today = datetime.now(UTC).date()
    days = (today - timedelta(days=2)).isoformat(), (today + timedelta(days=2)).isoformat()
    told = {(day, name): value for day, facts in (await store.stats(*days)).items() for name, value in facts.items()}
    for key in told.keys() | found.counted.keys():
        if told.get(key, 0) != found.counted[key]:
            result.unequal.append(f"{key}: counted {told.get(key, 0)}, profiles say {found.counted[key]}")
