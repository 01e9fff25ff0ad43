"""The time budget."""

import asyncio

import pytest

from floorwalker.asgi.keeping.budget import Budget, Ticker


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose clock is moved by hand."""

    now = 100.0

    def time(self) -> float:
        return self.now


def run(turns: int, *, turn_s: float, done_at: int | None, answer: bool = False) -> tuple[bool, float]:
    """Wait with a budget of 50 ms through so many turns of the loop; the future is done at one of them, or never.

    answer: it is nobody else's.
    """
    loop = Loop()

    async def waiting() -> tuple[bool, float]:
        budget, future = Budget(0.05, Ticker(loop)), loop.create_future()

        def turn(number: int) -> None:
            loop.now += turn_s
            if number == done_at:
                future.set_result(None)
            if number < turns:
                loop.call_soon(turn, number + 1)

        loop.call_soon(turn, 1)
        return await (budget.wait_for_answer if answer else budget.wait)(future), budget.left_s

    try:
        return loop.run_until_complete(waiting())
    finally:
        loop.close()


@pytest.mark.parametrize("answer", [False, True])
@pytest.mark.parametrize("turn_s", [0.001, 0.07, 5.0])
def test_an_answer_in_a_few_turns_is_in_time_however_long_others_hold_up_the_loop(turn_s: float, answer: bool) -> None:
    done, left_s = run(6, turn_s=turn_s, done_at=5, answer=answer)
    assert done
    assert left_s > 0


@pytest.mark.parametrize("answer", [False, True])
@pytest.mark.parametrize("turn_s", [0.001, 0.07])
def test_an_answer_that_never_comes_is_given_up(turn_s: float, answer: bool) -> None:
    done, left_s = run(200, turn_s=turn_s, done_at=None, answer=answer)
    assert not done
    assert left_s == pytest.approx(0)


def test_a_wait_may_be_shorter_than_the_budget() -> None:
    loop = Loop()

    async def waiting() -> float:
        budget = Budget(0.05)

        def turn(number: int) -> None:
            loop.now += 0.001
            if number < 100:
                loop.call_soon(turn, number + 1)

        loop.call_soon(turn, 1)
        assert not await budget.wait(loop.create_future(), at_most_s=0.02)
        return budget.left_s

    assert loop.run_until_complete(waiting()) == pytest.approx(0.03)
    loop.close()


def woken(turns: int, *, done_at: int | None, answer: bool) -> list[tuple[bool, float]]:
    """Two who wait in one loop, with one ticker: what `run` tells of each."""
    loop = Loop()

    async def waiting() -> list[tuple[bool, float]]:
        ticker = Ticker(loop)
        budgets = [Budget(0.05, ticker), Budget(0.025, ticker)]
        futures = [loop.create_future() for _ in budgets]

        def turn(number: int) -> None:
            loop.now += 0.001
            if number == done_at:
                futures[0].set_result(None)
            if number < turns:
                loop.call_soon(turn, number + 1)

        loop.call_soon(turn, 1)
        waits = [one.wait_for_answer if answer else one.wait for one in budgets]
        done = await asyncio.gather(*[wait(future) for wait, future in zip(waits, futures, strict=True)])
        return [(is_done, one.left_s) for is_done, one in zip(done, budgets, strict=True)]

    try:
        return loop.run_until_complete(waiting())
    finally:
        loop.close()


@pytest.mark.parametrize("answer", [False, True])
def test_who_waits_together_has_each_their_own_time(answer: bool) -> None:
    assert woken(200, done_at=None, answer=answer) == [
        (False, pytest.approx(0, abs=1e-9)),
        (False, pytest.approx(0, abs=1e-9)),
    ]
    (is_done, left_s), (_, other_left_s) = woken(200, done_at=33, answer=answer)
    assert is_done
    assert 0.01 < left_s < 0.03
    assert other_left_s == pytest.approx(0, abs=1e-9)


async def test_a_wait_that_is_cancelled_leaves_the_future_as_it_was() -> None:
    loop = asyncio.get_running_loop()
    future, ticker = loop.create_future(), Ticker(loop)
    one, other = [asyncio.ensure_future(Budget(5, ticker).wait(future)) for _ in range(2)]
    await asyncio.sleep(0)
    one.cancel()
    await asyncio.sleep(0)
    assert not future.done()
    future.set_result(None)
    assert await other


async def test_an_answer_that_failed_is_there() -> None:
    loop = asyncio.get_running_loop()
    for failure in (ValueError("no"), TimeoutError("the other side's own")):
        coming, budget = loop.create_future(), Budget(5, Ticker(loop))
        loop.call_soon(coming.set_exception, failure)
        assert await budget.wait_for_answer(coming)
        assert coming.exception() is failure


async def test_an_answer_goes_with_whoever_waits_for_it() -> None:
    loop = asyncio.get_running_loop()
    coming = loop.create_future()
    waiting = asyncio.ensure_future(Budget(5, Ticker(loop)).wait_for_answer(coming))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert coming.cancelled()
