"""Behind the counter, in the demo: an agent's note, a purchase in the shop's own rooms, and the same as commands."""

import csv
import io
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from demo_site.catalogue import Catalogue, Product
from demo_site.forms import read_form
from demo_site.happened import when
from demo_site.letters import INBOX, address_of
from demo_site.nightwatch import Nightwatch
from demo_site.outside import Outside, track
from demo_site.play import DAY
from demo_site.render import catalogue_of, flash
from demo_site.telling import CURRENCY, product_told
from floorwalker import get_visitor

AGENT = "Anna"
NOTE = "asked about a trade-in, wants a 600 mm"
LONGEST_NOTE = 140
COUNTER = ("bittern-gimbal", "estuary-38", "field-30", "600mm-f4")
AGO_S = 20 * DAY
COLUMNS = (
    "user",
    "order_id",
    "at",
    "product_id",
    "name",
    "category",
    "brand",
    "price",
    "quantity",
    "total",
    "currency",
)


@dataclass(frozen=True, kw_only=True)
class Command:
    """One to type in another terminal. does: what it does."""

    does: str
    line: str


@dataclass(frozen=True, kw_only=True)
class Behind:
    """What the panel offers behind the counter. letters: where the letters are, empty where nobody knows an address;
    signed_in: whether the shop knows who it is; told: what webhooks told, the latest first."""

    letters: str
    signed_in: bool
    note: str
    counter: Sequence[Product]
    told: Sequence[tuple[str, str]]
    lookup: str
    commands: Sequence[Command]


@dataclass(frozen=True, kw_only=True)
class BackRoom:
    """What the shop has behind its counter. options: with which every command finds the store and the rules."""

    outside: Outside
    nightwatch: Nightwatch
    options: str = ""

    def seen_by(self, request: Request, visitor: str, *, now: float, zone: tzinfo) -> Behind:
        """visitor: their id, empty where they have none; now: seconds since 1970; zone: in which their clock goes."""
        person = request.session.get("person")
        told = [
            (when(datetime.fromtimestamp(one.at, UTC).isoformat(), now=now, zone=zone), one.segment, one.entered)
            for one in self.nightwatch.told(visitor)
        ]
        return Behind(
            letters=INBOX if address_of(request) else "",
            signed_in=bool(person),
            note=NOTE,
            counter=catalogue_of(request).named(COUNTER),
            told=[(at, f"{'came into' if entered else 'left'} {segment}") for at, segment, entered in told],
            lookup=f"/_floorwalker/console/visitor/{visitor}" if visitor else "/_floorwalker/console/",
            commands=self._commands(visitor),
        )

    def _commands(self, visitor: str) -> Sequence[Command]:
        whom = f"--visitor {visitor or 'ID'}{self.options}"
        return (
            Command(does="All that is known", line=f"floorwalker visitor show {whom}"),
            Command(does="A note", line=f"floorwalker visitor note {whom} --by {AGENT} {shlex.quote(NOTE)}"),
            Command(does="A file of the counter", line=f"floorwalker visitor import counter.csv{self.options}"),
            Command(does="2,000 made-up shoppers", line=f"python -m demo_site.crowd{self.options}"),
            Command(does="What it all earned", line=f"floorwalker report{self.options} --html report.html"),
        )


async def note(request: Request) -> Response:
    """What an agent writes down. In a shop with customers this is behind a login, or the command alone."""
    text = (await read_form(request)).get("text", "")[:LONGEST_NOTE]
    if not text:
        raise HTTPException(400)
    visitor = await get_visitor(request)
    visitor.track("Note Taken", {"text": text, "by": AGENT})
    return _done(request, "It is in the notes.")


async def counter(request: Request) -> Response:
    """A purchase at the cash desk, three weeks ago, told by the desk as any client would."""
    person, product = request.session.get("person"), _product(request, (await read_form(request)).get("product", ""))
    if not person or product is None:
        raise HTTPException(400)
    at, number = request.app.state.clock() - AGO_S, _number(person["id"], product)
    told = {
        "order_id": number,
        "revenue": product.price,
        "total": product.price,
        "currency": CURRENCY,
        "affiliation": "counter",
        "products": [product_told(product, 1)],
    }
    room: BackRoom = request.app.state.back_room
    status = await room.outside.tell(request, [track(person["id"], "Order Completed", told, at=at, id=number)])
    return _done(
        request, "The counter has told it." if status == 200 else f"It was not taken: {status or 'no answer'}."
    )


async def counter_file(request: Request) -> Response:
    """The same purchases as a file for `floorwalker visitor import`."""
    person = request.session.get("person")
    if not person:
        raise HTTPException(400)
    at = datetime.fromtimestamp(request.app.state.clock() - AGO_S, UTC).isoformat(timespec="seconds")
    text = counter_csv(catalogue_of(request), person["id"], at=at)
    named = {"content-disposition": 'attachment; filename="counter.csv"', "cache-control": "no-store"}
    return Response(text, media_type="text/csv", headers=named)


def counter_csv(catalogue: Catalogue, person: str, *, at: str) -> str:
    """What the cash desk would write of the first thing on its list. at: ISO 8601."""
    (product,) = catalogue.named(COUNTER[:1])
    row: dict[str, Any] = {name: value for name, value in product_told(product, 1).items() if name in COLUMNS}
    row |= {"user": person, "order_id": _number(person, product), "at": at}
    row |= {"total": product.price, "currency": CURRENCY}
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerow(row)
    return written.getvalue()


def _number(person: str, product: Product) -> str:
    """The same for the same purchase, whoever tells it, so that it counts once."""
    return f"C-{person[:6]}-{product.slug}"


def _product(request: Request, slug: str) -> Product | None:
    return catalogue_of(request).products.get(slug) if slug in COUNTER else None


def _done(request: Request, said: str) -> Response:
    if "application/json" in request.headers.get("accept", ""):
        return Response(status_code=204)
    flash(request, said)
    return RedirectResponse("/demo/who", status_code=303)


BEHIND_ROUTES = [
    Route("/demo/note", note, methods=["POST"]),
    Route("/demo/counter", counter, methods=["POST"]),
    Route("/demo/counter.csv", counter_file),
]
