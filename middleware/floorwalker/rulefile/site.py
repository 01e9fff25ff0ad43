"""The sections that describe the site: `site`, `places`, `topics`."""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from msgspec.structs import replace

from floorwalker.core.conditions.matchers import Range
from floorwalker.core.conditions.vocabulary import WEEKDAYS
from floorwalker.core.ruleset import Site, Tier, Topic
from floorwalker.rulefile.conditions.calendar import read_point
from floorwalker.rulefile.conditions.matching import phrase
from floorwalker.rulefile.fields import Fields, as_mapping, attempt, label, many_texts, one_text
from floorwalker.rulefile.nodes import Mapping, Node, Scalar, Sequence
from floorwalker.rulefile.problems import did_you_mean
from floorwalker.rulefile.reading import Points, Reading
from floorwalker.rulefile.tables.sections import SITE_KEYS, TOPIC_KEYS
from floorwalker.rulefile.values import Misread, currency, moment, path, prices

_MOST_TIERS = 50
_HOST = re.compile(r"(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]{0,62})\.)*[A-Za-z0-9][A-Za-z0-9-]{0,62}(:[0-9]{1,5})?")


def read_site(node: Mapping, reading: Reading) -> Site:
    """The settings of the whole site."""
    fields = Fields(node, SITE_KEYS, "site", reading.findings, reading.names)
    here = fields.read("timezone", zone, ZoneInfo("UTC"))
    return Site(
        timezone=here.key,
        currency=fields.read("currency", currency, "EUR"),
        week_starts=WEEKDAYS.index(fields.choice("week_starts", "monday")),
        price_tiers=_tiers(fields, reading),
        control=fields.share("control"),
        exclude=fields.name_list("exclude"),
        guardrails=fields.name_list("guardrails"),
        personalize=fields.yes_no("personalize", True),
        previews_since=fields.read("previews_since", lambda text: moment(text, here), 0.0),
        hosts=fields.many("hosts", host),
        partners=_partners(fields, reading),
    )


def zone(text: str) -> ZoneInfo:
    """A time zone by its IANA name."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = did_you_mean(text, available_timezones(), instead="write an IANA name such as Europe/Berlin")
        raise Misread(f"there is no time zone {text[:60]}", hint) from None


def host(text: str) -> str:
    """A host name, lower-case; `*.` in front stands for every host below it."""
    if not _HOST.fullmatch(text):
        bare = re.sub(r"^\w+://|/.*$", "", text)
        hint = f"write {bare}" if bare != text and _HOST.fullmatch(bare) else "write a name such as shop.example"
        raise Misread(f"{text[:60]} is no host", hint)
    return text.lower()


def _tiers(fields: Fields, reading: Reading) -> tuple[Tier, ...]:
    """Price tiers, each beginning where the one before it ends."""
    node = fields.mapping("price_tiers")
    found: list[Tier] = []
    for name, value in node or ():
        if len(found) >= _MOST_TIERS:
            reading.findings.error(name.at, "too-much", f"there are more than {_MOST_TIERS} price tiers", "write fewer")
            break
        scalar = one_text(value, reading.findings, "low: up to 100")
        span = None if scalar is None else attempt(scalar, prices, None, reading.findings)
        tier = attempt(name, label, "", reading.findings)
        if scalar is None or span is None or not tier:
            continue
        if span.low is None and found:
            span = _after(found[-1].prices, span)
        if (other := next((tier for tier in found if _overlap(tier.prices, span)), None)) is not None:
            message = f"{name.text} overlaps {other.name}"
            reading.findings.error(scalar.at, "overlap", message, "let each tier begin where the one before it ends")
            continue
        reading.names.define("price tier", tier, name.at)
        found.append(Tier(tier, span))
    return tuple(found)


def _after(before: Range, span: Range) -> Range:
    """`up to 800` after `up to 100` is above 100, up to 800."""
    return replace(span, low=before.high, low_open=True)


def _overlap(one: Range, other: Range) -> bool:
    """Whether some price lies in both, or one of them holds none."""
    low = max(one.low or 0.0, other.low or 0.0)
    high = min(float("inf") if one.high is None else one.high, float("inf") if other.high is None else other.high)
    if low == high:
        return one.holds(low) and other.holds(low)
    return low < high or (other.high is not None and other.low is not None and other.low >= other.high)


def _partners(fields: Fields, reading: Reading) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in fields.mapping("partners") or ():
        hosts = [attempt(text, host, "", reading.findings) for text in many_texts(value, reading.findings)]
        found[name.text] = tuple(filter(None, hosts))
    return found


def read_places(pairs: list[tuple[Scalar, Node]], reading: Reading) -> dict[str, Points]:
    """Each place's points: one, or a list of them."""
    found: dict[str, Points] = {}
    for name, value in pairs:
        items = value.items if isinstance(value, Sequence) else (value,)
        if not items:
            reading.findings.error(value.at, "empty", f"{name.text} has no point", "write {lat: 52.52, lon: 13.40}")
        nodes = [as_mapping(item, "a place", reading.findings, "{lat: 52.52, lon: 13.40}") for item in items]
        points = [_point(node, reading) for node in nodes if node is not None]
        found[name.text] = tuple(point for point in points if point is not None)
    return found


def _point(node: Mapping, reading: Reading) -> tuple[float, float] | None:
    for key, _ in node:
        if key.text not in ("lat", "lon"):
            message = f"a place has no key {key.text}"
            reading.findings.error(key.at, "unknown-field", message, did_you_mean(key.text, ("lat", "lon")))
    return read_point(node, reading)


def read_topics(pairs: list[tuple[Scalar, Node]], reading: Reading) -> tuple[Topic, ...]:
    """What counts towards which interest."""
    found: list[Topic] = []
    for name, value in pairs:
        node = as_mapping(value, name.text, reading.findings, "keywords: [bird, safari]")
        if node is None:
            continue
        fields = Fields(node, TOPIC_KEYS, "a topic", reading.findings, reading.names)
        fields.text("about")
        found.append(Topic(name.text, fields.many("pages", path), fields.many("keywords", phrase)))
    return tuple(found)
