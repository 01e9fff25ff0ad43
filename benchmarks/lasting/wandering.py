"""Traffic of all kinds on the small shop, at a steady rate: visitors, members, beacons, robots, scanners, hang-ups."""

import asyncio
import json
from base64 import b64encode
from collections import Counter
from random import Random

from benchmarks.lasting.small_site import PREFIX, WRITE_KEY
from benchmarks.lasting.wire import DOCUMENT, SCRIPT, Answer, Headers, Wire

_ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
_AUTHORIZED = {"authorization": "Basic " + b64encode(f"{WRITE_KEY}:".encode()).decode()}
_TYPED = {"event": "Seen Elsewhere"}
_PROBES = 2000
_KEPT_S = 20.0  # the server ends what is idle for a minute
_STAYS = 0.995  # of a thousand acts so many are of somebody who was here before
# What happens, and how often in a thousand.
KINDS = {
    "page": 360,
    "campaign": 60,
    "long page": 60,
    "data": 60,
    "nowhere": 20,
    "head": 20,
    "cart": 60,
    "order": 10,
    "login": 15,
    "logout": 10,
    "beacon": 80,
    "event": 40,
    "slots": 30,
    "script": 10,
    "robot": 50,
    "scanner": 70,
    "forged cookie": 10,
    "hang-up": 35,
}


class Wanderers:
    """So many browsers on some workers. failures: by what was asked, answers of 500 and more, broken connections."""

    def __init__(self, ports: list[int], *, visitors: int, dice: Random) -> None:
        self.asked: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self._ports = ports
        self._dice = dice
        self._jars: list[dict[str, str]] = [{} for _ in range(visitors)]
        self._idle: dict[int, list[Wire]] = {port: [] for port in ports}
        self._numbers = 0

    async def fill(self, browsers: int) -> None:
        """Let every worker meet so many browsers, referrers and paths, so that what is kept of them is full.

        All come with one cookie, so that the store does not fill with them.
        """
        jar: dict[str, str] = {}
        for port in self._ports:
            wire = Wire(port)
            for _ in range(browsers):
                self._numbers += 1
                told = {"user-agent": _browser(self._numbers), "referer": f"https://partner-{self._numbers}.example/"}
                _keep(jar, await wire.ask("GET", _probed(self._numbers), {**self._as(jar, DOCUMENT), **told}))
            wire.close()

    async def walk(self, *, rate: float, seconds: float) -> None:
        """Ask `rate` times a second, whatever the answers take."""
        loop = asyncio.get_running_loop()
        started, kinds, weights = loop.time(), list(KINDS), list(KINDS.values())
        async with asyncio.TaskGroup() as group:
            for number in range(int(rate * seconds)):
                await asyncio.sleep(max(0.0, started + number / rate - loop.time()))
                group.create_task(self._act(self._dice.choices(kinds, weights)[0]))

    def close(self) -> None:
        for wire in (one for wires in self._idle.values() for one in wires):
            wire.close()

    async def _act(self, kind: str) -> None:
        self.asked[kind] += 1
        port = self._dice.choice(self._ports)
        wire = self._idle[port].pop() if self._idle[port] else Wire(port)
        if wire.idle_s > _KEPT_S:
            wire.close()
        try:
            if kind == "hang-up":
                await wire.hang_up("GET", "/long/1", self._as(self._jar(), DOCUMENT))
            elif (await self._asked(wire, kind)).status >= 500:
                self.failures[kind] += 1
        except OSError:
            self.failures[kind] += 1
        self._idle[port].append(wire)

    async def _asked(self, wire: Wire, kind: str) -> Answer:
        self._numbers += 1
        number, jar = self._numbers, self._jar()
        match kind:
            case "robot":
                return await wire.ask("GET", self._path(), {**DOCUMENT, "user-agent": f"{_ROBOT} {number % 50}"})
            case "scanner":
                return await wire.ask("GET", _probed(number), {**DOCUMENT, "user-agent": _browser(number)})
            case "forged cookie":
                return await wire.ask("GET", "/", {**DOCUMENT, "cookie": f"fw=AAAAAAAAAAAAAAAAAAAAAA.{number:x}.x"})
            case "data":
                return await wire.ask("GET", f"/stock/{number}", self._as(jar, SCRIPT))
            case "event":
                body = json.dumps({**_TYPED, "userId": f"user-{number % 300}", "messageId": f"m{number}"}).encode()
                return await wire.ask("POST", f"{PREFIX}/v1/track", _AUTHORIZED, body)
            case _:
                answer = await self._as_visitor(wire, kind, number, jar)
                _keep(jar, answer)
                return answer

    async def _as_visitor(self, wire: Wire, kind: str, number: int, jar: dict[str, str]) -> Answer:
        page, script = self._as(jar, DOCUMENT), self._as(jar, SCRIPT)
        match kind:
            case "campaign":
                found = {"referer": f"https://www.google.com/search?q=lens+{number}"}
                return await wire.ask("GET", f"{self._path()}?utm_campaign=spring-{number}", {**page, **found})
            case "long page":
                return await wire.ask("GET", f"/long/{number % 5}", page)
            case "nowhere":
                return await wire.ask("PUT", "/cart/x", script)
            case "head":
                return await wire.ask("HEAD", self._path(), page)
            case "cart":
                return await wire.ask("POST", f"/cart/Liked-{number % 20}", script)
            case "order":
                return await wire.ask("POST", f"/order/o{number}/{number % 90 + 5}", script)
            case "login":
                return await wire.ask("POST", f"/login/user-{number % 300}", script)
            case "logout":
                return await wire.ask("POST", "/logout", script)
            case "beacon":
                told = {"type": "track", "event": "Watched", "id": f"b{number}", "properties": {"n": number % 7}}
                body = json.dumps({"url": self._path(), "events": [told]}).encode()
                return await wire.ask("POST", f"{PREFIX}/collect", script, body)
            case "slots":
                return await wire.ask("GET", f"{PREFIX}/slots?names=hero&url={self._path()}", script)
            case "script":
                return await wire.ask("GET", f"{PREFIX}/client.js", script)
            case _:
                return await wire.ask("GET", self._path(), page)

    def _jar(self) -> dict[str, str]:
        """Somebody's cookies; now and then somebody is new."""
        place = self._dice.randrange(len(self._jars))
        if self._dice.random() > _STAYS:
            self._jars[place] = {}
        return self._jars[place]

    def _path(self) -> str:
        return self._dice.choice(("/", "/learn/tripods", f"/p/{self._dice.randrange(40)}"))

    @staticmethod
    def _as(jar: dict[str, str], base: Headers) -> Headers:
        return {**base, "cookie": "; ".join(f"{key}={value}" for key, value in jar.items())}


def _keep(jar: dict[str, str], answer: Answer) -> None:
    for cookie in answer.all_of("set-cookie"):
        key, _, value = cookie.partition(";")[0].partition("=")
        jar[key] = value


def _browser(number: int) -> str:
    """A browser that nobody has seen before."""
    return f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{number}.0.0.0"


def _probed(number: int) -> str:
    """What a scanner asks for, from its list; nothing that it finds is there."""
    return f"/{number % _PROBES}.php?{number}"
