"""A customer's past, lived through the same doors: requests to the app in this process, days ago by its clock."""

from contextvars import ContextVar
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Scope

HOUR = 3600
DAY = 24 * HOUR
ADDRESS = {
    "name": "Ada Lindqvist",
    "email": "ada@example.org",
    "street": "Lange Str. 1",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
}
# seconds ago, path, and the form where there is one
PAST: tuple[tuple[int, str, dict[str, str] | None], ...] = (
    (15 * DAY, "/learn/birds", None),
    (15 * DAY - 200, "/lenses/super-tele", None),
    (15 * DAY - 400, "/lenses/super-tele/200-600mm", None),
    (12 * DAY, "/", None),
    (12 * DAY - 60, "/lenses/super-tele/150-600mm", None),
    (12 * DAY - 200, "/cart/add", {"product": "150-600mm", "quantity": "1"}),
    (12 * DAY - 300, "/account/sign-in", {"name": ADDRESS["name"], "email": ADDRESS["email"]}),
    (12 * DAY - 400, "/checkout", None),
    (12 * DAY - 500, "/checkout", ADDRESS),
    (12 * DAY - 510, "/order/thanks", None),
)


async def rehearse(app: ASGIApp, scope: Scope, *, shift: ContextVar[float], ahead: float) -> list[str]:
    """Live through the past as a new visitor with this request's browser; the Set-Cookie lines that it ends with."""
    jar: SimpleCookie = SimpleCookie()
    for ago, path, form in PAST:
        token = shift.set(ahead - ago)
        try:
            await _ask(app, scope, path, form, jar)
        finally:
            shift.reset(token)
    return [morsel.OutputString() for morsel in jar.values()]


async def _ask(app: ASGIApp, scope: Scope, path: str, form: dict[str, str] | None, jar: SimpleCookie) -> None:
    body = urlencode(form or {}).encode()
    asked = {
        **scope,
        "method": "GET" if form is None else "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name, value) for name, value in scope["headers"] if name not in (b"cookie", b"referer")],
    }
    headers = MutableHeaders(scope=asked)
    if jar:
        headers["cookie"] = "; ".join(f"{name}={morsel.coded_value}" for name, morsel in jar.items())
    if form is not None:
        headers["content-type"] = "application/x-www-form-urlencoded"
        headers["content-length"] = str(len(body))

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            for name, value in message["headers"]:
                if name.lower() == b"set-cookie":
                    jar.load(value.decode("latin-1"))

    await app(asked, receive, send)
