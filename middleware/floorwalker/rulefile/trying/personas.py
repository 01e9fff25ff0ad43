"""The section `personas`: made-up people with whom rules are tried out."""

from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import structs

from floorwalker.core.conditions.continents import CONTINENT_OF
from floorwalker.core.conditions.vocabulary import CONTINENTS, COUNTRIES
from floorwalker.core.personas import TYPICAL_AGENTS, Persona
from floorwalker.core.signals import Place
from floorwalker.rulefile.conditions.calendar import read_point
from floorwalker.rulefile.fields import Fields, as_mapping
from floorwalker.rulefile.nodes import Mapping, Node, Scalar
from floorwalker.rulefile.problems import one_of
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.site import zone
from floorwalker.rulefile.tables.persona_keys import PERSONA_KEYS, PLACE_KEYS
from floorwalker.rulefile.trying.facts import may_remember, read_facts
from floorwalker.rulefile.trying.pasts import SlotsOf, read_history
from floorwalker.rulefile.trying.requests import (
    ip,
    page_address,
    read_address,
    read_cookies,
    read_headers,
    read_page,
    read_scalars,
    whole_address,
)
from floorwalker.rulefile.values import Misread, day_and_time, language

_NOON = 12 * 60


def read_personas(pairs: list[tuple[Scalar, Node]], slots_of: SlotsOf, reading: Reading) -> dict[str, Persona]:
    """Every persona, in the order of the files. slots_of: the slots that can show a block."""
    found: dict[str, Persona] = {}
    for name, value in pairs:
        node = as_mapping(value, name.text, reading.findings, "{url: /, device: mobile}")
        if node is not None:
            found[name.text] = _persona(name, node, slots_of, reading)
    return found


def _persona(name: Scalar, node: Mapping, slots_of: SlotsOf, reading: Reading) -> Persona:
    fields = Fields(node, PERSONA_KEYS, f"the persona {name.text}", reading.findings, reading.names)
    headers = read_headers(fields)
    languages = fields.many("language", language)
    if languages:
        headers["accept-language"] = accept_language(languages)
    return Persona(
        name=name.text,
        about=fields.text("about"),
        url=read_address("url", fields, page_address, "/"),
        referrer=read_address("referrer", fields, whole_address),
        user_agent=_user_agent(fields, headers),
        headers=headers,
        cookies=read_cookies(fields),
        address=fields.read("address", ip, ""),
        place=_place(fields, reading),
        timezone=fields.read("timezone", lambda text: zone(text).key, ""),
        at=read_moment("at", fields, reading.zone),
        remembered=may_remember(fields),
        user=fields.text("user"),
        traits=read_scalars("traits", fields),
        attributes=read_scalars("attributes", fields),
        page=read_page(fields, reading),
        history=read_history(fields, slots_of, reading),
        facts=read_facts(fields, reading),
    )


def accept_language(languages: tuple[str, ...]) -> str:
    """The header that a browser sends for these languages, the first choice first."""
    rest = [f"{tag};q={max(0.1, 1 - number / 10):.1f}" for number, tag in enumerate(languages) if number]
    return ", ".join([languages[0], *rest])


def _user_agent(fields: Fields, headers: dict[str, str]) -> str:
    if "user_agent" in fields and "device" in fields:
        message = "device and user_agent both say what they hold"
        fields.findings.error(fields.key("device").at, "twice", message, "keep one of them")
    if "user_agent" in fields:
        return fields.text("user_agent")
    if "device" not in fields and any(name.lower() == "user-agent" for name in headers):
        return ""
    return TYPICAL_AGENTS[fields.choice("device", "desktop")]


def read_moment(name: str, fields: Fields, site: ZoneInfo) -> float | None:
    """Seconds since 1970; a day alone is its noon."""

    def moment(text: str) -> float:
        day, minutes = day_and_time(text)
        midnight = datetime(day.year, day.month, day.day, tzinfo=site)
        hours, minute = divmod(_NOON if minutes is None else min(minutes, 1439), 60)
        return midnight.replace(hour=hours, minute=minute).timestamp()

    return fields.read(name, moment, None)


def _place(fields: Fields, reading: Reading) -> Place | None:
    """Where they are: `place`, or `country` alone."""
    country = fields.read("country", country_code, None)
    node = fields.get("place")
    if node is None:
        return None if country is None else Place(continent=CONTINENT_OF[country], country=country)
    if isinstance(node, Scalar):
        hint = f"write place: {{city: {node.text[:40]}, country: DE}}, with its country"
        reading.findings.error(node.at, "type", "place does not say what kind of place this is", hint)
        return None
    mapping = as_mapping(node, "place", reading.findings, fields.example("place"))
    if mapping is None:
        return None
    own = Fields(mapping, PLACE_KEYS, "place", reading.findings, reading.names)
    if "country" in own and "country" in fields:
        reading.findings.error(fields.key("country").at, "twice", "country stands in place, too", "keep one of them")
    country = own.read("country", country_code, None) or country
    place = Place(
        continent=own.read("continent", continent_code, None) or CONTINENT_OF.get(country or ""),
        country=country,
        region=own.text("region") or None,
        city=own.text("city") or None,
    )
    point = read_point(mapping, reading) if "lat" in own or "lon" in own else None
    return place if point is None else structs.replace(place, latitude=point[0], longitude=point[1])


def continent_code(text: str) -> str:
    """One of seven codes, or a continent's name."""
    names = {name: code for code, name in CONTINENTS.items()}
    code = names.get(text.lower(), text.upper())
    if code not in CONTINENTS:
        raise Misread(f"{text[:40]} is no continent", f"write {one_of(CONTINENTS)}")
    return code


def country_code(text: str) -> str:
    """An ISO code of two letters."""
    code = text.upper()
    if code not in COUNTRIES:
        raise Misread(f"{text[:40]} is no country's code", "write two letters such as DE, GB or US")
    return code
