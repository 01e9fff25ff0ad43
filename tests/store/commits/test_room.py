"""A full queue: strangers go first, those who were known before they came keep room."""

from collections.abc import Mapping

from floorwalker.core.memory.profile import Profile
from floorwalker.store import Loaded, Outcome, Store, StoreSettings
from floorwalker.store.link.address import read_address
from floorwalker.store.open import open_link
from floorwalker.store.records.record import Body, Record, State
from tests.store.conftest import QUICK
from tests.store.steps import view

ROOM = 10


def loaded(visitor: str, *, confirmed: bool) -> Loaded:
    record = Record(State.LIVE, b"epoch123", 1, Body(visitor), confirmed=confirmed)
    return Loaded(visitor, Profile(seed=1), record, record.identity)


async def flooded(store: Store, comers: Mapping[str, Loaded | None], *, confirmed: bool) -> list[Outcome]:
    """What became of each at once; those who wait are not told anything."""
    futures = [store.submit(name, base, view, confirmed=confirmed) for name, base in comers.items()]
    return [future.result().outcome for future in futures if future.done()]


def nowhere() -> Store:
    """A store behind a socket that is not there: whatever is queued waits."""
    settings = StoreSettings(**(QUICK | {"steps_waiting": ROOM}))  # type: ignore[arg-type]
    return Store(open_link(read_address("unix:///nowhere/at/all"), settings), settings=settings)


async def test_strangers_leave_half_of_the_room_to_whoever_was_known() -> None:
    store = nowhere()
    strangers = {f"s{n}": None for n in range(3 * ROOM)}
    assert await flooded(store, strangers, confirmed=False) == [Outcome.OVERFLOW] * (3 * ROOM - ROOM // 2)
    known = {f"k{n}": loaded(f"k{n}", confirmed=True) for n in range(ROOM // 2)}
    assert await flooded(store, known, confirmed=True) == []
    assert await flooded(store, {"more": loaded("more", confirmed=True)}, confirmed=True) == [Outcome.OVERFLOW]
    await store.close()


async def test_a_cookie_that_comes_back_for_the_first_time_makes_nobody_known() -> None:
    """Else a scanner that sends it back once would take the room of people."""
    store = nowhere()
    once = {f"s{n}": loaded(f"s{n}", confirmed=False) for n in range(ROOM)}
    assert len(await flooded(store, once, confirmed=True)) == ROOM // 2
    await store.close()


async def test_of_whom_nothing_could_be_loaded_the_cookie_speaks() -> None:
    store = nowhere()
    assert await flooded(store, {f"k{n}": None for n in range(ROOM)}, confirmed=True) == []
    await store.close()
