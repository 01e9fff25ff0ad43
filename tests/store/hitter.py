"""One worker: waits for a word, then takes so many hits of one visitor at once. Arguments: address, visitor, hits."""

import asyncio
import sys

from floorwalker.store import Outcome, open_store
from tests.store.steps import view


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


async def work(url: str, visitor: str, hits: int) -> None:
    store = open_store(url)
    await store.ping()
    say("ready")
    sys.stdin.readline()

    async def hit() -> Outcome:
        return (await store.commit(visitor, await store.load(visitor), view)).outcome

    outcomes = await asyncio.gather(*(hit() for _ in range(hits)))
    say(str(outcomes.count(Outcome.STORED)))
    await store.close()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], int(sys.argv[3])))
