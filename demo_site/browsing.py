"""Looking around: the home page, departments, products, guides and the search."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from demo_site.art import product_drawing, scene_drawing, standalone
from demo_site.art.drawings import SCENES
from demo_site.catalogue import Department
from demo_site.render import catalogue_of, page
from demo_site.telling import CURRENCY, product_told
from floorwalker import get_visitor

LONGEST_QUERY = 120
A_WEEK = {"cache-control": "public, max-age=604800"}


async def home(request: Request) -> Response:
    catalogue = catalogue_of(request)
    return page(
        request,
        "home.html",
        fresh=catalogue.fresh(),
        clearance=catalogue.shelf("clearance")[:3],
        guides=catalogue.named_guides("birds", "night-sky", "second-hand"),
        chosen=catalogue.named(("35mm-f1-8", "stork-light", "trailhead-22", "polariser")),
    )


async def department(request: Request) -> Response:
    here = _department(request)
    visitor = await get_visitor(request)
    visitor.page(category=here.slug)
    shelf = catalogue_of(request).shelf(here.slug)
    return page(request, "department.html", department=here, part=None, shelf=shelf)


async def part(request: Request) -> Response:
    """A shelf of a department, such as /lenses/wide; anything else at such an address is a product."""
    here = _department(request)
    shelf_of = here.part(request.path_params["product"])
    if shelf_of is None:
        return await product(request)
    visitor = await get_visitor(request)
    visitor.page(category=here.slug)
    shelf = catalogue_of(request).shelf(here.slug, shelf_of.slug)
    return page(request, "department.html", department=here, part=shelf_of, shelf=shelf)


async def product(request: Request) -> Response:
    catalogue = catalogue_of(request)
    here = _department(request)
    found = catalogue.products.get(request.path_params["product"])
    if found is None or found.department != here.slug:
        raise HTTPException(404)
    if found.path != request.url.path:
        return RedirectResponse(found.path, status_code=301)
    visitor = await get_visitor(request)
    visitor.page(category=found.department, product=found.slug, price=found.price, brand=found.brand)
    visitor.track("Product Viewed", {**product_told(found), "currency": CURRENCY})
    guides = [guide for guide in catalogue.guides.values() if found.slug in guide.products]
    return page(
        request,
        "product.html",
        product=found,
        department=here,
        part=here.part(found.part or ""),
        beside=catalogue.beside(found),
        guides=guides,
    )


async def guides(request: Request) -> Response:
    return page(request, "guides.html", guides=list(catalogue_of(request).guides.values()))


async def guide(request: Request) -> Response:
    catalogue = catalogue_of(request)
    found = catalogue.guides.get(request.path_params["guide"])
    if found is None:
        raise HTTPException(404)
    more = [other for other in catalogue.guides.values() if other is not found][:3]
    return page(request, "guide.html", guide=found, products=catalogue.named(found.products), more=more)


async def search(request: Request) -> Response:
    query = request.query_params.get("q", "").strip()[:LONGEST_QUERY]
    found = catalogue_of(request).search(query)
    if query:
        visitor = await get_visitor(request)
        visitor.track("Products Searched", {"query": query, "results": len(found)})
    chosen = catalogue_of(request).fresh()
    return page(request, "search.html", query=query, found=found, chosen=chosen)


async def drawing(request: Request) -> Response:
    """A scene or a product's drawing as a picture of its own, for blocks that editors write."""
    name = request.path_params["name"]
    catalogue = catalogue_of(request)
    if name in SCENES:
        svg = scene_drawing(name)
    elif name in catalogue.products:
        product = catalogue.products[name]
        svg = product_drawing({**product.art, "plate": product.brand})
    else:
        raise HTTPException(404)
    return Response(standalone(svg), media_type="image/svg+xml", headers=A_WEEK)


def _department(request: Request) -> Department:
    found = catalogue_of(request).departments.get(request.path_params["department"])
    if found is None:
        raise HTTPException(404)
    return found
