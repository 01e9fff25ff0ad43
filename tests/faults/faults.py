"""What befalls a site, each as a deed done to a scene in the midst of its load."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.faults.scene import BUDGET_S, Pardon, Scene

Strike = Callable[[Scene], Awaitable[None]]

_NEXT_S = 0.7  # between two strikes of one kind


@dataclass(frozen=True)
class Fault:
    """may_go: what it may cost, in words; nothing where it is empty. spool, fsync, largest_file: of the scene."""

    name: str
    strike: Strike
    may_go: str = ""
    fsync: str = "always"
    spool: bool = False
    largest_file: int = 0

    @property
    def options(self) -> dict[str, Any]:
        return {"fsync": self.fsync, "spool": self.spool, "largest_file": self.largest_file}


async def nothing(scene: Scene) -> None:
    """The run that the others are compared with."""


async def server_killed(scene: Scene) -> None:
    for _ in range(2):
        await asyncio.to_thread(scene.redis.kill)
        await asyncio.sleep(_NEXT_S)
        await asyncio.to_thread(scene.redis.start)
        await asyncio.sleep(_NEXT_S)


async def server_killed_between_syncs(scene: Scene) -> None:
    """What the server had answered and not yet written is gone: up to two seconds, as Redis says of everysec."""
    await asyncio.to_thread(scene.redis.kill)
    scene.pardons.append(Pardon("not written yet", scene.now - 2.5, scene.now))
    await asyncio.sleep(_NEXT_S)
    await asyncio.to_thread(scene.redis.start)


async def server_stopped_shortly(scene: Scene) -> None:
    for _ in range(2):
        await _stopped(scene, 1.0)
        await asyncio.sleep(_NEXT_S)


async def server_stopped_long(scene: Scene) -> None:
    """Longer than anybody waits for an answer; what was asked meanwhile is done when it goes on."""
    await _stopped(scene, 3.0)


async def server_emptied(scene: Scene) -> None:
    await asyncio.to_thread(scene.redis.kill)
    scene.pardons.append(Pardon("the server lost it", 0.0, scene.now))
    scene.redis.empty()
    await asyncio.to_thread(scene.redis.start)


async def server_read_only(scene: Scene) -> None:
    """It is made a replica of one that is not there, and then made the master again."""
    await asyncio.to_thread(scene.redis.tell, "REPLICAOF", "127.0.0.1", "1")
    await asyncio.sleep(1.5)
    await asyncio.to_thread(scene.redis.tell, "REPLICAOF", "NO", "ONE")


async def server_without_replicas(scene: Scene) -> None:
    await _set_for(scene, 1.5, "min-replicas-to-write", "1", "0")


async def server_full(scene: Scene) -> None:
    await _set_for(scene, 1.5, "maxmemory", "1mb", "0")


async def server_slow(scene: Scene) -> None:
    """Within the budget first, then far beyond it."""
    for delay_s in (BUDGET_S / 8, 3 * BUDGET_S):
        scene.passage.delay_s = delay_s
        await asyncio.sleep(1.5)
    scene.passage.delay_s = 0.0


async def answers_cut(scene: Scene) -> None:
    scene.passage.cut_every = 25
    await asyncio.sleep(2.5)
    scene.passage.cut_every = 0
    assert scene.passage.cuts > 1


async def answers_lost(scene: Scene) -> None:
    """Commits arrive and are applied, and nobody hears of it."""
    for _ in range(4):
        scene.passage.loses_answers = True
        await asyncio.sleep(0.3)
        scene.passage.cut()
        scene.passage.loses_answers = False
        await asyncio.sleep(0.4)


async def clocks_stepping(scene: Scene) -> None:
    """One worker's steps an hour back and forth again, the other's a minute ahead and then to a day before."""
    for first, second in ((-3600, 60), (0, -86_400), (0, 0)):
        await scene.workers[0].ask(f"/inside/clock?ahead_s={first}", "POST")
        await scene.workers[1].ask(f"/inside/clock?ahead_s={second}", "POST")
        await asyncio.sleep(_NEXT_S)


async def worker_killed(scene: Scene) -> None:
    """In the midst of commits: their answers take their time, so some are always under way."""
    scene.passage.delay_s = 0.02
    for number in (0, 1):
        await _worker_dies(scene, number, waits=True)
        await asyncio.sleep(_NEXT_S)
    scene.passage.delay_s = 0.0


async def worker_killed_in_an_outage(scene: Scene) -> None:
    """Both at once: the server hangs, and a worker dies with what waits in it."""
    since = scene.now
    scene.redis.stop()
    await asyncio.sleep(1.0)
    _pardon_what_waits(scene, since)
    await _worker_dies(scene, 0, waits=False)
    scene.redis.go_on()


async def both_killed(scene: Scene) -> None:
    """The server goes, then a worker; both come back."""
    since = scene.now
    await asyncio.to_thread(scene.redis.kill)
    await asyncio.sleep(1.0)
    _pardon_what_waits(scene, since)
    await _worker_dies(scene, 0, waits=False)
    await asyncio.to_thread(scene.redis.start)


async def worker_ended_in_an_outage(scene: Scene) -> None:
    """A deployment in the midst of an outage."""
    await asyncio.to_thread(scene.redis.kill)
    await asyncio.sleep(0.5)
    died = scene.now
    await asyncio.to_thread(scene.workers[0].end)
    await scene.restart(0)
    scene.late_allowed_s = max(scene.late_allowed_s, scene.now - died)
    await asyncio.to_thread(scene.redis.start)


async def everything_slow_and_cut(scene: Scene) -> None:
    """A long way that is cut now and then, to a server that stops."""
    scene.passage.delay_s, scene.passage.cut_every = BUDGET_S / 8, 40
    await asyncio.sleep(1.0)
    await _stopped(scene, 0.7)
    await asyncio.sleep(0.5)
    scene.passage.delay_s, scene.passage.cut_every = 0.0, 0


async def _stopped(scene: Scene, seconds: float) -> None:
    scene.redis.stop()
    await asyncio.sleep(seconds)
    scene.redis.go_on()


async def _set_for(scene: Scene, seconds: float, name: str, value: str, before: str) -> None:
    await asyncio.to_thread(scene.redis.tell, "CONFIG", "SET", name, value)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(scene.redis.tell, "CONFIG", "SET", name, before)


async def _worker_dies(scene: Scene, number: int, *, waits: bool) -> None:
    """waits: what was answered shortly before may have waited in it, where the store was slower than the budget."""
    died = scene.now
    await asyncio.to_thread(scene.workers[number].kill)
    if waits:
        scene.pardons.append(Pardon("on its way", died - 1.0, scene.now, worker=number))
    await scene.restart(number)
    scene.late_allowed_s = max(scene.late_allowed_s, scene.now - died)


def _pardon_what_waits(scene: Scene, since: float) -> None:
    """With a spool: of what took all of the budget, and had to go out whether it was on disk or not."""
    least_s = BUDGET_S if scene.has_spool else 0.0
    scene.pardons.append(Pardon("it waited in a worker", since - BUDGET_S, scene.now, worker=0, least_s=least_s))


_LATE = "what was not on disk when the budget was over"
_WAITED = "what waited in the memory of the worker that died"

FAULTS = (
    Fault("nothing happens", nothing),
    Fault("the server is killed (-9), twice; fsync always", server_killed),
    Fault(
        "the server is killed (-9); fsync everysec",
        server_killed_between_syncs,
        may_go="what the server had not written yet, two seconds at most",
        fsync="everysec",
    ),
    Fault("the server is stopped for a second, twice", server_stopped_shortly),
    Fault("the server is stopped for three seconds", server_stopped_long),
    Fault("the server comes back empty", server_emptied, may_go="what the server held"),
    Fault("the server becomes read-only (a replica)", server_read_only),
    Fault("the server lacks replicas", server_without_replicas),
    Fault("the server's memory is full", server_full),
    Fault("the server is slow, then far too slow", server_slow),
    Fault("connections are cut in the midst of answers", answers_cut),
    Fault("answers are lost after the commit was applied", answers_lost),
    Fault("the workers' clocks step back and forth", clocks_stepping),
    Fault("both workers are killed (-9) in the midst of commits", worker_killed, may_go=_WAITED),
    Fault("slow, cut and stopped at once", everything_slow_and_cut),
    Fault("the server hangs and a worker is killed (-9)", worker_killed_in_an_outage, may_go=_WAITED),
    Fault("the same, with a spool", worker_killed_in_an_outage, may_go=_LATE, spool=True),
    Fault("the server is killed (-9), then a worker; with a spool", both_killed, may_go=_LATE, spool=True),
    Fault("a worker is replaced (TERM) while the server is away; with a spool", worker_ended_in_an_outage, spool=True),
    Fault("the disk of the spool is full", server_killed, spool=True, largest_file=16_384),
)
