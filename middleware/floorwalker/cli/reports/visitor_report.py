"""One person, as whoever is about to speak with them wants to read it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from itertools import groupby
from typing import Any, Final

from floorwalker.cli.reports.paper import Paper, counted, printable
from floorwalker.core import phrases

EVENTS_SHOWN: Final = 15
_BAR: Final = 24
_SHOWN: Final = 10


class VisitorReport:
    """at: now, seconds since 1970. zone: the site's."""

    def __init__(self, paper: Paper, *, at: float, zone: tzinfo) -> None:
        self._paper = paper
        self._at = at
        self._zone = zone

    def lines(self, drawn: Mapping[str, Any]) -> Iterator[str]:
        """drawn: a portrait. The last line says what to do next."""
        yield from self._head(drawn)
        for heading, rows in (
            ("Cares about", self._cares(drawn)),
            ("In the cart", self._cart(drawn)),
            ("Bought", self._bought(drawn)),
            ("Answered to", self._answers(drawn)),
            ("On the way", self._funnels(drawn)),
            ("Known of them", self._traits(drawn)),
            ("Notes", self._notes(drawn)),
            ("Lately", self._events(drawn)),
        ):
            if rows:
                yield ""
                yield self._paper.strong(heading)
                yield from (f"  {row}".rstrip() for row in rows)
        yield ""
        yield f"To leave a note: {self._paper.accent('floorwalker visitor note --visitor ' + str(drawn['visitor']))} …"

    def _head(self, drawn: Mapping[str, Any]) -> Iterator[str]:
        name = printable(phrases.called(drawn)) or "Somebody whose name is not known"
        standing = phrases.standing_words(drawn["lifecycle"])
        yield self._paper.strong(name) + (f", who {standing}" if standing else "")
        known = [f"user {printable(str(drawn['user']))}" if drawn["user"] else "never signed in"]
        yield self._paper.quiet(" · ".join([*known, f"visitor {drawn['visitor']}"]))
        yield ""
        yield from (f"  {row}" for row in aligned(list(self._facts(drawn))))

    def _facts(self, drawn: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        yield "first seen", self._when(drawn["first_seen"])
        yield "last seen", self._when(drawn["last_seen"])
        visits = counted(drawn["visits"], "visit")
        yield (
            "came",
            f"{visits}, {counted(drawn['minutes'], 'minute')} in all" if drawn["visits"] else "never to a page",
        )
        if drawn["usual_hours"]:
            yield "usually", phrases.hours(drawn["usual_hours"])
        first, last = phrases.came_by(drawn["first_touch"]), phrases.came_by(drawn["last_touch"])
        if first:
            yield "came first by", printable(first)
        if last and last != first:
            yield "lately by", printable(last)
        yield "segments", printable(", ".join(drawn["segments"]), longest=400) or "none"
        for name, asked in drawn["segments_unsure"].items():
            if name not in drawn["segments"]:
                yield "perhaps", f"{printable(name)}, which asks the request for {', '.join(asked)}"

    def _when(self, iso: str | None) -> str:
        if iso is None:
            return "not known"
        return f"{phrases.moment(iso, self._zone)}  {self._paper.quiet(phrases.ago(iso, at=self._at, zone=self._zone))}"

    def _cares(self, drawn: Mapping[str, Any]) -> list[str]:
        shares = sorted(drawn["interests"].items(), key=lambda one: -one[1])[:_SHOWN]
        width = max((len(printable(name, longest=40)) for name, _ in shares), default=0)
        rows = [
            f"{printable(name, longest=40):<{width}}  {100 * share:>3.0f} %  {'▇' * max(1, round(share * _BAR))}"
            + ("  above all" if name == drawn["dominant_interest"] else "")
            for name, share in shares
        ]
        tier = drawn["preferred_price_tier"]
        return [*rows, f"Prefers the price tier {printable(tier)}."] if tier else rows

    def _cart(self, drawn: Mapping[str, Any]) -> list[str]:
        cart = drawn["cart"]
        if cart is None:
            return []
        rows = [_line(item, cart["currency"]) for item in cart["items"]]
        changed = phrases.ago(cart["changed"], at=self._at, zone=self._zone)
        value = phrases.money(cart["value"], cart["currency"])
        return [*columns(rows, right=(1,)), f"{counted(cart['pieces'], 'piece')}, {value}, changed {changed}"]

    def _bought(self, drawn: Mapping[str, Any]) -> list[str]:
        spent = [phrases.money(amount, currency) for currency, amount in drawn["spent"].items()]
        if not drawn["orders"]:
            return []
        orders = [
            (
                phrases.day(one["at"], self._zone),
                printable(one["id"], longest=40),
                phrases.money(one["amount"], one["currency"]),
            )
            for one in drawn["latest_orders"][:_SHOWN]
        ]
        things = [
            (phrases.day(one["at"], self._zone), printable(one["product"] or "", longest=40), f"{one['quantity']} ×")
            for one in drawn["bought"][:_SHOWN]
        ]
        total = f"{counted(drawn['orders'], 'order')}, {' and '.join(spent) or 'nothing left to pay'} in all"
        return [total, *columns(orders, right=(0, 2)), *columns(things, right=(0, 2))]

    def _answers(self, drawn: Mapping[str, Any]) -> list[str]:
        channels = [
            (printable(name), f"{100 * rate:.0f} % of what was offered") for name, rate in drawn["responds_to"].items()
        ]
        blocks = [
            (printable(one["block"], longest=40), f"shown {one['shown']:,}, clicked {one['clicked']:,}")
            for one in drawn["blocks"][:_SHOWN]
        ]
        return aligned([*channels, *blocks])

    def _funnels(self, drawn: Mapping[str, Any]) -> list[str]:
        return aligned([(printable(name), funnel_words(one)) for name, one in drawn["funnels"].items()])

    def _traits(self, drawn: Mapping[str, Any]) -> list[str]:
        return aligned([(printable(name, longest=40), printable(str(one))) for name, one in drawn["traits"].items()])

    def _notes(self, drawn: Mapping[str, Any]) -> list[str]:
        rows = []
        for note in drawn["notes"]:
            by = f", {printable(note['by'], longest=40)}" if note["by"] else ""
            rows += [
                self._paper.quiet(phrases.moment(note["at"], self._zone) + by),
                f"  {printable(note['text'], longest=300)}",
            ]
        return rows

    def _events(self, drawn: Mapping[str, Any]) -> list[str]:
        """The latest, day by day."""
        events = drawn["events"][:EVENTS_SHOWN]
        rows = []
        for day, some in groupby(events, key=lambda one: phrases.day(one["at"], self._zone)):
            cells = [
                (phrases.clock(one["at"], self._zone), printable(one["event"]), printable(phrases.happened(one)))
                for one in some
            ]
            rows += [self._paper.quiet(day), *(f"  {row}" for row in columns(cells))]
        left = len(drawn["events"]) - len(events)
        return [*rows, self._paper.quiet(f"and {left:,} before")] if left > 0 else rows


def funnel_words(one: Mapping[str, Any]) -> str:
    """How far somebody came."""
    if one["through"]:
        return "through"
    return f"{one['reached']} of {len(one['steps'])}" + (f", after {one['stuck_at']}" if one["stuck_at"] else "")


def aligned(rows: Sequence[tuple[str, str]]) -> list[str]:
    """Names and what they are, in two columns."""
    width = max((len(name) for name, _ in rows), default=0)
    return [f"{name:<{width}}  {told}" for name, told in rows]


def columns(rows: Sequence[tuple[str, ...]], *, right: Sequence[int] = ()) -> list[str]:
    """Aligned cells; right: the columns that end where they are widest."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            f"{cell:>{width}}" if place in right else f"{cell:<{width}}"
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _line(item: Mapping[str, Any], currency: str) -> tuple[str, ...]:
    name = printable(item["name"] or item["product"] or "", longest=40)
    return name, f"{item['quantity']} ×", phrases.money(item["price"], currency) if item["price"] else ""
