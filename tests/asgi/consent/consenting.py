"""Visitors who are asked: a browser that keeps every cookie, a site that asks, and what the store holds of them."""

from dataclasses import dataclass, field
from typing import Any

from floorwalker import Store, get_visitor
from floorwalker.core.memory.profile import Profile
from tests.asgi.browser import Answer, Browser, page_app
from tests.asgi.people import ANSWERS, act, named

RULES = """
pages:
  - {path: /, type: home}
  - {path: "/{category}", type: category}
topics:
  birds: {pages: [/birds]}
segments:
  tripod-seeker: {when: {searched: tripod}}
  browsing: {when: {viewed: {at_least: 2}}}
  buyer: {when: {did: Product Added}, watch: yes}
slots:
  hero:
    show:
      - {to: buyer, name: bought, html: "<b>Thanks</b>"}
      - {to: tripod-seeker, name: tripods, html: "<b>Tripods</b>"}
      - {to: browsing, name: more, html: "<b>More</b>"}
  consent:
    show:
      - {when: {consent: undecided}, name: question, html: "<form>May we?</form>"}
      - {when: {consent: personalization}, name: answer, html: "<i>Yes</i>"}
  tried:
    control: 100 %
    goal: order
    show: [{name: trial, html: "<u>Trial</u>"}]
goals:
  order: {did: Order Completed}
"""
PAGE = (
    b"<body><!--slot:hero-->hero<!--/slot:hero--><!--slot:consent-->-<!--/slot:consent-->"
    b"<!--slot:tried-->tried<!--/slot:tried--></body>"
)
CONSENT = b"__Host-fw-consent"
VISITOR = b"__Host-fw"
SAME = {b"sec-fetch-site": b"same-origin", b"sec-fetch-dest": b"empty"}
FORM = {**SAME, b"content-type": b"application/x-www-form-urlencoded"}
GPC = {b"sec-gpc": b"1"}


ALL_ANSWERS = {**ANSWERS, b"page": page_app(PAGE)}


async def shop(scope: Any, receive: Any, send: Any) -> None:
    """Does what `x-do` says, or `x-do-after` once it has answered: as `people.obedient`, with the page above.

    `allow:A+B` and `refuse` say what the visitor chose.
    """
    said = dict(scope["headers"])
    for one in said.get(b"x-do", b"").decode().split():
        await _do(scope, one)
    await ALL_ANSWERS[said.get(b"x-as", b"page")](scope, receive, send)
    for one in said.get(b"x-do-after", b"").decode().split():
        await _do(scope, one)


async def _do(scope: Any, what: str) -> None:
    visitor, (verb, _, value) = await get_visitor(scope), what.partition(":")
    if verb == "allow":
        visitor.consent(value.split("+"))
    elif verb == "refuse":
        visitor.refuse()
    else:
        act(visitor, what)


@dataclass
class Jar(Browser):
    """A browser with all its cookies."""

    cookies: dict[bytes, bytes] = field(default_factory=dict)

    async def ask(self, method: str, path: str, **options: Any) -> Answer:
        self.cookie = b"; ".join(name + b"=" + value for name, value in self.cookies.items()) or None
        answer = await super().ask(method, path, **options)
        self.keep(answer)
        return answer

    def keep(self, answer: Answer) -> None:
        """Take the cookies that came."""
        for cookie in answer.all(b"set-cookie"):
            pair, *attributes = cookie.split(b";")
            name, _, value = pair.partition(b"=")
            if b" Max-Age=0" in attributes:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value

    async def answer(self, body: bytes = b"all=yes", **headers: bytes) -> Answer:
        """Send the form."""
        return await self.post("/_floorwalker/me/consent", headers={**FORM, **headers}, body=body)

    @property
    def visitor(self) -> str:
        """Whom the visitor cookie names."""
        return named(VISITOR + b"=" + self.cookies[VISITOR])

    @property
    def allows(self) -> bytes:
        """What the cookie of the choice allows."""
        return self.cookies[CONSENT].split(b".")[2]


async def profile_of(store: Store, jar: Jar) -> Profile | None:
    """What is remembered of whom the browser's cookie names."""
    return (await store.load(jar.visitor)).profile


async def streamed(store: Store) -> list[str]:
    """What the streams hold, by name."""
    return [entry.event.name async for entry in store.events()]
