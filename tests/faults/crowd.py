"""Visitors of the small shop. Each does what the dice say, on whichever worker, and notes what was acknowledged."""

import asyncio
import json
from base64 import b64encode
from random import Random

from benchmarks.lasting.small_site import PREFIX, WRITE_KEY
from benchmarks.lasting.wire import DOCUMENT, SCRIPT, Answer, Headers, Wire
from tests.faults.ledger import ORDER, Ledger, Word

ROBOT: Headers = {**DOCUMENT, "user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}
PATHS = ("/", "/p/1", "/p/2", "/p/3", "/learn/tripods", "/long/1", "/long/2", "/stock/7")
ACTS = ("look", "look", "look", "cart", "cart", "cart", "tell", "tell", "order", "report", "robot", "leave", "bare")
ARRIVE_WITHIN_S = 3.5
_AGAIN_S, _PAUSE_S = 0.15, 0.25
_LINGERING_S, _MOST_ACTS = 1.0, 48  # a profile keeps its latest hundred events, and all are looked for in the end
_AUTHORIZED = {"authorization": "Basic " + b64encode(f"{WRITE_KEY}:".encode()).decode()}


class Crowd:
    """So many guests of two workers; the bare shop stands beside them, for comparison under the same load.

    stays: whoever is through goes on, with more leisure, while the fault lasts.
    """

    def __init__(
        self,
        workers: list[int],
        bare: int,
        ledger: Ledger,
        *,
        guests: int,
        acts: int,
        arrive_within_s: float = ARRIVE_WITHIN_S,
        stays: bool = False,
    ) -> None:
        self.bare = Bare(bare, ledger)
        self.guests = [Guest(number, workers, self.bare, ledger, acts=acts, stays=stays) for number in range(guests)]
        self._arrive_within_s = arrive_within_s

    async def live(self) -> None:
        """Until all are through."""
        async with asyncio.TaskGroup() as group:
            for guest in self.guests:
                group.create_task(guest.live(self._arrive_within_s))
        self.bare.close()


class Bare:
    """The shop without us. What it answers is asked once, and then again now and then for the time that it takes."""

    def __init__(self, port: int, ledger: Ledger) -> None:
        self._wire = Wire(port)
        self._turn = asyncio.Lock()
        self._ledger = ledger
        self._known: dict[str, Answer] = {}

    async def answer(self, path: str) -> Answer:
        return self._known.get(path) or await self.ask(path)

    async def ask(self, path: str) -> Answer:
        async with self._turn:
            answer = await self._wire.ask("GET", path, DOCUMENT)
        self._ledger.bare_took_s.append(answer.seconds)
        self._known[path] = answer
        return answer

    def close(self) -> None:
        self._wire.close()


class Guest:
    """One visitor with one browser; every third signs in on the way."""

    def __init__(self, number: int, workers: list[int], bare: Bare, ledger: Ledger, *, acts: int, stays: bool) -> None:
        self.number = number
        self.user = ""
        self._wires = [Wire(port) for port in workers]
        self._bare = bare
        self._ledger = ledger
        self._dice = Random(number)
        self._cookies: dict[str, str] = {}
        self._acts = acts
        self._stays = stays
        self._done = 0

    @property
    def visitor(self) -> str:
        """The id in the cookie, which a join may have made a pointer."""
        return self._cookies["fw"].partition(".")[0]

    async def live(self, arrive_within_s: float) -> None:
        await asyncio.sleep(self._dice.random() * arrive_within_s)
        try:
            while "fw" not in self._cookies:
                await self._look("/")
            await self._look("/")
            for number in range(self._acts):
                if number == self._acts // 2 and self.number % 3 == 0:
                    await self._log_in()
                await self._act(self._dice.choice(ACTS))
                await asyncio.sleep(self._dice.random() * _PAUSE_S)
            while self._stays and self._ledger.is_being_struck and self._done < _MOST_ACTS:
                await self._act(self._dice.choice(ACTS))
                await asyncio.sleep(self._dice.random() * _LINGERING_S)
            await self._look("/")
        finally:
            for wire in self._wires:
                wire.close()

    async def _act(self, act: str) -> None:
        self._done += 1
        name = f"E{self.number}-{self._done}"
        match act:
            case "look":
                await self._look(self._dice.choice(PATHS))
            case "robot":
                await self._look(self._dice.choice(PATHS[:-1]), is_robot=True)
            case "leave":
                await self._leave()
            case "bare":
                await self._bare.ask(self._dice.choice(PATHS))
            case "cart":
                await self._track(name, f"/cart/{name}")
            case "order":
                self._ledger.amounts[name] = amount = self._dice.randrange(5, 90)
                await self._track(ORDER + name, f"/order/{name}/{amount}")
            case "tell":
                body = {"url": "/", "events": [{"type": "track", "event": name, "id": name}]}
                await self._until(name, f"{PREFIX}/collect", self._headers(SCRIPT), body, 204)
            case "report" if self.user:
                body = {"event": name, "userId": self.user, "messageId": name}
                await self._until(name, f"{PREFIX}/v1/track", _AUTHORIZED, body, 200)

    async def _look(self, path: str, *, is_robot: bool = False) -> None:
        bare = await self._bare.answer(path)
        headers = ROBOT if is_robot else self._headers(DOCUMENT)
        answer = await self._ask(self._dice.randrange(2), "GET", path, headers)
        if answer is not None:
            self._ledger.compare(path, answer, bare, is_robot=is_robot)

    async def _leave(self) -> None:
        """In the midst of a page."""
        self._ledger.requests += 1
        try:
            await self._dice.choice(self._wires).hang_up("GET", "/long/1", self._headers(DOCUMENT))
        except OSError:
            self._ledger.broken += 1

    async def _track(self, name: str, path: str) -> None:
        """What a handler tracks has no id, so it is sent once; without an answer nobody knows."""
        worker = self._dice.randrange(2)
        answer = await self._ask(worker, "POST", path, self._headers(SCRIPT))
        if answer is None:
            self._ledger.uncertain.add(name)
        elif answer.status >= 500:
            self._ledger.server_errors.append(f"{answer.status} {path}")
        else:
            await self._ledger.acknowledge(name, self._word(worker, answer, has_id=False))

    async def _log_in(self) -> None:
        """Until it is answered; to sign in twice is nothing else than once."""
        user, answer, worker = f"user-{self.number}", None, 0
        while answer is None or answer.status != 200:
            worker = self._dice.randrange(2)
            answer = await self._ask(worker, "POST", f"/login/{user}", self._headers(SCRIPT))
        self.user = user
        self._ledger.logins[self.number] = self._word(worker, answer, has_id=False)

    async def _until(self, name: str, path: str, headers: Headers, body: object, wanted: int) -> None:
        """Sent with its id, to one worker or the other, until one says that it stands."""
        while True:
            worker = self._dice.randrange(2)
            answer = await self._ask(worker, "POST", path, headers, json.dumps(body).encode(), collects=True)
            if answer is not None and answer.status == wanted:
                await self._ledger.acknowledge(name, self._word(worker, answer, has_id=True))
                return
            if answer is not None:
                self._ledger.asked_again += 1
                if answer.status not in (202, 503):
                    self._ledger.server_errors.append(f"{answer.status} {path}")
            await asyncio.sleep(_AGAIN_S)

    async def _ask(
        self, worker: int, method: str, path: str, headers: Headers, body: bytes = b"", *, collects: bool = False
    ) -> Answer | None:
        """The answer; None where the worker died over it."""
        ledger = self._ledger
        ledger.requests += 1
        try:
            answer = await self._wires[worker].ask(method, path, headers, body)
        except OSError:
            ledger.broken += 1
            return None
        (ledger.collecting_took_s if collects else ledger.took_s).append(answer.seconds)
        for cookie in answer.all_of("set-cookie"):
            key, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[key] = value
        return answer

    def _headers(self, base: Headers) -> Headers:
        return {**base, "cookie": "; ".join(f"{key}={value}" for key, value in self._cookies.items())}

    def _word(self, worker: int, answer: Answer, *, has_id: bool) -> Word:
        now = asyncio.get_running_loop().time()
        return Word(self.number, worker, answered=now, seconds=answer.seconds, has_id=has_id)
