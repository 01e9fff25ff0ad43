"""Scripts are answered once replicas have what they wrote, or it is too late; reads wait for nobody."""

import asyncio

import pytest

from floorwalker.errors import StoreUnavailable
from floorwalker.store.link.copies import Copies, CopyingLink
from floorwalker.store.link.replies import Reply, Word
from tests.store.packed import Unpacking, packed


class Way(Unpacking):
    """A link that is answered by hand."""

    def __init__(self) -> None:
        self.asked: list[tuple[Word, ...]] = []
        self.answers: list[asyncio.Future[Reply]] = []

    def call(self, *command: Word) -> "asyncio.Future[Reply]":
        self.asked.append(command)
        self.answers.append(asyncio.get_running_loop().create_future())
        return self.answers[-1]

    async def nodes(self) -> "tuple[Way]":
        return (self,)

    async def close(self) -> None:
        for one in self.answers:
            one.cancel()


async def test_what_one_turn_of_the_loop_commits_is_waited_for_once() -> None:
    reads, scripts, copies = Way(), Way(), Copies(wanted=1, within_s=0.25)
    link = CopyingLink(reads, scripts, copies)
    first, second = link.call("EVALSHA", "a", 1, "k"), link.call("EVALSHA", "b", 1, "k")
    await asyncio.sleep(0)
    assert scripts.asked == [("EVALSHA", "a", 1, "k"), ("EVALSHA", "b", 1, "k"), ("WAIT", 1, 250)]
    scripts.answers[0].set_result(1)
    scripts.answers[1].set_result(b"other")
    await asyncio.sleep(0)
    assert not first.done()
    scripts.answers[2].set_result(1)
    assert (await first, await second, copies.missed) == (1, b"other", 0)


async def test_a_script_that_is_packed_waits_for_replicas_too() -> None:
    reads, scripts, copies = Way(), Way(), Copies(wanted=1, within_s=0.25)
    link = CopyingLink(reads, scripts, copies)
    answer = link.send(packed("EVALSHA", "a", 1, "k"))
    await asyncio.sleep(0)
    assert (scripts.asked, reads.asked) == ([("EVALSHA", b"a", b"1", b"k"), ("WAIT", 1, 250)], [])
    scripts.answers[0].set_result(1)
    await asyncio.sleep(0)
    assert not answer.done()
    scripts.answers[1].set_result(1)
    assert await answer == 1


async def test_what_fewer_replicas_have_stands_and_is_counted() -> None:
    reads, scripts, copies = Way(), Way(), Copies(wanted=2)
    answer = CopyingLink(reads, scripts, copies).call("EVAL", b"body", 1, "k")
    await asyncio.sleep(0)
    scripts.answers[0].set_result(1)
    scripts.answers[1].set_result(1)
    assert (await answer, copies.missed) == (1, 1)


async def test_reads_go_their_own_way_and_wait_for_nobody() -> None:
    reads, scripts = Way(), Way()
    answer = CopyingLink(reads, scripts, Copies(wanted=1)).call("GET", "k")
    reads.answers[0].set_result(b"v")
    assert (await answer, scripts.asked) == (b"v", [])


async def test_a_script_whose_replicas_nobody_hears_of_is_to_be_sent_again() -> None:
    reads, scripts, copies = Way(), Way(), Copies(wanted=1)
    answer = CopyingLink(reads, scripts, copies).call("EVALSHA", "a", 1, "k")
    await asyncio.sleep(0)
    scripts.answers[0].set_result(1)
    scripts.answers[1].set_exception(StoreUnavailable("cut"))
    with pytest.raises(StoreUnavailable, match="cut"):
        await answer
    assert copies.missed == 0


async def test_a_script_that_is_sent_after_its_slot_is_announced_there_too() -> None:
    reads, scripts = Way(), Way()
    link = CopyingLink(reads, scripts, Copies(wanted=1))
    link.call("ASKING")
    link.call("EVALSHA", "a", 1, "k")
    assert scripts.asked == [("ASKING",), ("EVALSHA", "a", 1, "k")]
    assert reads.asked == [("ASKING",)]
