"""The shop as an ASGI app, plain (`create_app`) or under floorwalker (`create_demo`)."""

import os
import secrets
import shlex
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Lifespan

from demo_site import account, browsing, buying, returns
from demo_site.behind import BackRoom
from demo_site.catalogue import Catalogue
from demo_site.desk import DESK_ROUTES, Desk
from demo_site.keys import KEY_FILE, session_key
from demo_site.letters import INBOX
from demo_site.members import Members
from demo_site.nightwatch import Nightwatch
from demo_site.outside import Outside, Post, write_key_of
from demo_site.play import ROLES, SAID
from demo_site.render import HERE, environment, page
from demo_site.stage import Stage, demo_clock
from floorwalker import PersonalizationMiddleware
from floorwalker.console.passwords import SALT_BYTES, hashed

PATIENCE_MS = 500  # a laptop that has just woken up must not make the demo look broken
A_MONTH = 30 * 24 * 60 * 60
MISTAKES = {
    400: "That form did not come from this shop. Please go back and try again.",
    404: "There is no such shelf. Perhaps it was moved, perhaps it was sold.",
    405: "This address is for reading only.",
    413: "That was more than the form has room for.",
}


ADDRESSES = (
    ("/", "the shop, as anybody sees it"),
    *((f"/?play={name}", role.says) for name, role in ROLES.items() if role.landing == "/" or role.anew),
)


def create_app(
    *, secret_key: str | None = None, more_routes: Sequence[Route] = (), lifespan: Lifespan[Starlette] | None = None
) -> Starlette:
    """The shop without any personalization; the key (by default from the environment or `var/`) signs its session."""
    catalogue = Catalogue.load()
    session = Middleware(
        SessionMiddleware,
        secret_key=secret_key or session_key(),
        session_cookie="shop",
        max_age=A_MONTH,
        same_site="lax",
    )
    app = Starlette(
        routes=[*more_routes, *routes()],
        middleware=[session],
        exception_handlers={HTTPException: mistake},
        lifespan=lifespan,
    )
    app.state.catalogue = catalogue
    app.state.members = Members()
    app.state.templates = environment(catalogue)
    app.state.new_order_number = lambda: f"KB-{secrets.randbelow(900_000) + 100_000}"
    return app


def create_demo(
    *,
    store: str | None = None,
    now: Callable[[], float] = time.time,
    rules: str | Path = "rules",
    templates: str | Path = "templates",
    operator: tuple[str, str] | None = None,
    post: Post | None = None,
    random: Callable[[int], bytes] = secrets.token_bytes,
    quiet: bool = False,
) -> ASGIApp:
    """The shop under floorwalker, with the panel and the means to play any visitor.

    store: its address; without one FLOORWALKER_STORE, else the embedded one in `var/` beside the rules, where the key
    lies too, so that each folder of rules has visitors and a history of its own. now: seconds since 1970. operator:
    name and password of somebody who may look visitors up. post: how the shop's mail provider and cash desk reach it.
    random: n random bytes, for visitors' ids. quiet: nobody looks at the panel, and no relay runs inside.
    """
    home = Path(rules).parent
    key = session_key(path=home / KEY_FILE)
    address = store or os.environ.get("FLOORWALKER_STORE", f"embedded:{home / 'var' / 'floorwalker'}")
    clock = demo_clock(now)
    nightwatch = Nightwatch(store=address, rules=Path(rules), templates=Path(templates), secret_key=key, clock=now)
    shop = create_app(secret_key=key, more_routes=DESK_ROUTES, lifespan=None if quiet else nightwatch.watching)
    shop.state.clock = clock
    shop.state.back_room = BackRoom(
        outside=Outside(write_key_of(key), post=post),
        nightwatch=nightwatch,
        options=_options(address, rules, templates),
    )
    wrapped = PersonalizationMiddleware(
        shop if quiet else Desk(shop, secret_key=key, clock=clock),
        store=address,
        rules=rules,
        templates=templates,
        secret_key=key,
        clock=clock,
        random=random,
        geo_headers="cloudflare",
        exclude=["/static/**", "/art/**", f"{INBOX}/**"],
        budget_ms=PATIENCE_MS,
        script="mark",
        write_keys=[write_key_of(key)],
        consent={"EEA": "opt-in"},
        consent_from=f"header:{SAID}",
        me_name="Korn & Blende",
        **_operators(operator),
    )
    return Stage(wrapped, clock=now, travels=nightwatch.travel)


def operator_login() -> tuple[str, str] | None:
    """Who may look visitors up in the demo: Anna, by the password in FLOORWALKER_DEMO_PASSWORD or a new one.

    None where FLOORWALKER_OPERATORS says who may.
    """
    if os.environ.get("FLOORWALKER_OPERATORS"):
        return None
    return "anna", os.environ.get("FLOORWALKER_DEMO_PASSWORD") or secrets.token_urlsafe(12)


def _operators(operator: tuple[str, str] | None) -> dict[str, Any]:
    if operator is None:
        return {}
    name, password = operator
    return {"operators": {name: hashed(password, salt=secrets.token_bytes(SALT_BYTES))}}


def _options(store: str, rules: str | Path, templates: str | Path) -> str:
    """What commands need besides, to find this demo's store and rules from where it was started."""
    options = "" if store == "embedded:var/floorwalker" else f" --store {shlex.quote(store)}"
    if Path(rules) != Path("rules"):
        options += f" --rules {shlex.quote(str(rules))}"
    if Path(templates) != Path(rules).parent / "templates":
        options += f" --templates {shlex.quote(str(templates))}"
    return options


def routes() -> list[Route | Mount]:
    return [
        Mount("/static", StaticFiles(directory=HERE / "static")),
        Route("/", browsing.home),
        Route("/art/{name}.svg", browsing.drawing),
        Route("/search", browsing.search),
        Route("/learn", browsing.guides),
        Route("/learn/{guide}", browsing.guide),
        Route("/cart", buying.cart),
        Route("/cart/add", buying.add, methods=["POST"]),
        Route("/cart/quick", buying.quick, methods=["POST"]),
        Route("/cart/update", buying.update, methods=["POST"]),
        Route("/cart/coupon", buying.coupon, methods=["POST"]),
        Route("/checkout", buying.checkout),
        Route("/checkout", buying.order, methods=["POST"]),
        Route("/order/thanks", buying.thanks),
        Route("/returns", returns.returns),
        Route("/returns", returns.send_back, methods=["POST"]),
        Route("/account", account.account),
        Route("/account/sign-in", account.sign_in, methods=["POST"]),
        Route("/account/sign-out", account.sign_out, methods=["POST"]),
        Route("/newsletter", account.newsletter),
        Route("/newsletter", account.join_newsletter, methods=["POST"]),
        Route("/newsletter/welcome", account.newsletter_welcome),
        Route("/workshops", account.workshops),
        Route("/workshops", account.book_workshop, methods=["POST"]),
        Route("/delivery", account.delivery),
        Route("/about", account.about),
        Route("/{department}", browsing.department),
        Route("/{department}/{product}", browsing.part),
        Route("/{department}/{part}/{product}", browsing.product),
    ]


async def mistake(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    message = MISTAKES.get(status, "Something is not right with that address.")
    return page(request, "mistake.html", status=status, code=status, message=message)
