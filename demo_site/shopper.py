"""One made-up shopper: what brought them, what they look at, and how likely they are to buy what they are shown."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from demo_site.browser import Browser
from demo_site.play import DAY, DEVICES, HOUR
from demo_site.rehearsal import ADDRESS

DESKTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
FIRST_NAMES = ("Ada", "Bo", "Carla", "David", "Edda", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Klara", "Levent")
LAST_NAMES = ("Lindqvist", "Okafor", "Brandt", "Moreau", "Sato", "Novak", "Reyes", "Holm", "Weiss", "Karlsen")


@dataclass(frozen=True, kw_only=True)
class Interest:
    """What somebody comes for. share: how many of all; looks_at: some of these, in this order; wants: what they buy."""

    share: int
    landing: str
    referrer: str
    looks_at: Sequence[str]
    wants: Mapping[str, str]


INTERESTS = (
    Interest(
        share=26,
        landing="/learn/birds",
        referrer="https://www.bing.com/search?q=photographing+birds",
        looks_at=("/lenses/super-tele", "/lenses/super-tele/150-600mm", "/learn/safari", "/bags/estuary-38", "/"),
        wants={"150-600mm": "/lenses/super-tele/150-600mm", "estuary-38": "/bags/estuary-38"},
    ),
    Interest(
        share=28,
        landing="/",
        referrer="https://www.google.com/search?q=cheap+tripod",
        looks_at=("/tripods", "/tripods/stork-light", "/learn/tripods", "/clearance", "/tripods/stork-2", "/"),
        wants={"stork-light": "/tripods/stork-light", "stork-2": "/tripods/stork-2"},
    ),
    Interest(
        share=14,
        landing="/learn/night-sky",
        referrer="https://www.ecosia.org/search?q=milky+way+photography",
        looks_at=("/lenses/wide", "/lenses/wide/14mm-f1-8", "/filters/night-glow", "/"),
        wants={"14mm-f1-8": "/lenses/wide/14mm-f1-8", "night-glow": "/filters/night-glow"},
    ),
    Interest(
        share=16,
        landing="/?utm_source=google&utm_medium=cpc&utm_campaign=spring-cameras&gclid=crowd",
        referrer="https://www.google.com/",
        looks_at=("/cameras", "/cameras/tramway", "/learn/travel-light", "/bags/cabin-30", "/"),
        wants={"tramway": "/cameras/tramway", "cabin-30": "/bags/cabin-30"},
    ),
    Interest(
        share=16,
        landing="/",
        referrer="",
        looks_at=("/cameras", "/lenses", "/learn", "/filters/polariser", "/accessories"),
        wants={"polariser": "/filters/polariser", "card-512": "/accessories/card-512"},
    ),
)


@dataclass(frozen=True, kw_only=True)
class Errand:
    interest: Interest
    device: str
    country: str
    name: str


def errand_of(dice: random.Random) -> Errand:
    """Who comes, and what for."""
    (interest,) = dice.choices(INTERESTS, [one.share for one in INTERESTS])
    return Errand(
        interest=interest,
        device=dice.choice((DESKTOP, DESKTOP, DEVICES["phone"], DEVICES["phone"], DEVICES["tablet"])),
        country=dice.choice(("DE", "DE", "DE", "NO", "CH", "US")),
        name=f"{dice.choice(FIRST_NAMES)} {dice.choice(LAST_NAMES)}",
    )


class Shopper:
    """goes: sets the clock, in seconds from now, before each thing that they do."""

    def __init__(
        self, browser: Browser, dice: random.Random, errand: Errand, *, goes: Callable[[float], object]
    ) -> None:
        self._browser = browser
        self._dice = dice
        self._errand = errand
        self._goes = goes
        self._at = 0.0
        self._reminded = False
        browser.remember("play", f'"country={errand.country}"')

    async def walk(self, at: float) -> None:
        """One visit, and some more on later days, as long as these are over. at: seconds from now, below 0."""
        self._at = at
        landing, referrer = self._errand.interest.landing, self._errand.interest.referrer
        while self._at < -HOUR:
            bought = await self._visit(landing, referrer)
            if bought or self._dice.random() > 0.45:
                break
            self._at += self._dice.uniform(0.2, 4) * DAY
            self._browser.leave()
            landing, referrer = "/", ""

    async def _visit(self, landing: str, referrer: str) -> bool:
        """Whether they bought something."""
        await self._open(landing, referrer)
        for path in self._errand.interest.looks_at:
            if self._dice.random() < 0.7:
                await self._open(path)
        # What the shop recommends helps, and so does a line about the price; that is what a report should find.
        likely = 0.13 + (0.09 if self._reminded else 0.0)
        if self._dice.random() > likely:
            return False
        return await self._buy()

    async def _open(self, url: str, referrer: str = "") -> None:
        self._pass(self._dice.uniform(8, 90))
        page = await self._browser.go(url, referrer=referrer)
        self._reminded = self._reminded or "recommended" in page.blocks
        for slot, share in (("hero", 0.06), ("recommended", 0.10), ("product-advice", 0.04)):
            if slot in page.blocks and self._dice.random() < share:
                self._pass(4)
                await self._browser.click(slot)

    async def _buy(self) -> bool:
        slug, path = self._dice.choice(list(self._errand.interest.wants.items()))
        await self._open(path)
        await self._send("/cart/add", {"product": slug, "quantity": "1"})
        if self._dice.random() > 0.6:
            return False
        await self._open("/checkout")
        if self._dice.random() > 0.75:
            return False
        email = f"{self._errand.name.lower().replace(' ', '.')}.{self._dice.randrange(10**6)}@example.org"
        if self._dice.random() < 0.5:
            await self._send("/account/sign-in", {"name": self._errand.name, "email": email})
        address = {**ADDRESS, "name": self._errand.name, "email": email, "country": self._errand.country}
        await self._send(
            "/checkout", {**address, "country": "DE" if self._errand.country == "US" else address["country"]}
        )
        if self._dice.random() < 0.06 and self._at < -2 * DAY:
            self._at += DAY
            await self._open("/returns")
            await self._send("/returns", {"product": slug})
        return True

    async def _send(self, url: str, form: Mapping[str, str]) -> None:
        self._pass(self._dice.uniform(5, 40))
        await self._browser.post(url, form)

    def _pass(self, seconds: float) -> None:
        self._at += seconds
        self._goes(self._at)
