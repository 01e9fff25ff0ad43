"""Data keys at work: sealed in the store, whole for whoever has the key, kept for whoever has not."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.memory.kept.holdings import Contacts, Note, Notes
from floorwalker.core.memory.profile import Profile
from floorwalker.store import Outcome, Step, Store, StoreSettings, open_store
from floorwalker.store.records.keyring import PLAIN, Keyring
from floorwalker.store.records.personal import SOMEBODY, is_personal, made_whole, parted
from tests.servers import fresh_namespace
from tests.store.conftest import QUICK, client_of
from tests.store.people import identified
from tests.store.steps import view

A, B = "a" * 32, "b" * 32
ANNA, ANON = "annaannaannaannaannaan", "anonanonanonanonanonan"
CANARIES = (b"canary-mail", b"canary-user", b"canary-note", b"canary-channel")


def telling(**changes: object) -> Step:
    """A step that sets fields of the profile."""

    def step(profile: Profile | None) -> tuple[Profile, Effects]:
        return replace(profile or Profile(seed=7), **changes), NOTHING

    return step


PERSONAL = telling(
    user="canary-user",
    traits={"email": "canary-mail"},
    notes=Notes((Note(1, "canary-note"),)),
    contacts={"canary-channel": Contacts(3, 1)},
)


class Workers:
    """Workers with different keys on one namespace."""

    def __init__(self, server: str) -> None:
        self.url = f"{server}?namespace={fresh_namespace()}"
        self.opened: list[Store] = []

    def __call__(self, *keys: str) -> Store:
        self.opened.append(open_store(self.url, settings=StoreSettings(**QUICK), data_keys=keys, clock=lambda: 1000.0))
        return self.opened[-1]

    def stored(self) -> bytes:
        """All strings that lie there."""
        with client_of(self.url) as client:
            keys = list(client.scan_iter(f"fw:{self.url.rpartition('=')[2]}:*"))
            return b"".join(key + (client.get(key) or b"") for key in keys if client.type(key) == b"string")


@pytest.fixture
async def workers(valkey_server: str):
    found = Workers(valkey_server)
    yield found
    for store in found.opened:
        await store.close()


async def profile_of(store: Store, visitor: str = ANNA) -> Profile:
    found = (await store.load(visitor)).profile
    assert found is not None
    return found


async def test_what_is_personal_lies_sealed_and_the_rest_does_not(workers: Workers) -> None:
    store = workers(A)
    committed = await store.commit(ANNA, None, PERSONAL)
    await store.commit(ANNA, committed.loaded, telling(exit_page="/visible"))
    stored = workers.stored()
    assert not any(canary in stored for canary in CANARIES)
    assert b"/visible" in stored
    found = await profile_of(workers(A))
    assert (found.user, found.traits, found.exit_page) == ("canary-user", {"email": "canary-mail"}, "/visible")
    assert found.notes == Notes((Note(1, "canary-note"),))
    assert found.contacts == {"canary-channel": Contacts(3, 1)}


async def test_of_whom_nothing_personal_is_known_nothing_is_sealed(workers: Workers) -> None:
    keyed, plain = workers(A), workers()
    loaded = (await keyed.commit(ANNA, None, view)).loaded
    assert loaded.record.body.sealed == ()
    assert (await plain.load(ANNA)).record.head()[15] == (await keyed.load(ANNA)).record.head()[15] == 1


async def test_what_lay_in_the_clear_is_read_and_sealed_with_the_next_commit(workers: Workers) -> None:
    await workers().commit(ANNA, None, PERSONAL)
    assert CANARIES[0] in workers.stored()
    store = workers(A)
    assert (await profile_of(store)).traits == {"email": "canary-mail"}
    await store.commit(ANNA, None, view)
    assert not any(canary in workers.stored() for canary in CANARIES)


@pytest.mark.parametrize("keys", [(), (B,)])
async def test_without_the_key_the_rest_is_usable_and_nothing_is_lost(workers: Workers, keys: tuple[str, ...]) -> None:
    keyed, other = workers(A), workers(*keys)
    before = (await keyed.commit(ANNA, None, PERSONAL)).loaded.record.body.sealed
    for _ in range(3):
        assert (await other.commit(ANNA, None, view)).outcome is Outcome.STORED
    seen = await other.load(ANNA)
    assert (seen.profile.visits, seen.profile.traits, seen.profile.user) == (3, {}, SOMEBODY)
    assert seen.record.body.sealed == before
    whole = await profile_of(keyed)
    assert (whole.visits, whole.traits, whole.user) == (3, {"email": "canary-mail"}, "canary-user")


@pytest.mark.parametrize("keys", [(), (B,)])
async def test_what_is_said_while_the_key_is_missing_comes_together_with_the_rest(
    workers: Workers, keys: tuple[str, ...]
) -> None:
    keyed, other = workers(A), workers(*keys)
    await keyed.commit(ANNA, None, PERSONAL)
    told = telling(traits={"plan": "gold"}, contacts={"canary-channel": Contacts(2, 2), "sms": Contacts(1)})
    for _ in range(2):
        await other.commit(ANNA, None, told)
    await other.commit(ANNA, None, telling(notes=Notes((Note(5, "later"),))))
    whole = await profile_of(workers(A, B))
    assert whole.traits == {"email": "canary-mail", "plan": "gold"}
    assert whole.user == "canary-user"
    assert [note.text for note in whole.notes.latest] == ["canary-note", "later"]
    assert whole.contacts["canary-channel"] == Contacts(5, 3)
    await workers(A, B).commit(ANNA, None, view)
    assert len((await keyed.load(ANNA)).record.body.sealed) == 1
    assert (await profile_of(keyed)).traits == whole.traits


async def test_nobody_joins_whose_record_cannot_be_opened(workers: Workers) -> None:
    keyed, other = workers(A), workers()
    await keyed.commit(ANON, None, telling(traits={"email": "canary-mail"}))
    await other.merge(ANON, ANNA, identified())
    assert (await profile_of(keyed, ANON)).traits == {"email": "canary-mail"}
    assert (await profile_of(keyed)).user == "anna"


async def test_what_is_known_of_somebody_joins_and_is_sealed_for_the_person(workers: Workers) -> None:
    store = workers(A)
    await store.commit(ANON, None, telling(traits={"email": "canary-mail"}))
    await store.merge(ANON, ANNA, identified(user="canary-user"))
    assert not any(canary in workers.stored() for canary in CANARIES)
    found = await profile_of(workers(A))
    assert (found.user, found.traits) == ("canary-user", {"email": "canary-mail"})


async def test_a_sealed_part_under_another_visitors_key_opens_for_nobody(workers: Workers) -> None:
    store = workers(A)
    await store.commit(ANNA, None, PERSONAL)
    sealed = (await store.load(ANNA)).record.body.sealed
    profile, locked = made_whole(Profile(seed=1), sealed, ANON, Keyring((A,), bytes))
    assert (profile.traits, profile.user, locked) == ({}, SOMEBODY, sealed)


async def test_keys_rotate_and_the_old_one_can_be_retired(workers: Workers) -> None:
    plain, old, both = workers(), workers(A), workers(B, A)
    await plain.commit("plain", None, PERSONAL)
    await old.commit("old", None, PERSONAL, confirmed=False)
    await both.commit("new", None, PERSONAL)
    await both.commit("nothing", None, view)
    with client_of(workers.url) as client:
        key = next(client.scan_iter(f"fw:{workers.url.rpartition('=')[2]}:*:profile:old"))
        client.expire(key, 1000)
        renewal = await both.renew()
        assert (renewal.current, renewal.renewed, renewal.locked, renewal.survey.live) == (2, 2, 0, 4)
        assert client.ttl(key) in range(900, 1001)
    new = workers(B)
    for visitor in ("plain", "old", "new"):
        assert (await profile_of(new, visitor)).traits == {"email": "canary-mail"}
    assert not any(canary in workers.stored() for canary in CANARIES)
    assert (await new.renew()).renewed == 0
    assert (await old.renew()).locked == 3
    back = workers(PLAIN, B)
    assert (await back.renew()).renewed == 3
    assert (await profile_of(workers(), "old")).traits == {"email": "canary-mail"}


async def test_a_walk_and_a_commit_at_once_lose_nothing(workers: Workers) -> None:
    plain, both = workers(), workers(A)
    for n in range(30):
        await plain.commit(f"v{n}", None, PERSONAL)
    commits = [store.commit(f"v{n}", None, view) for n in range(30) for store in (plain, both)]
    await asyncio.gather(both.renew(pause_s=0), *commits)
    await both.renew()
    assert [(await profile_of(both, f"v{n}")).visits for n in range(30)] == [2] * 30


notes = st.none() | st.builds(lambda at, text: Notes((Note(at, text),)), st.integers(1, 99), st.text(max_size=20))
people = st.builds(
    Profile,
    seed=st.integers(0, 2**64 - 1),
    user=st.text(max_size=10).filter(lambda user: user != SOMEBODY),
    traits=st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.integers(0, 9), max_size=3),
    notes=notes,
    contacts=st.dictionaries(st.text(max_size=4), st.builds(Contacts, st.integers(0, 9)), max_size=2),
    exit_page=st.text(max_size=5),
)


@settings(max_examples=200)
@given(people, st.text(max_size=22))
def test_what_is_parted_is_made_whole_again(profile: Profile, visitor: str) -> None:
    keyring = Keyring((A,), _counting())
    rest, sealed = parted(profile, (), visitor, keyring)
    assert not is_personal(rest)
    assert made_whole(rest, sealed, visitor, keyring) == (profile, ())
    assert parted(profile, (), visitor, Keyring((), bytes)) == (profile, ())


def _counting() -> Callable[[int], bytes]:
    numbers = iter(range(10**9))
    return lambda count: next(numbers).to_bytes(count, "big")
