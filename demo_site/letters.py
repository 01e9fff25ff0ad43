"""The newsletter as it arrives: a mail program in the demo, and what the shop's mail provider tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from demo_site.account import person_id
from demo_site.art import scene_drawing
from demo_site.outside import Outside, track
from demo_site.render import page

CONTENT = Path(__file__).parent / "content" / "letters.yaml"
INBOX = "/demo/letters"
TOLD = {200: "taken", 0: "nobody answered"}


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One letter of the newsletter. link: what it is about, with `address` and `title`."""

    slug: str
    sent: str
    subject: str
    scene: str
    lead: str
    body: tuple[str, ...]
    link: Mapping[str, str]

    @property
    def drawing(self) -> Markup:
        return Markup(scene_drawing(self.scene))  # noqa: S704  (our own drawing)

    @property
    def told(self) -> dict[str, str]:
        """What a mail provider says of it with each event."""
        return {
            "campaign_id": self.slug,
            "campaign_name": self.slug,
            "email_id": self.slug,
            "email_subject": self.subject,
        }

    @property
    def landing(self) -> str:
        return f"{self.link['address']}?utm_source=newsletter&utm_medium=email&utm_campaign={self.slug}"


def read_letters() -> dict[str, Letter]:
    entries: list[dict[str, Any]] = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    return {entry["slug"]: Letter(**{**entry, "body": tuple(entry["body"])}) for entry in entries}


LETTERS = read_letters()


def address_of(request: Request) -> str:
    """Where the letters go: whoever has signed in, or joined the newsletter on this device; empty for nobody."""
    person = request.session.get("person")
    return str(person["email"] if person else request.session.get("letters_to", ""))


async def inbox(request: Request) -> Response:
    """All letters; with the first look they count as delivered, once."""
    to, answers = address_of(request), []
    if to:
        status = await _tell(request, to, "Email Delivered", *LETTERS.values())
        answers.append(("Email Delivered", TOLD.get(status, str(status))))
    return _shown(request, to, None, answers)


async def letter(request: Request) -> Response:
    """One letter, which its reader opens."""
    to, chosen = address_of(request), _chosen(request)
    if not to:
        return RedirectResponse(INBOX, status_code=303)
    await _tell(request, to, "Email Delivered", *LETTERS.values())
    status = await _tell(request, to, "Email Opened", chosen)
    return _shown(request, to, chosen, [("Email Opened", TOLD.get(status, str(status)))])


async def click(request: Request) -> Response:
    """The link in a letter, over the mail provider, as all links in letters go."""
    to, chosen = address_of(request), _chosen(request)
    if to:
        await _tell(request, to, "Email Link Clicked", chosen, link_url=chosen.link["address"])
    return RedirectResponse(chosen.landing, status_code=303, headers={"cache-control": "no-store"})


async def unsubscribe(request: Request) -> Response:
    to = address_of(request)
    if to:
        await _tell(request, to, "Unsubscribed", next(iter(LETTERS.values())))
        request.session.pop("letters_to", None)
    return RedirectResponse(INBOX, status_code=303)


def _shown(request: Request, to: str, chosen: Letter | None, answers: list[tuple[str, str]]) -> Response:
    response = page(request, "letters.html", to=to, letters=list(LETTERS.values()), chosen=chosen, answers=answers)
    response.headers["referrer-policy"] = "no-referrer"  # who comes out of a mail program comes from nowhere
    response.headers["cache-control"] = "no-store"
    return response


def _chosen(request: Request) -> Letter:
    found = LETTERS.get(request.path_params["letter"])
    if found is None:
        raise HTTPException(404)
    return found


async def _tell(request: Request, to: str, event: str, *letters: Letter, **more: str) -> int:
    """The provider knows an address, so the person is named by it. Each thing has one id, however often it is told."""
    outside: Outside = request.app.state.back_room.outside
    user, at = person_id(to), request.app.state.clock()
    return await outside.tell(
        request,
        [
            track(user, event, {**one.told, **more}, at=at, id=f"{user} {one.slug} {event}".replace(" ", "-"))
            for one in letters
        ],
    )


LETTER_ROUTES = [
    Route(INBOX, inbox),
    Route(f"{INBOX}/unsubscribe", unsubscribe, methods=["POST"]),
    Route(INBOX + "/{letter}", letter),
    Route(INBOX + "/{letter}/link", click),
]
