"""One uvicorn worker on one core, serving one variant of the app: what the load generator talks to."""

import argparse
import gc
import os

import uvicorn

from benchmarks.site.pages import App, Receive, Scope, Send, app

SECRET = "a key for benchmarks, used nowhere else, long enough"
VARIANTS = ("plain", "control", "floorwalker", "no-op", "session", "base-http")


def no_op(inner: App) -> App:
    """What any middleware costs at the least."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        await inner(scope, receive, send)

    return call


def wrapped(variant: str, *, rules: str, templates: str, store: str) -> App:
    """The app as one variant has it."""
    inner = app()
    match variant:
        case "plain" | "control":
            return inner
        case "no-op":
            return no_op(inner)
        case "session":
            return _with_session(inner)
        case "base-http":
            return _with_base_http(inner)
        case "floorwalker":
            from floorwalker import PersonalizationMiddleware

            return PersonalizationMiddleware(
                inner, rules=rules, templates=templates, store=store, secret_key=[SECRET], budget_ms=1000
            )
        case _:
            raise SystemExit(f"no variant {variant}; there are {', '.join(VARIANTS)}")


def _with_session(inner: App) -> App:
    """Starlette's SessionMiddleware over an app that reads and writes its session, as any use of it does."""
    from starlette.middleware.sessions import SessionMiddleware

    async def touch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["session"]["seen"] = scope["session"].get("seen", 0) + 1
        await inner(scope, receive, send)

    return SessionMiddleware(touch, secret_key=SECRET)


def _with_base_http(inner: App) -> App:
    """Starlette's BaseHTTPMiddleware, doing nothing."""
    from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
    from starlette.requests import Request
    from starlette.responses import Response

    async def pass_on(asked: Request, call_next: RequestResponseEndpoint) -> Response:
        return await call_next(asked)

    return BaseHTTPMiddleware(inner, dispatch=pass_on)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variant", choices=VARIANTS, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--cpu", type=int, default=-1)
    parser.add_argument("--rules", default="")
    parser.add_argument("--templates", default="")
    parser.add_argument("--store", default="")
    parser.add_argument("--frozen", action="store_true", help="as docs/owners.md advises: gc.freeze, higher thresholds")
    options = parser.parse_args()
    if options.cpu >= 0:
        os.sched_setaffinity(0, {options.cpu})
    application = wrapped(options.variant, rules=options.rules, templates=options.templates, store=options.store)
    if options.frozen:
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
    uvicorn.run(application, port=options.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
