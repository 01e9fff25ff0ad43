"""A worker of a shop that does everything at once. Arguments: its socket's descriptor, the rules' folder, the store."""

import socket
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from floorwalker import PersonalizationMiddleware, get_visitor

SECRET_KEY, PUBLIC_KEY = "wk_secret", "pk_public"
RULES = """
site: {currency: EUR}
pages:
  - {path: "/p/{product}", type: product}
segments:
  buyers: {watch: yes, when: {orders: {at_least: 1}}}
  regulars: {watch: yes, when: {orders: {at_least: 3}}}
goals:
  order: {did: Order Completed, value: revenue, within: 7 days}
slots:
  hero: {goal: order, control: 50 %, show: [{name: spring, text: Spring}]}
"""


async def page(request: Request) -> Response:
    return HTMLResponse("<body><!--slot:hero-->default<!--/slot:hero--></body>")


async def login(request: Request) -> Response:
    user = request.path_params["user"]
    (await get_visitor(request)).identify(user, {"email": f"{user}@shop.example", "club": True})
    return JSONResponse({})


async def order(request: Request) -> Response:
    id, revenue = request.path_params["id"], request.path_params["revenue"]
    products = [{"product_id": f"p-{id}", "price": revenue}]
    told = {"order_id": id, "revenue": revenue, "products": products}
    (await get_visitor(request)).track("Order Completed", told)
    return JSONResponse({})


def main(descriptor: int, rules: Path, store: str) -> None:
    routes = [
        Route("/login/{user}", login, methods=["POST"]),
        Route("/order/{id}/{revenue:int}", order, methods=["POST"]),
        Route("/{rest:path}", page),
    ]
    app = PersonalizationMiddleware(
        Starlette(routes=routes),
        rules=rules,
        store=store,
        secret_key="k" * 40,
        write_keys=[SECRET_KEY],
        public_keys=[PUBLIC_KEY],
        budget_ms=8000,
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
    server.run(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
