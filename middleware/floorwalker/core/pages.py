"""What an address means: page rules and topics of the ruleset, compiled once."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import isfinite
from typing import Any
from urllib.parse import unquote

import re2
from msgspec import Struct, structs

from floorwalker.core.bounds import MOST_TAGS, NAME_BYTES, PATH_BYTES, TEXT_BYTES, short
from floorwalker.core.conditions.matchers import Words, words_of
from floorwalker.core.conditions.patterns import path_pattern
from floorwalker.core.events import Page
from floorwalker.core.ruleset import PageRule, Site, Topic

Specificity = tuple[tuple[int, int], ...]

_CAPTURE = re.compile(r"\{(\w+)\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SINGLE = ("type", "category", "product", "brand", "price_tier", "search")
_MOST_SEGMENTS = 32
_REMEMBERED = 2048  # addresses

_REST, _OPEN, _MIXED, _LITERAL, _END = range(5)  # how much a segment of a pattern says, least first


class PageMap:
    """Reads addresses as pages.

    Of the rules that say a page's type, the most specific one decides and the others are silent; rules without a type
    add what they know. Where two say the same attribute, the more specific one wins; tags and topics add up.
    """

    def __init__(self, rules: Iterable[PageRule], topics: Iterable[Topic], site: Site) -> None:
        compiled = [_Rule(rule) for rule in rules]
        self._rules = sorted(compiled, key=lambda rule: rule.specificity, reverse=True)
        self._topics = [(topic.name, [path_pattern(pattern) for pattern in topic.pages]) for topic in topics]
        self._keywords = [(topic.name, _keywords(topic)) for topic in topics if topic.keywords]
        self._tiers = site.price_tiers
        self._remembered: dict[str, Page] = {}
        self.has_queries = any(rule.rule.query for rule in self._rules)

    def read(self, path: str, query: Mapping[str, str]) -> Page:
        """The page at that address: `path` as in the request, percent-encoded or not; texts are cut."""
        if query and self.has_queries:
            return self._read(path, query)
        page = self._remembered.get(path)
        if page is None:
            page = self._read(path, {})
            if len(path) <= 4 * PATH_BYTES:
                if len(self._remembered) >= _REMEMBERED:
                    self._remembered.clear()
                self._remembered[path] = page
        return page

    def corrected(self, page: Page, said: Page | None) -> Page:
        """The page with what the app said of it: what is not empty there wins. Its price then finds its tier, unless
        the app or a rule named one."""
        if said is None:
            return page
        changes = _said(said)
        if "price" in changes and "price_tier" not in changes and page.price_tier in ("", self._tier(page.price)):
            changes["price_tier"] = self._tier(said.price)
        if "search" in changes and "topics" not in changes:
            changes["topics"] = tuple(dict.fromkeys((*page.topics, *self.topics_of(said.search))))
        return structs.replace(page, **changes)

    def topics_of(self, words: str) -> tuple[str, ...]:
        """The topics for which somebody who searches for these words came."""
        return tuple([name for name, keywords in self._keywords if keywords.holds(words)]) if words else ()

    def known_keys(self) -> Iterator[tuple[str, str]]:
        """Every attribute and value that a rule names itself, rather than taking it from the address."""
        for rule in self._rules:
            for name in _SINGLE:
                value = getattr(rule.rule, name, "")
                if value:
                    yield name, value
            yield from (("tag", tag) for tag in rule.rule.tags)
            yield from (("topic", topic) for topic in rule.rule.topics)
        yield from (("topic", name) for name, _ in self._topics)
        yield from (("price_tier", tier.name) for tier in self._tiers)

    def _read(self, path: str, query: Mapping[str, str]) -> Page:
        segments = _segments(path)
        page = Page(path=short("/" + "/".join(segments), PATH_BYTES))
        tags: list[str] = []
        topics: list[str] = []
        typed = False
        for rule in self._rules:
            if typed and rule.says_type:
                continue
            found = rule.match(segments, query)
            if found is None:
                continue
            typed = typed or rule.says_type
            page = _filled(page, found)
            tags += rule.rule.tags
            topics += rule.rule.topics
        topics += [name for name, patterns in self._topics if any(pattern.match(page.path) for pattern in patterns)]
        topics += self.topics_of(page.search)
        page = structs.replace(page, tags=tuple(dict.fromkeys(tags)), topics=tuple(dict.fromkeys(topics)))
        return page if page.price_tier else structs.replace(page, price_tier=self._tier(page.price))

    def _tier(self, price: float | None) -> str:
        if price is None:
            return ""
        return next((tier.name for tier in self._tiers if tier.prices.holds(price)), "")


def specificity(rule: PageRule) -> Specificity:
    """How much a page rule says of an address: compared as tuples, the greater one wins. Segments count from the left:
    a word, then a word with a part left open, then `*` and `{capture}`, then `**`; the query counts last."""
    path = [_rank(segment) for segment in _pattern_segments(rule.path)]
    query = sorted((_rank(value) for value in rule.query.values()), reverse=True)
    return (*path, (_END, 0), *query)


def ties(a: PageRule, b: PageRule) -> bool:
    """Whether some address fits both rules and neither says more of it: then nothing tells which one wins."""
    if specificity(a) != specificity(b) or a.query.keys() != b.query.keys():
        return False
    pairs = list(zip(_pattern_segments(a.path), _pattern_segments(b.path), strict=True))
    pairs += [(a.query[name], b.query[name]) for name in a.query]
    return all(_may_meet(one, other) for one, other in pairs)


def _may_meet(one: str, other: str) -> bool:
    """Whether some segment fits both: what stands before and after the first and last open part must agree."""
    if _rank(one)[0] != _MIXED:
        return one == other or (_rank(one)[0] != _LITERAL and _rank(other)[0] != _LITERAL)
    ours, theirs = _CAPTURE.sub("*", one).split("*"), _CAPTURE.sub("*", other).split("*")
    heads, tails = sorted((ours[0], theirs[0]), key=len), sorted((ours[-1], theirs[-1]), key=len)
    return heads[1].startswith(heads[0]) and tails[1].endswith(tails[0])


def _rank(segment: str) -> tuple[int, int]:
    if segment == "**":
        return _REST, 0
    literal = len(_CAPTURE.sub("", segment).replace("*", ""))
    if "*" not in segment and not _CAPTURE.search(segment):
        return _LITERAL, 0
    return (_MIXED, literal) if literal else (_OPEN, 0)


def _pattern_segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def _segments(path: str) -> list[str]:
    parts = [part for part in path.split("/", _MOST_SEGMENTS) if part]
    return [_decoded(part) for part in parts]


def _decoded(part: str) -> str:
    if "%" in part:
        part = unquote(part, errors="replace")
    if not part.isprintable():
        part = _CONTROL.sub("\ufffd", part)
    return part


class _Found(Struct, frozen=True):
    """What one rule says of an address that fits it."""

    rule: PageRule
    captures: Mapping[str, str]


class _Rule:
    """One page rule, compiled: segment by segment, a whole match or none."""

    def __init__(self, rule: PageRule) -> None:
        self.rule = rule
        self.specificity = specificity(rule)
        self.says_type = bool(rule.type) or "{type}" in rule.path
        self._segments = [_segment(segment) for segment in _pattern_segments(rule.path)]
        self._query = [(name, _segment(value)) for name, value in rule.query.items()]

    def match(self, segments: list[str], query: Mapping[str, str]) -> _Found | None:
        captures: dict[str, str] = {}
        if not _matches(self._segments, segments, captures):
            return None
        for name, fits in self._query:
            value = query.get(name)
            if value is None or fits is None or not fits(value, captures):
                return None
        return _Found(self.rule, captures)


_Fits = Callable[[str, dict[str, str]], bool]


def _segment(pattern: str) -> _Fits | None:
    """How one segment is matched; None is `**`, any number of them."""
    kind, _ = _rank(pattern)
    whole = _CAPTURE.fullmatch(pattern)
    if kind == _REST:
        return None
    if kind == _LITERAL:
        return lambda segment, _captures: segment == pattern
    if pattern == "*":
        return lambda _segment, _captures: True
    if whole:
        return _capture(whole[1])
    return _expression(pattern)


def _capture(name: str) -> _Fits:
    def fits(segment: str, captures: dict[str, str]) -> bool:
        captures[name] = segment
        return True

    return fits


def _expression(pattern: str) -> _Fits:
    pieces = re.split(r"(\{\w+\}|\*)", pattern)
    names = [piece[1:-1] for piece in pieces if piece.startswith("{")]
    parts = ["(.+?)" if piece[:1] == "{" else ".*" if piece == "*" else re2.escape(piece) for piece in pieces]
    compiled = re2.compile("(?s)" + "".join(parts))

    def fits(segment: str, captures: dict[str, str]) -> bool:
        found = compiled.fullmatch(segment[: 2 * PATH_BYTES])
        if found:
            captures.update(zip(names, found.groups(), strict=True))
        return found is not None

    return fits


def _matches(patterns: list[_Fits | None], segments: list[str], captures: dict[str, str]) -> bool:
    for number, fits in enumerate(patterns):
        if fits is None:
            rest = patterns[number + 1 :]
            return any(_matches(rest, segments[skip:], captures) for skip in range(number, len(segments) + 1))
        if number >= len(segments) or not fits(segments[number], captures):
            return False
    return len(patterns) == len(segments)


def _filled(page: Page, found: _Found) -> Page:
    """The page with what this rule adds to what more specific ones said."""
    added: dict[str, Any] = {}
    for name in _SINGLE:
        value = getattr(found.rule, name, "") or found.captures.get(name, "")
        if value and not getattr(page, name):
            added[name] = short(value, TEXT_BYTES if name == "search" else NAME_BYTES)
    if page.price is None and found.rule.price is not None:
        added["price"] = found.rule.price
    return structs.replace(page, **added) if added else page


def _said(page: Page) -> dict[str, Any]:
    """What the app filled in, cut to its bounds; the path stays the address's own."""
    said: dict[str, Any] = {}
    for name in _SINGLE:
        if value := getattr(page, name):
            said[name] = short(value, TEXT_BYTES if name == "search" else NAME_BYTES)
    for name, values in (("tags", page.tags), ("topics", page.topics)):
        if values:
            said[name] = tuple([short(value, NAME_BYTES) for value in values[:MOST_TAGS]])
    if page.price is not None and isfinite(page.price):
        said["price"] = page.price
    return said


def _keywords(topic: Topic) -> Words:
    phrases = [" ".join("*".join(map(words_of, word.split("*"))) for word in text.split()) for text in topic.keywords]
    return Words(tuple([phrase for phrase in phrases if phrase]))
