"""From a handler's findings to a page."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from demo_site.art import scene_drawing
from demo_site.cart import Cart, read_cart
from demo_site.catalogue import Catalogue
from demo_site.play import SAID
from demo_site.telling import quick_told
from demo_site.who import found
from floorwalker.jinja import SlotExtension

HERE = Path(__file__).parent
PREVIEW_COOKIES = frozenset(["fw-preview", "__Host-fw-preview"])
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"


def environment(catalogue: Catalogue) -> jinja2.Environment:
    """The shop's templates, with what every page may use."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "pages"),
        autoescape=True,
        extensions=[SlotExtension],
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(euros=euros, found=found, quick_told=lambda product: quick_told(product).items())
    env.globals.update(
        departments=catalogue.departments.values(),
        scene=scene,
        product_art=lambda slug: catalogue.products[slug].drawing,
        static=static_address,
    )
    return env


@cache
def scene(name: str) -> Markup:
    """A drawing, as markup."""
    return Markup(scene_drawing(name))  # noqa: S704  (our own drawing)


def euros(amount: int) -> str:
    return f"€{amount:,}"


@cache
def static_address(name: str, *, folder: Path = HERE / "static") -> str:
    """The address of a static file, with its content's hash so that it may be kept for a year."""
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def cart_of(request: Request) -> Cart:
    return read_cart(request.session, catalogue_of(request))


def catalogue_of(request: Request) -> Catalogue:
    catalogue: Catalogue = request.app.state.catalogue
    return catalogue


def flash(request: Request, message: str) -> None:
    """Say something on the next page, once."""
    request.session["said"] = message


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Render `pages/<template>` with what every page shows: the departments, the cart, who is signed in."""
    shown: Mapping[str, Any] = {
        "path": request.url.path,
        "query": "",
        "cart": cart_of(request),
        "person": request.session.get("person"),
        "said": request.session.pop("said", None),
        "told": "floorwalker" in request.scope,
        "says_yes": request.headers.get(SAID) == "yes",
        "panel": "demo" in request.scope and not _is_previewed(request),
        **context,
    }
    html = request.app.state.templates.get_template(template).render(shown)
    return HTMLResponse(html, status_code=status, headers={"content-security-policy": POLICY})


def _is_previewed(request: Request) -> bool:
    """Whether an editor looks at the page as somebody made up: then the preview says who, and the panel is silent."""
    return not PREVIEW_COOKIES.isdisjoint(request.cookies)
