"""A site whose handlers do what a request's header says, and what the store holds of those who came."""

from typing import Any

from floorwalker import Store, get_visitor
from floorwalker.core.events import PAGE_VIEWED
from floorwalker.core.memory.profile import Profile
from tests.asgi.browser import Answer, App, Browser, page_app
from tests.asgi.conftest import PAGE


async def obedient(scope: Any, receive: Any, send: Any) -> None:
    """Does what `x-do` says, in order, answers with a page (or as `x-as` says), then does what `x-do-after` says."""
    said = dict(scope["headers"])
    before, after = (said.get(name, b"").decode().split() for name in (b"x-do", b"x-do-after"))
    for one in before:
        act(await get_visitor(scope), one)
    await ANSWERS[said.get(b"x-as", b"page")](scope, receive, send)
    for one in after:
        act(await get_visitor(scope), one)


ANSWERS: dict[bytes, App] = {
    b"page": page_app(PAGE),
    b"redirect": page_app(b"", status=303, headers=[(b"location", b"/")]),
    b"data": page_app(b"{}", content_type=b"application/json"),
    b"public": page_app(b"<p>", headers=[(b"cache-control", b"public, max-age=60")]),
}


def act(visitor: Any, what: str) -> None:
    """`login:USER`, `logout`, or the name of what happened, with `_` for a space."""
    verb, _, value = what.partition(":")
    if verb == "login":
        visitor.identify(value, {"name": value})
    elif verb == "logout":
        visitor.logout()
    else:
        visitor.track(what.replace("_", " "))


async def do(
    browser: Browser, *what: str, path: str = "/", after: str = "", as_: bytes = b"page", method: str = "GET"
) -> Answer:
    """One request whose handler does this."""
    headers = {b"x-do": " ".join(what).encode(), b"x-do-after": after.encode(), b"x-as": as_}
    return await browser.ask(method, path, headers={name: value for name, value in headers.items() if value})


def named(cookie: bytes | None) -> str:
    """Whom a cookie names."""
    assert cookie is not None
    return cookie.split(b"=", 1)[1].split(b".")[0].decode()


async def profile_of(store: Store, visitor: str) -> Profile | None:
    """What is remembered of somebody, wherever it went."""
    return (await store.load(visitor)).profile


async def person(store: Store, user: str) -> Profile:
    """What is remembered of a person."""
    found = await profile_of(store, await store.person(user))
    assert found is not None
    return found


def happened(profile: Profile | None) -> list[str]:
    """The names of the events that are remembered, in order; page views aside."""
    return [past.name for past in profile.recents.past() if past.name != PAGE_VIEWED] if profile is not None else []


def views(profile: Profile | None) -> int:
    """How many page views are remembered."""
    return sum(past.name == PAGE_VIEWED for past in profile.recents.past()) if profile is not None else 0
