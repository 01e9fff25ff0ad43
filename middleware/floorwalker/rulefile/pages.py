"""The section `pages`: what an address means."""

import re
from urllib.parse import parse_qsl

from floorwalker.core.pages import specificity, ties
from floorwalker.core.ruleset import PageRule
from floorwalker.rulefile.fields import Fields, as_mapping
from floorwalker.rulefile.nodes import Node, Position
from floorwalker.rulefile.problems import did_you_mean
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.tables.sections import PAGE_KEYS
from floorwalker.rulefile.values import Misread, stars

CAPTURES = ("type", "category", "product", "brand", "price_tier", "search")
"""What a `{capture}` in a path or query may become."""

_MOST_COMPARED = 100_000  # pairs of page rules; a folder that holds more has thousands of one form
_CAPTURE = re.compile(r"\{([^{}]*)\}")


def read_pages(items: list[Node], reading: Reading) -> tuple[PageRule, ...]:
    """Every page rule, one for each of its paths. Two paths that tie are an error.

    Price tiers are names of their own where `site` has no `price_tiers`.
    """
    found: list[tuple[PageRule, Position]] = []
    tiers_are_known = any(reading.names.known("price tier"))
    for item in items:
        node = as_mapping(item, "a page", reading.findings, "- path: / and type: home below it")
        if node is None:
            continue
        fields = Fields(node, PAGE_KEYS, "a page", reading.findings, reading.names)
        at = fields.key("path").at if "path" in fields else node.at
        rules = _rules(fields, reading)
        found.extend((rule, at) for rule in rules)
        for tier in {rule.price_tier for rule in rules if rule.price_tier and not tiers_are_known}:
            reading.names.define("price tier", tier, fields.key("price_tier").at)
    _report_ties(found, reading)
    return tuple(rule for rule, _ in found)


def _rules(fields: Fields, reading: Reading) -> list[PageRule]:
    kind = fields.label("type")
    if kind:
        reading.names.define("page type", kind, fields.key("type").at)
    topics = fields.texts("topics")
    for topic in topics:
        reading.names.define("topic", topic, fields.key("topics").at)
    price = fields.number("price", -1.0)
    common = PageRule(
        path="",
        type=kind,
        category=fields.text("category"),
        product=fields.text("product"),
        brand=fields.text("brand"),
        tags=fields.texts("tags"),
        topics=topics,
        price=price if "price" in fields and price >= 0 else None,
        price_tier=fields.name("price_tier"),
    )
    return [_at_address(common, path, query) for path, query in fields.many("path", address)]


def _at_address(rule: PageRule, path: str, query: dict[str, str]) -> PageRule:
    return PageRule(
        path,
        query,
        rule.type,
        rule.category,
        rule.product,
        rule.brand,
        rule.tags,
        rule.topics,
        rule.price,
        rule.price_tier,
    )


def address(text: str) -> tuple[str, dict[str, str]]:
    """A path with `*`, `**` and captures, and the query that must be there."""
    if "://" in text:
        raise Misread(f"{text[:60]} is a whole address", "write its path only, from the first single slash on")
    if not text.startswith("/"):
        raise Misread(f"{text[:60]} is no path", f"write /{text[:60]}")
    path, _, query = text.partition("?")
    if "#" in path:
        raise Misread(f"{text[:60]} holds a #, which no request carries", f"write {path.partition('#')[0]}")
    for capture in _CAPTURE.findall(text):
        _known_capture(capture)
    if "{" in _CAPTURE.sub("", text) or "}" in _CAPTURE.sub("", text):
        raise Misread(f"{text[:60]} has a brace without its other", "write captures as {category}")
    pairs = parse_qsl(query, keep_blank_values=True)
    if query and not pairs:
        raise Misread(f"{text[:60]} has a query that cannot be read", "write ?name={search} or ?name=value")
    return stars(path), dict(pairs)


def _known_capture(name: str) -> None:
    if name not in CAPTURES:
        hint = did_you_mean(name, CAPTURES)
        hint += "" if hint.endswith("?") else "."
        raise Misread(f"{{{name[:40]}}} is no field of a page", f"{hint} Write * for a part that means nothing")


def _report_ties(found: list[tuple[PageRule, Position]], reading: Reading) -> None:
    """Compare only what says equally much, in the same words, so that many rules cost little."""
    alike: dict[object, list[tuple[PageRule, Position]]] = {}
    compared = 0
    for rule, at in found:
        others = alike.setdefault((specificity(rule), frozenset(rule.query), _words(rule.path)), [])
        compared += len(others)
        if compared > _MOST_COMPARED:
            return
        other = next(((tied, place) for tied, place in others if ties(rule, tied) and _contradict(rule, tied)), None)
        if other is not None:
            message = f"{rule.path} and {other[0].path} of {other[1]} tie: an address may fit both"
            reading.findings.error(at, "tie", message, "make one of them more specific, or join them")
        others.append((rule, at))


def _words(path: str) -> tuple[str, ...]:
    """The segments that are words: two paths that tie have the same."""
    return tuple("*" if set("*{") & set(segment) else segment for segment in path.split("/") if segment)


def _contradict(one: PageRule, other: PageRule) -> bool:
    """Whether two rules for one address say different things of it."""
    same_path = one.path == other.path and one.query == other.query
    return not same_path or any(
        getattr(one, name) and getattr(other, name) and getattr(one, name) != getattr(other, name) for name in _SAID
    )


_SAID = ("type", "category", "product", "brand", "price", "price_tier")
