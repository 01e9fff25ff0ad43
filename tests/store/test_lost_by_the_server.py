"""A server may lose what it answered: in a failover, or a power cut. What it still has then is not to be lost by us."""

from floorwalker.core.memory.profile import Profile
from floorwalker.store import Loaded, Outcome, Store
from tests.store.conftest import Behind, Open
from tests.store.steps import named


def done(loaded: Loaded | None) -> str:
    """The names of the steps in a profile."""
    assert loaded is not None
    assert isinstance(loaded.profile, Profile)
    return loaded.profile.exit_page


async def commit_lost(store: Store, behind: Behind) -> Loaded:
    """What a worker holds of a commit, `b` after `a`, that was acknowledged and of which the server knows nothing."""
    await store.commit("v1", None, named("a"))
    before = behind.client.get(key := behind.key("profile:v1"))
    lost = (await store.commit("v1", await store.load("v1"), named("b"))).loaded
    assert lost is not None
    assert done(lost) == "ab"
    behind.client.set(key, before, keepttl=True)
    return lost


async def test_what_was_worked_out_on_a_lost_commit_does_not_pass_for_the_one_in_its_place(
    store: Store, open_: Open, store_url: str, behind: Behind
) -> None:
    """One worker's commit is lost, another's takes its place in the count, and the first goes on from its own."""
    lost, other = await commit_lost(store, behind), open_(store_url)
    assert done((await other.commit("v1", await other.load("v1"), named("c"))).loaded) == "ac"

    committed = await store.commit("v1", lost, named("d"))
    assert committed.outcome is Outcome.STORED
    assert done(await store.load("v1")) == "acd"


async def test_nor_where_the_count_is_many_commits_on(
    store: Store, open_: Open, store_url: str, behind: Behind
) -> None:
    """So many that its byte says the same again."""
    lost, other = await commit_lost(store, behind), open_(store_url)
    for _ in range(257):
        await other.commit("v1", None, named("c"))
    assert (await store.load("v1")).version % 256 == lost.version % 256
    await store.commit("v1", lost, named("d"))
    assert done(await store.load("v1")) == "a" + 257 * "c" + "d"
