"""Signing in and out, the newsletter, the workshops, and the pages that only say something."""

import hashlib
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from demo_site.buying import COUNTRIES, keep_cart
from demo_site.cart import united
from demo_site.forms import Checked, check, read_form
from demo_site.render import cart_of, flash, page
from demo_site.returns import latest_order
from floorwalker import get_visitor

SIGN_IN = {"name": "Please write your name.", "email": "Please write your e-mail address."}
NEWSLETTER = {"email": "Please write the address that we should send to."}

TRAITS = {"name": "Name", "email": "E-mail", "address.city": "Town", "address.country": "Country"}


@dataclass(frozen=True, kw_only=True)
class Workshop:
    slug: str
    title: str
    when: str
    price: int
    scene: str
    about: str


WORKSHOPS = (
    Workshop(
        slug="first-light",
        title="First light at the pond",
        when="Every first Saturday, an hour before sunrise",
        price=49,
        scene="birds",
        about="We lend you a 600 mm and a gimbal, and sit still together. Breakfast at nine, pictures on the table.",
    ),
    Workshop(
        slug="stars",
        title="Stars over the old airfield",
        when="The Friday nearest to the new moon",
        price=69,
        scene="night",
        about="Focus, exposure, stacking, and tea. If it is cloudy we do it a month later, at no cost.",
    ),
    Workshop(
        slug="print",
        title="Ten prints",
        when="Every second Thursday, seven in the evening",
        price=39,
        scene="workshop",
        about="Bring thirty pictures on a card, go home with ten on paper, in an order that makes sense.",
    ),
    Workshop(
        slug="check",
        title="Bring your old camera",
        when="Thursdays, four to six",
        price=0,
        scene="bench",
        about="Free. We clean the sensor, time the shutter and tell you honestly whether it is worth more than that.",
    ),
)


async def account(request: Request) -> Response:
    visitor = await get_visitor(request)
    traits = visitor.profile.traits
    known = [(title, traits[name]) for name, title in TRAITS.items() if traits.get(name)]
    return page(request, "account.html", form=Checked({}), known=known, order=latest_order(request))


async def sign_in(request: Request) -> Response:
    """A name and an address are all it takes here; a real shop would check a password first."""
    checked = check(await read_form(request), SIGN_IN)
    if not checked.fine:
        return page(request, "account.html", status=422, form=checked, known=(), order=None)
    name, email = checked.values["name"], checked.values["email"]
    person = {"id": person_id(email), "name": name, "email": email}
    _bring_cart(request, person)
    visitor = await get_visitor(request)
    visitor.identify(person["id"], {"name": name, "email": email})
    flash(request, f"Good to see you, {name}.")
    return _to("/account")


def _bring_cart(request: Request, person: dict[str, str]) -> None:
    """What they left in the cart on another device is in this one, too."""
    kept = request.app.state.members.cart_of(person["id"])
    here = {line.product.slug: line.quantity for line in cart_of(request).lines}
    request.session["person"] = person
    keep_cart(request, united(here, kept))


async def sign_out(request: Request) -> Response:
    request.session.clear()
    visitor = await get_visitor(request)
    visitor.logout()
    flash(request, "You are signed out.")
    return _to("/")


def person_id(email: str) -> str:
    """One id per address, however it is capitalised."""
    return hashlib.sha256(email.casefold().encode()).hexdigest()[:16]


async def newsletter(request: Request) -> Response:
    return page(request, "newsletter.html", form=Checked({}))


async def join_newsletter(request: Request) -> Response:
    checked = check(await read_form(request), NEWSLETTER)
    if not checked.fine:
        return page(request, "newsletter.html", status=422, form=checked)
    visitor = await get_visitor(request)
    visitor.track("Newsletter Joined")
    person, email = request.session.get("person"), checked.values["email"]
    request.session["letters_to"] = email
    visitor.identify("", {"newsletter": True} if person else {"newsletter": True, "email": email})
    return _to("/newsletter/welcome")


async def newsletter_welcome(request: Request) -> Response:
    return page(request, "welcome.html")


async def workshops(request: Request) -> Response:
    return page(request, "workshops.html", workshops=WORKSHOPS)


async def book_workshop(request: Request) -> Response:
    form = await read_form(request)
    workshop = next((each for each in WORKSHOPS if each.slug == form.get("workshop")), None)
    if workshop is None:
        raise HTTPException(400)
    visitor = await get_visitor(request)
    visitor.track("Workshop Booked", {"workshop": workshop.slug, "price": workshop.price})
    flash(request, f"A chair is yours: {workshop.title}. {workshop.when}.")
    return _to("/workshops")


async def delivery(request: Request) -> Response:
    return page(request, "delivery.html", countries=COUNTRIES)


async def about(request: Request) -> Response:
    return page(request, "about.html")


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=303)
