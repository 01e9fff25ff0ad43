"""The side list: what an older worker puts aside, the newer one folds; once, in order, and nothing of it is lost.

A record of a newer release is one whose schema was raised; lowering it again is the newer worker's coming.
"""

from collections.abc import Iterator

import pytest
import redis

from floorwalker.core.events import IDENTIFIED, Event
from floorwalker.errors import RecordTooNew
from floorwalker.store import Outcome, Step, Store
from tests.store.conftest import Behind, Open, client_of
from tests.store.steps import Telling, named, resumed, view

NEWER, OURS = b"\x7e", b"\x01"
LOGIN = Event(IDENTIFIED, 5.0, {"userId": "u"})
DAY = 86_400


@pytest.fixture
def peek(valkey_url: str) -> Iterator[redis.Redis]:
    with client_of(valkey_url) as client:
        yield client


@pytest.fixture
def behind(valkey_url: str, peek: redis.Redis) -> Behind:
    return Behind(valkey_url, peek)


@pytest.fixture
def store(open_: Open, valkey_url: str) -> Store:
    return open_(valkey_url, resume=resumed)


def wrote(behind: Behind, visitor: str, schema: bytes) -> None:
    """The record is of that schema."""
    behind.client.setrange(behind.key(f"profile:{visitor}"), 15, schema)


async def aside(store: Store, behind: Behind, visitor: str, *steps: Step, **options: str) -> list[Outcome]:
    """What becomes of steps while the record is a newer release's."""
    wrote(behind, visitor, NEWER)
    done = [(await store.commit(visitor, None, step, **options)).outcome for step in steps]  # type: ignore[arg-type]
    wrote(behind, visitor, OURS)
    return done


async def pages(store: Store, visitor: str) -> str:
    profile = (await store.load(visitor)).profile
    assert profile is not None
    return profile.exit_page


async def told(store: Store, visitor: str) -> list[str]:
    return [entry.event.name async for entry in store.events(visitor)]


async def test_what_was_put_aside_comes_before_what_comes_later(store: Store, behind: Behind) -> None:
    await store.commit("v", None, named("a"))
    assert await aside(store, behind, "v", Telling("b"), Telling("c")) == [Outcome.DEFERRED] * 2
    await store.commit("v", None, named("d"))
    assert await pages(store, "v") == "abcd"
    assert await told(store, "v") == ["a", "b", "c", "d"]
    assert not any("deferred" in kind for kind in behind.kinds())


async def test_a_message_counts_once_whoever_hears_of_it_how_often(store: Store, behind: Behind) -> None:
    await store.commit("v", None, named("a"))
    await aside(store, behind, "v", Telling("b"), Telling("b"), message="m")
    assert (await store.commit("v", None, named("b"), message="m")).outcome is Outcome.KNOWN
    assert await pages(store, "v") == "ab"


async def test_a_message_that_stands_already_is_not_folded_again(store: Store, behind: Behind) -> None:
    await store.commit("v", None, named("a"), message="m")
    await aside(store, behind, "v", Telling("a"), message="m")
    await store.commit("v", None, named("b"))
    assert await pages(store, "v") == "ab"


async def test_a_list_that_comes_again_after_it_was_folded_counts_once(store: Store, behind: Behind) -> None:
    """Whoever put it aside heard no answer, and tried again."""
    await store.commit("v", None, named("a"))
    await aside(store, behind, "v", Telling("b"))
    side_list = behind.key("deferred:v")
    (entry,) = behind.client.lrange(side_list, 0, -1)
    await store.commit("v", None, named("c"))
    await aside(store, behind, "v", Telling("d"))
    behind.client.lpush(side_list, entry)
    await store.commit("v", None, named("e"))
    assert await pages(store, "v") == "abcde"


async def test_steps_of_a_newer_release_stay_until_it_comes(open_: Open, valkey_url: str, behind: Behind) -> None:
    older, store, newest = (open_(valkey_url, resume=resume) for resume in (resumed, too_new, resumed))
    await store.commit("v", None, named("a"))
    await aside(older, behind, "v", Telling("b"))
    await store.commit("v", None, named("c"))
    assert await pages(store, "v") == "ac"
    await newest.commit("v", None, named("d"))
    assert await pages(newest, "v") == "acbd"


async def test_what_fails_or_cannot_be_read_stops_nobody(
    open_: Open, valkey_url: str, behind: Behind, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_(valkey_url, resume=lambda raw: failing if raw == b"bad" else resumed(raw))
    await store.commit("v", None, named("a"))
    await aside(store, behind, "v", Telling("bad"), Telling("b"))
    behind.client.rpush(behind.key("deferred:v"), b"garbage")
    await store.commit("v", None, named("c"))
    assert await pages(store, "v") == "abc"
    assert "a step failed and is not stored" in caplog.text


async def test_only_steps_that_cannot_tell_what_they_are_made_of_are_dropped(store: Store, behind: Behind) -> None:
    await store.commit("v", None, named("a"))
    wrote(behind, "v", NEWER)
    futures = [store.submit("v", None, step) for step in (Telling("b"), view, Telling("c"))]
    assert [(await one).outcome for one in futures] == [Outcome.DEFERRED, Outcome.TOO_NEW, Outcome.DEFERRED]
    assert store.health().lost == {"too new": 1}
    wrote(behind, "v", OURS)
    await store.commit("v", None, named("d"))
    assert await pages(store, "v") == "abcd"


async def test_a_cookie_that_comes_back_to_the_older_worker_confirms(store: Store, behind: Behind) -> None:
    await store.commit("v", None, named("a"), confirmed=False)
    key = behind.key("profile:v")
    assert behind.client.ttl(key) <= 3600
    await aside(store, behind, "v", Telling("b"))
    assert behind.client.ttl(key) > 30 * DAY
    await store.commit("v", None, named("c"), confirmed=False)
    assert await told(store, "v") == ["a", "b", "c"]


@pytest.mark.parametrize("newer", [("anon",), ("person",), ("anon", "person")])
async def test_a_history_that_an_older_worker_cannot_read_joins_when_the_newer_one_comes(
    store: Store, behind: Behind, newer: tuple[str, ...]
) -> None:
    person = await store.person("u")
    who = {"anon": "anon", "person": person}
    await store.commit("anon", None, named("a"))
    await store.commit(person, None, named("p"))
    for one in newer:
        wrote(behind, who[one], NEWER)
    assert (await store.merge("anon", person, LOGIN)).outcome in (Outcome.STORED, Outcome.DEFERRED)
    for one in newer:
        wrote(behind, who[one], OURS)
    await store.commit(person, None, named("z"))
    names = await told(store, person)
    assert sorted(names) == sorted(["a", "p", IDENTIFIED, "Visitor Merged", "z"])
    assert (await store.load("anon")).visitor == person
    assert not any("deferred" in kind for kind in behind.kinds())


async def test_a_history_with_steps_put_aside_joins_with_them(store: Store, behind: Behind) -> None:
    person = await store.person("u")
    await store.commit("anon", None, named("a"))
    await aside(store, behind, "anon", Telling("b"))
    await store.merge("anon", person, LOGIN)
    assert set(await told(store, person)) == {"a", "b", IDENTIFIED, "Visitor Merged"}


async def test_a_login_of_somebody_without_a_history_waits_for_the_newer_worker(store: Store, behind: Behind) -> None:
    person = await store.person("u")
    await store.commit(person, None, named("p"))
    wrote(behind, person, NEWER)
    assert (await store.merge("nobody", person, LOGIN)).outcome is Outcome.DEFERRED
    assert store.health().lost == {}
    wrote(behind, person, OURS)
    await store.commit(person, None, named("q"))
    assert await told(store, person) == ["p", IDENTIFIED, "q"]


async def test_a_pointer_that_a_newer_release_wrote_is_followed(store: Store, behind: Behind) -> None:
    person = await store.person("u")
    await store.commit("anon", None, named("a"))
    await store.merge("anon", person, LOGIN)
    wrote(behind, "anon", NEWER)
    await store.commit("anon", None, Telling("b"))
    assert await pages(store, person) == "ab"
    assert (await store.load("anon")).visitor == person


def too_new(_: bytes) -> Step:
    raise RecordTooNew("A newer release wrote this step.")


def failing(_: object) -> object:
    raise ValueError("no such thing")
