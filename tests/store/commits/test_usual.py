"""The usual commit's short way says the same, word by word, as the general one."""

import random
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from floorwalker.core.effects import NOTHING, Count, Effects, Mark
from floorwalker.core.events import MERGED, SEGMENT_ENTERED, Event, Page
from floorwalker.core.memory.profile import Profile
from floorwalker.store import Loaded, StoreSettings
from floorwalker.store.commits.attempt import Commit, compose
from floorwalker.store.commits.usual import MOST, Usual, UsualCommits
from floorwalker.store.keys import Keys
from floorwalker.store.keyspace import Keyspace
from floorwalker.store.link.replies import Word
from floorwalker.store.records.keyring import NO_KEYS, Keyring
from floorwalker.store.records.record import Alias, Pending, Writer
from floorwalker.store.scripts import script
from tests.store.packed import words_of

NOW = 1_800_000_000.5
SEALING = Keyring(["k" * 32], lambda count: b"r" * count)

visitors = st.text("AZaz09-_", min_size=1, max_size=22)
days = st.sampled_from(["2026-11-22", "2026-11-23"])
profiles = st.builds(
    Profile,
    seed=st.integers(0, (1 << 64) - 1),
    visits=st.integers(1, 3),
    user=st.sampled_from(["", "somebody"]),
    traits=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
)
events = st.builds(Event, st.sampled_from(["Page Viewed", *"éabcdef", MERGED]), st.floats(0, NOW)) | st.just(
    Event("Page Viewed", NOW, page=Page(path="/a"))
)
effects = st.builds(
    Effects,
    events=st.lists(events, max_size=3).map(tuple),
    counts=st.lists(st.builds(Count, days, st.text("ab\x1f", max_size=2), st.integers(1, 5)), max_size=4).map(tuple),
    due=st.none() | st.just(0.0) | st.floats(NOW, NOW + 1e6),
    marks=st.sampled_from([(), (), (), (), (Mark("trait", "value"),)]),
)
writers = st.builds(Writer, st.integers(1, 40), st.integers(0, 9), st.integers(int(NOW) - 100_000, int(NOW)))
settings_of = st.builds(
    StoreSettings,
    profile_life_s=st.integers(60, 10_000_000),
    passing_life_s=st.integers(60, 10_000_000),
    events_kept=st.integers(1, 1_000_000),
    spool_life_s=st.integers(1, 100_000),
)
keyspaces = st.builds(
    Keys, st.sampled_from(["", "shop", "50.x"]), st.integers(1, 1024), st.just(b"x" * 32), st.sampled_from([1, 2])
)


@st.composite
def bases(draw: st.DrawFn, keys: Keys) -> Loaded:
    """A record as a commit left it; now and then with something that is not usual."""
    visitor, profile = draw(visitors), draw(profiles)
    first = Commit(7, 1, NOW - 60, confirmed=draw(st.sampled_from([True, True, True, False])))
    made = compose(Loaded(visitor), profile, NOTHING, first, keys=keys, settings=StoreSettings(), random_bytes=bytes)
    record, body = made.loaded.record, made.loaded.record.body if made.loaded.record else None
    assert record is not None
    assert body is not None
    body = replace(
        body,
        writers=tuple(draw(st.lists(writers, max_size=40, unique_by=lambda one: one.id))),
        aliases=draw(st.sampled_from([(), (Alias("other", b"p" * 8),)])),
        pending=draw(st.sampled_from([body.pending, body.pending, Pending()])),
        pseudonym=draw(st.binary(min_size=8, max_size=8)),
    )
    version = draw(st.sampled_from([1, 300, (1 << 32) - 1]))
    deferred, schema = draw(st.sampled_from([False, False, False, True])), draw(st.sampled_from([1, 2]))
    record = replace(record, body=body, version=version, deferred=deferred, schema=schema)
    return Loaded(visitor, profile, record, record.identity, draw(st.sampled_from([(), (), (), (b"\x00sealed",)])))


def usual(
    base: Loaded,
    profile: Profile,
    done: Effects,
    commit: Commit,
    keys: Keys | None,
    *,
    settings: StoreSettings | None = None,
    keyring: Keyring = NO_KEYS,
) -> Usual | None:
    keyspace: Any = SimpleNamespace(known=keys)
    return UsualCommits(keyspace, settings or StoreSettings(), keyring).usual(base, profile, done, commit)


def in_bytes(words: list[Word]) -> list[bytes]:
    return [one if isinstance(one, bytes) else str(one).encode() for one in words]


@given(st.data(), keyspaces, profiles, effects, settings_of, st.booleans())
def test_it_says_what_the_general_way_says(
    data: st.DataObject, keys: Keys, profile: Profile, done: Effects, settings: StoreSettings, is_confirmed: bool
) -> None:
    base = data.draw(bases(keys))
    commit = Commit(data.draw(st.integers(1, (1 << 64) - 1)), data.draw(st.integers(1, 99)), NOW, is_confirmed)
    random.seed(chance := data.draw(st.integers(0, 99)))
    short = usual(base, profile, done, commit, keys, settings=settings)
    if short is None:
        return
    random.seed(chance)
    long = compose(base, profile, done, commit, keys=keys, settings=settings, random_bytes=bytes)
    said: list[Word] = [script("commit").sha, len(long.keys), *long.keys, *long.arguments]
    assert list(words_of(short.command)) == ["EVALSHA", *in_bytes(said)]
    assert short.loaded == long.loaded
    assert (long.held_back, long.messages) == (0, ())
    assert short.command.key.startswith(keys.head(keys.partition_of(base.visitor)).encode())


def known(keys: Keys) -> Loaded:
    first = Commit(7, 1, NOW - 60, confirmed=True)
    return compose(
        Loaded("v1"), PROFILE, NOTHING, first, keys=keys, settings=StoreSettings(), random_bytes=bytes
    ).loaded


KEYS = Keys("", 64, b"x" * 32)
PROFILE = Profile(seed=1, visits=2)
VIEWED = Event("Page Viewed", NOW)
COMMIT = Commit(9, 2, NOW, confirmed=True)


def test_somebody_known_who_sees_a_page_takes_the_short_way() -> None:
    for done in (
        NOTHING,
        Effects((VIEWED,)),
        Effects((VIEWED,) * MOST, (Count("2026-11-23", "hero\x1fa"),) * 3),
        Effects((VIEWED,), due=0.0),
        Effects((VIEWED,), (Count("2026-11-23", "a"), Count("2026-11-22", "a")), NOW + 5),
    ):
        assert usual(known(KEYS), PROFILE, done, COMMIT, KEYS) is not None, done


def test_what_is_more_than_that_takes_the_general_way() -> None:
    base, viewed = known(KEYS), Effects((VIEWED,))
    assert base.record is not None
    body = base.record.body
    others = (
        Loaded("v1"),
        replace(base, record=replace(base.record, confirmed=False)),
        replace(base, record=replace(base.record, deferred=True)),
        replace(base, record=replace(base.record, body=replace(body, pending=Pending()))),
        replace(base, locked=(b"\x00sealed",)),
    )
    for other in others:
        assert usual(other, PROFILE, viewed, COMMIT, KEYS) is None, other
    for done in (
        Effects((VIEWED,), marks=(Mark("trait", "value"),)),
        Effects((replace(VIEWED, name=SEGMENT_ENTERED),)),
        Effects((VIEWED,) * (MOST + 1)),
        Effects((VIEWED,), (Count("2026-11-23", "a"),) * (MOST + 1)),
    ):
        assert usual(base, PROFILE, done, COMMIT, KEYS) is None, done
    assert usual(base, PROFILE, viewed, replace(COMMIT, writer=None), KEYS) is None
    assert usual(base, PROFILE, viewed, COMMIT, None) is None
    assert usual(base, PROFILE, viewed, COMMIT, KEYS, keyring=SEALING) is None


def test_a_store_that_came_back_as_another_keyspace_is_told_in_its_own_words() -> None:
    keyspace = Keyspace(None, "", partitions=64, random_bytes=bytes)  # type: ignore[arg-type] - nothing is sent
    short = UsualCommits(keyspace, StoreSettings(), NO_KEYS)
    for partitions in (64, 8):
        keys = keyspace.known = Keys("", partitions, b"x" * 32)
        made = short.usual(known(keys), PROFILE, NOTHING, COMMIT)
        assert made is not None
        assert words_of(made.command)[3] == keys.profile("v1").encode()
