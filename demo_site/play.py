"""Whom one can play in the demo, and the cookie that remembers it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Self
from urllib.parse import parse_qs, urlencode
from zoneinfo import ZoneInfo

A_MINUTE = 60  # so that what is due in two hours is due for sure
HOUR = 3600
DAY = 24 * HOUR
FURTHEST_SHIFT = 800 * DAY
BERLIN = ZoneInfo("Europe/Berlin")
BLACK_FRIDAY = datetime(2027, 11, 26, 10, 0, tzinfo=BERLIN)
"""A morning on which the shop's promotion runs."""
DEVICES: Mapping[str, str] = {
    "phone": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1",
    "tablet": "Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.7 Mobile/15E148 Safari/604.1",
}
COUNTRIES: Mapping[str, tuple[str, str]] = {
    "DE": ("Germany", "Europe/Berlin"),
    "NO": ("Norway", "Europe/Oslo"),
    "CH": ("Switzerland", "Europe/Zurich"),
    "US": ("the United States", "America/New_York"),
}

SAID = "x-demo-allows"
"""The header in which a played visitor says what may be remembered."""
ASKED_IN = ("DE", "NO", "CH")
"""Of these, where the shop asks before it remembers anything."""
ANSWERS = ("yes", "no")


@dataclass(frozen=True, kw_only=True)
class Play:
    """Who the browser plays.

    role: as whom the visit began; arriving: the role in which the next page is entered; shift: seconds ahead; allows:
    `yes` or `no` to be remembered, from the beginning; empty is not said.
    """

    role: str = ""
    arriving: str = ""
    device: str = ""
    country: str = ""
    shift: int = 0
    allows: str = ""

    @property
    def said(self) -> str:
        """What is said to the question what may be remembered. Outside Europe nobody is asked, nor where nobody plays
        to be anywhere: the demo should show at once what it can do."""
        return self.allows or ("" if self.country in ASKED_IN else "yes")

    @classmethod
    def read(cls, cookie: str) -> Self:
        """From the cookie's value; what is not known is left out."""
        given = {name: values[-1] for name, values in parse_qs(cookie[:500], max_num_fields=10).items()}
        shift = given.get("shift", "")
        return cls(
            role=given.get("role", "") if given.get("role") in ROLES else "",
            arriving=given.get("arriving", "") if given.get("arriving") in ROLES else "",
            device=given.get("device", "") if given.get("device") in DEVICES else "",
            country=given.get("country", "") if given.get("country") in COUNTRIES else "",
            allows=given.get("allows", "") if given.get("allows") in ANSWERS else "",
            shift=min(int(shift), FURTHEST_SHIFT) if shift.isascii() and shift.isdigit() and len(shift) < 12 else 0,
        )

    def written(self) -> str:
        """For the cookie; empty when there is nothing to remember."""
        facts = {
            name: getattr(self, name) or "" for name in ("role", "arriving", "device", "country", "shift", "allows")
        }
        return urlencode({name: value for name, value in facts.items() if value})


@dataclass(frozen=True, kw_only=True)
class Role:
    """One thing to play. What is None stays as it is. group: of the panel's row; empty for what stands above it.

    landing: where the visit begins; referrer: empty for somebody who typed the address; anew: nobody has seen this
    visitor before; hour: the next time it is that late there; hours, days: so many on; moment: this very time, unless
    it is over; past: they have been a customer; allows: what they say to being remembered, `yes` or `no`.
    """

    group: str
    title: str
    says: str
    landing: str | None = None
    referrer: str = ""
    anew: bool = False
    device: str | None = None
    country: str | None = None
    hour: int | None = None
    hours: int = 0
    days: int = 0
    moment: datetime | None = None
    past: bool = False
    allows: str = ""


ROLES: Mapping[str, Role] = {
    "anew": Role(group="", title="start anew", says="as nobody in particular", landing="/", anew=True),
    "cheap-tripod": Role(
        group="Arrive",
        title="from Google",
        says="as somebody who searched Google for “cheap tripod”",
        landing="/",
        referrer="https://www.google.com/search?q=cheap+tripod",
        anew=True,
    ),
    "ad": Role(
        group="Arrive",
        title="from an ad",
        says="as somebody who clicked an advertisement",
        landing="/?utm_source=google&utm_medium=cpc&utm_campaign=spring-cameras&gclid=demo",
        referrer="https://www.google.com/",
        anew=True,
    ),
    "assistant": Role(
        group="Arrive",
        title="from an AI assistant",
        says="as somebody whom an AI assistant sent",
        landing="/?utm_source=chatgpt.com",
        referrer="https://chatgpt.com/",
        anew=True,
    ),
    "newsletter": Role(
        group="Arrive",
        title="from our letter",
        says="as a reader of the newsletter",
        landing="/?utm_source=newsletter&utm_medium=email&utm_campaign=november",
        anew=True,
    ),
    "customer": Role(
        group="Arrive",
        title="as a customer",
        says="as a customer who comes back after twelve days",
        landing="/",
        anew=True,
        past=True,
        allows="yes",
    ),
    "black-friday": Role(
        group="Arrive",
        title="on Black Friday",
        says="as somebody who looks for a discount on Black Friday",
        landing="/",
        referrer="https://www.google.com/search?q=black+friday+camera",
        anew=True,
        moment=BLACK_FRIDAY,
    ),
    "asked": Role(
        group="Asked",
        title="first",
        says="as somebody in Germany, who is asked first what may be remembered",
        landing="/",
        referrer="https://www.google.com/search?q=cheap+tripod",
        anew=True,
        country="DE",
    ),
    "refusing": Role(
        group="Asked",
        title="and said no",
        says="as somebody who allows nothing to be remembered",
        landing="/",
        referrer="https://www.google.com/search?q=cheap+tripod",
        anew=True,
        allows="no",
    ),
    "phone": Role(group="With", title="a phone", says="with a phone", device="phone"),
    "tablet": Role(group="With", title="a tablet", says="with a tablet", device="tablet"),
    "own-device": Role(group="With", title="your own", says="with your own device", device=""),
    "norway": Role(group="In", title="Norway", says="from Norway", country="NO"),
    "germany": Role(group="In", title="Germany", says="from Germany", country="DE"),
    "america": Role(group="In", title="New York", says="from New York", country="US"),
    "night": Role(group="At", title="night", says="late in the evening", hour=23),
    "later": Role(
        group="At", title="two hours on", says="two hours later, by typing the address", landing="/", hours=2
    ),
    "tomorrow": Role(group="At", title="tomorrow", says="a day later, by typing the address", landing="/", days=1),
    "season": Role(
        group="At", title="three months on", says="three months later, by typing the address", landing="/", days=90
    ),
}


def take_role(play: Play, name: str, *, now: float) -> Play:
    """Who one is after choosing a role; `now` is the real clock, in seconds since 1970."""
    role = ROLES[name]
    if name == "anew":
        return Play()
    return replace(
        play,
        role=name if role.anew else play.role,
        arriving=name if role.landing is not None else play.arriving,
        device=play.device if role.device is None else role.device,
        country=play.country if role.country is None else role.country,
        allows=role.allows if role.anew else play.allows,
        shift=min(FURTHEST_SHIFT, _shifted(play, role, now)),
    )


def _shifted(play: Play, role: Role, now: float) -> int:
    if role.moment is not None:
        return max(0, ceil(role.moment.timestamp() - now))
    ahead = play.shift + role.days * DAY + role.hours * HOUR + (A_MINUTE if role.hours else 0)
    if role.hour is None:
        return ahead
    there = datetime.fromtimestamp(now + ahead, ZoneInfo(COUNTRIES[play.country][1]) if play.country else BERLIN)
    late = there.replace(hour=role.hour, minute=10, second=0)
    if late < there:
        late += timedelta(days=1)
    return ahead + int((late - there).total_seconds())
