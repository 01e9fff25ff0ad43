"""People for tests: a join that only counts, so that every event can be followed."""

from msgspec.structs import replace

from floorwalker.core.effects import NOTHING, Count, Effects
from floorwalker.core.events import IDENTIFIED, Event
from floorwalker.core.memory.profile import Profile
from floorwalker.store import Store, StoreSettings
from floorwalker.store.link.address import read_address
from floorwalker.store.link.pipe import Link
from floorwalker.store.open import open_link
from tests.store.conftest import QUICK
from tests.store.steps import DAY

TOLD = "identified"


def identified(message: str = "", user: str = "anna") -> Event:
    return Event(IDENTIFIED, 1.0, {"user_id": user}, id=message)


def together(
    person: Profile | None, anonymous: Profile, told: Event, *, is_told: bool = False
) -> tuple[Profile, Effects]:
    """Visits and exit pages add up; how often somebody was identified is in the time they spent."""
    person = person or Profile(seed=anonymous.seed)
    profile = replace(
        person,
        visits=person.visits + anonymous.visits,
        exit_page=person.exit_page + anonymous.exit_page,
        user=str(told.properties["user_id"]),
        time_spent=person.time_spent + (not is_told),
    )
    return profile, NOTHING if is_told else Effects((Event(IDENTIFIED, 1.0),), (Count(DAY, TOLD),))


def link_to(url: str) -> Link:
    return open_link(read_address(url), StoreSettings(**QUICK))


def store_over(link: Link, namespace: str) -> Store:
    """A worker that joins as told above."""
    store = Store(link, namespace=namespace, partitions=4, settings=StoreSettings(**QUICK))
    store.joining = together
    return store


async def visits_of(store: Store, visitor: str) -> int:
    profile = (await store.load(visitor)).profile
    return 0 if profile is None else profile.visits


async def told_of(store: Store, visitor: str) -> int:
    """How often they were identified."""
    profile = (await store.load(visitor)).profile
    return 0 if profile is None else profile.time_spent


async def names_of(store: Store, visitor: str) -> list[str]:
    return [entry.event.name async for entry in store.events(visitor)]
