"""The time budget."""

import asyncio

import pytest

from floorwalker.asgi.keeping.budget import Budget


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose clock is moved by hand."""

    now = 100.0

    def time(self) -> float:
        return self.now


def run(turns: int, *, turn_s: float, done_at: int | None) -> tuple[bool, float]:
    """Wait with a budget of 50 ms through so many turns of the loop; the future is done at one of them, or never."""
    loop = Loop()

    async def waiting() -> tuple[bool, float]:
        budget, future = Budget(0.05), loop.create_future()

        def turn(number: int) -> None:
            loop.now += turn_s
            if number == done_at:
                future.set_result(None)
            if number < turns:
                loop.call_soon(turn, number + 1)

        loop.call_soon(turn, 1)
        return await budget.wait(future), budget.left_s

    try:
        return loop.run_until_complete(waiting())
    finally:
        loop.close()


@pytest.mark.parametrize("turn_s", [0.001, 0.07, 5.0])
def test_an_answer_in_a_few_turns_is_in_time_however_long_others_hold_up_the_loop(turn_s: float) -> None:
    done, left_s = run(6, turn_s=turn_s, done_at=5)
    assert done
    assert left_s > 0


@pytest.mark.parametrize("turn_s", [0.001, 0.07])
def test_an_answer_that_never_comes_is_given_up(turn_s: float) -> None:
    done, left_s = run(200, turn_s=turn_s, done_at=None)
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
