"""Who is found by a trait, and who no longer."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from floorwalker.core.effects import Effects, Mark
from floorwalker.core.events import Scalar
from floorwalker.core.memory.persons import marks
from floorwalker.core.memory.profile import Profile
from floorwalker.store import Step, Store
from tests.store.conftest import Behind, Open
from tests.store.people import identified


@pytest.fixture
def store(open_: Open, store_url: str) -> Store:
    """In the days of what is told here: a trait of which nothing was heard for years is none any more."""
    return open_(store_url, clock=lambda: 1000.0)


def has(**traits: Scalar) -> Step:
    """These traits from now on, and marks that say so."""

    def step(profile: Profile | None) -> tuple[Profile, Effects]:
        profile = profile or Profile(seed=1)
        return replace(profile, traits=traits), Effects(marks=_changes(profile.traits, traits))

    return step


def _changes(before: Mapping[str, Scalar], after: Mapping[str, Scalar]) -> tuple[Mark, ...]:
    gone = [Mark(name, str(value), gone=True) for name, value in before.items() if after.get(name) != value]
    return (*gone, *[Mark(name, str(value)) for name, value in after.items()])


async def test_all_who_have_a_trait_are_found(store: Store) -> None:
    for n in range(6):
        await store.commit(f"v{n}", None, has(email="anna@example.org" if n % 2 else "bob@example.org"))
    assert await store.find("email", " ANNA@example.org ") == ["v1", "v3", "v5"]
    assert await store.find("phone", "anna@example.org") == []
    assert await store.find("email", "anna@example.or") == []


async def test_who_changed_a_trait_is_found_by_the_new_one(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, has(email="old@example.org"))
    await store.commit("v1", None, has(email="new@example.org"))
    assert await store.find("email", "old@example.org") == []
    assert await store.find("email", "new@example.org") == ["v1"]
    assert behind.client.zcard(behind.key("found")) == 1


async def test_what_the_index_holds_beyond_the_records_is_removed(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, has(email="anna@example.org"))
    behind.client.delete(behind.key("profile:v1"))
    assert await store.find("email", "anna@example.org") == []
    assert "found" not in behind.kinds()


async def test_who_joined_a_person_is_in_the_index_as_that_person_alone(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, has(email="anna@example.org", name="Anna"))
    done = await store.merge("v1", "anna", identified())
    assert done.loaded is not None
    assert await store.find("email", "anna@example.org") == ["anna"]
    await store.erase("anna")
    assert "found" not in behind.kinds()


async def test_the_index_holds_no_value_in_the_clear(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, has(email="anna@example.org"))
    ((member, score),) = behind.client.zrange(behind.key("found"), 0, -1, withscores=True)
    assert (score, len(member), member[16:]) == (0, 19, b":v1")


async def test_an_unconfirmed_visitor_is_found_once_they_are_confirmed(store: Store) -> None:
    await store.commit("v1", None, has(email="anna@example.org"), confirmed=False)
    assert await store.find("email", "anna@example.org") == []
    await store.commit("v1", None, lambda profile: (profile or Profile(seed=1), Effects()))
    assert await store.find("email", "anna@example.org") == ["v1"]


async def test_who_joined_a_person_is_found_as_that_person(store: Store) -> None:
    await store.commit("v1", None, has(email="anna@example.org"))
    await store.merge("v1", "anna", identified())
    assert await store.find("email", "anna@example.org") == ["anna"]


async def test_who_is_erased_is_found_no_more(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, has(email="anna@example.org", name="Anna"))
    await store.erase("v1")
    assert "found" not in behind.kinds()


async def test_who_joined_an_erased_person_is_found_no_more(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, has(email="anna@example.org"))
    await store.merge("v1", "anna", identified())
    await store.erase("anna")
    assert "found" not in behind.kinds()
    assert await store.find("email", "anna@example.org") == []


async def test_a_phone_number_is_found_however_it_is_parted_and_erased_with_its_person(
    store: Store, behind: Behind
) -> None:
    def said(profile: Profile | None) -> tuple[Profile, Effects]:
        profile = replace(Profile(seed=1), traits={"phone": "+49 (30) 12-34", "name": "Ada  " + "L" * 200})
        return profile, Effects(marks=marks(None, profile))

    await store.commit("v1", None, said)
    assert await store.find("phone", "+49301234") == await store.find("phone", "+49 30 1234") == ["v1"]
    assert await store.find("name", "ada " + "l" * 200) == ["v1"]
    await store.erase("v1")
    assert "found" not in behind.kinds()
