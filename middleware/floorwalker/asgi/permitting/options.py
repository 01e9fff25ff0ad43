"""The settings of consent, in the words of who sets them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from floorwalker.core.choices import POLICY
from floorwalker.core.conditions.continents import CONTINENT_OF
from floorwalker.core.consent import Asking, Mode

GPC, DNT = "gpc", "dnt"
SIGNALS: Final = (GPC, DNT)
ELSEWHERE: Final = "*"
# The European Economic Area, its parts with codes of their own (Åland, the outermost regions of the Union: TFEU 349),
# and the two neighbours whose law asks the same.
EEA: Final = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "IS", "LI", "NO", "AX", "GF", "GP", "MF", "MQ", "RE", "YT",
    "GB", "CH",
))  # fmt: skip
_HOW: Final = "it is none, opt-in or opt-out, or by country, as in `opt-in, US=opt-out`"
_NO_SIGNALS: Final = ("no", "none")


def read_asking(value: object) -> Asking:
    """Whom the site asks: one mode, a mode by country, or both. Raises ValueError."""
    modes: dict[str, Mode] = {}
    for country, mode in _pairs(value):
        place = country.strip().upper()
        if place in modes:
            raise ValueError(f"{country.strip() or 'every other country'} stands there twice")
        modes[place] = _mode(mode)
    elsewhere = modes.pop(ELSEWHERE, Mode.NONE)
    area = dict.fromkeys(EEA, modes.pop("EEA")) if "EEA" in modes else {}
    for country in modes:
        if country not in CONTINENT_OF:
            raise ValueError(f"{country} is no country; write a code of two letters, such as US, or EEA")
    return Asking(elsewhere, {**area, **modes})


def read_policy(value: object) -> str:
    """The version of what visitors agree to. Raises ValueError."""
    text = str(value).strip()
    if not POLICY.fullmatch(text):
        raise ValueError("it is up to 30 letters, digits and . _ -, such as 2026-11")
    return text


def read_browser_signals(value: str | Sequence[str]) -> tuple[str, ...]:
    """Which general refusals of browsers hold; none of them is `no`. Raises ValueError."""
    parts = value.split(",") if isinstance(value, str) else value
    found = [str(part).strip().lower() for part in parts if str(part).strip()]
    if len(found) == 1 and found[0] in _NO_SIGNALS:
        return ()
    if not all(part in SIGNALS for part in found):
        raise ValueError(f"it is {' and '.join(SIGNALS)}, one of them, or no")
    return tuple(dict.fromkeys(found))


def _pairs(value: object) -> Iterator[tuple[str, str]]:
    """Country and mode; of every country that is not named, `*`."""
    match value:
        case str():
            for part in value.split(","):
                country, equals, mode = part.partition("=")
                yield (country, mode) if equals else (ELSEWHERE, part)
        case Mapping():
            for country, mode in value.items():
                yield str(country), str(mode)
        case Asking():
            yield ELSEWHERE, value.elsewhere
            yield from value.countries.items()
        case _:
            raise TypeError(_HOW)


def _mode(text: str) -> Mode:
    try:
        return Mode(text.strip().lower())
    except ValueError:
        raise ValueError(_HOW) from None
