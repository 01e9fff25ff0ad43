"""Whatever of ours fails on a page's path, the app's own status and bytes go out. The places are found by looking."""

import asyncio
import gzip
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FrameType, ModuleType
from typing import Any

import pytest

from floorwalker import get_visitor
from tests.asgi.browser import SEARCH, Answer, Browser, page_app
from tests.asgi.conftest import PAGE, Wrap
from tests.asgi.test_first_page import FILLED

SELECTED = b"<html><body><div id=banner>plain</div></body></html>"
GREETED = b"<html><body><div id=banner><u>Hello</u></div></body></html>"
JSON = b'{"a": 1}'

# They only pass messages on, and catch what they call: where they themselves could not be run, there is no middleware.
OUTERMOST = frozenset({
    "PersonalizationMiddleware.__call__", "Responder.run", "Responder.on_message", "Responder._before_start",
    "Responder._before_body", "Responder._in_body", "Responder._take_part", "Bystander.__call__", "Bystander._send",
    "Responder._let_out", "Responder.end", "Responder._opened", "Responder._settled", "Responder._changed",
    "Responder._finish", "PageBody.can_be_left", "PageBody.release", "SlotRewriter.feed", "SlotRewriter._scanned",
    "SlotRewriter._weave_pieces", "SelectorMarks.feed", "SelectorMarks.release", "SelectorMarks._taken_back",
    "Bystander._on_message", "Bystander._taking_part", "Bystander._ended", "Visitor.__init__",
})  # fmt: skip

LONGEST_S = 5.0

Ask = Callable[[Browser], Any]


async def everything(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
    """A site that answers in every way there is."""
    path = scope["path"]
    if path in ("/cart", "/api", "/login"):
        await said(scope)
    match path:
        case "/streamed":
            app = page_app([PAGE[:30], PAGE[30:60], PAGE[60:]])
        case "/zipped":
            app = page_app(gzip.compress(PAGE), headers=[(b"content-encoding", b"gzip")])
        case "/selected":
            app = page_app(SELECTED)
        case "/cart" | "/login":
            app = page_app(b"", status=303, headers=[(b"location", b"/")])
        case "/api":
            app = page_app(JSON, content_type=b"application/json")
        case _:
            app = page_app(PAGE)
    await app(scope, receive, send)


async def said(scope: Mapping[str, Any]) -> None:
    """What a handler tells; where that is not possible, it goes on as any handler would after an exception of ours."""
    visitor = await get_visitor(scope)
    visitor.page(type="cart")
    visitor.track("Product Added", {"price": 5})
    visitor.attributes(stock=0)
    if scope["path"] == "/login":
        visitor.identify("ada", {"plan": "pro"})


FRAGMENT = {b"sec-fetch-dest": b"empty", b"hx-request": b"true"}
SEARCHED = {b"referer": SEARCH}
KINDS: dict[str, tuple[Ask, int, tuple[bytes, ...]]] = {
    "page": (lambda browser: browser.get("/", headers=SEARCHED), 200, (PAGE, FILLED)),
    "streamed": (lambda browser: browser.get("/streamed", headers=SEARCHED), 200, (PAGE, FILLED)),
    "zipped": (
        lambda browser: browser.get("/zipped", headers=SEARCHED | {b"accept-encoding": b"gzip"}),
        200,
        (PAGE, FILLED),
    ),
    "selected": (lambda browser: browser.get("/selected"), 200, (SELECTED, GREETED)),
    "post": (lambda browser: browser.post("/cart"), 303, (b"",)),
    "login": (lambda browser: browser.post("/login"), 303, (b"",)),
    "json": (lambda browser: browser.get("/api"), 200, (JSON,)),
    "fragment": (lambda browser: browser.get("/", headers=FRAGMENT), 200, (PAGE, FILLED)),
    "head": (lambda browser: browser.ask("HEAD", "/"), 200, (PAGE, FILLED)),
}


OTHERS = [("page", MemoryError), ("page", RecursionError)]


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL", "floorwalker")


@pytest.mark.parametrize(("kind", "error"), [*[(kind, RuntimeError) for kind in KINDS], *OTHERS])
async def test_wherever_it_fails_the_apps_answer_goes_out(
    wrap: Wrap, quiet: None, kind: str, error: type[Exception]
) -> None:
    ask, status, bodies = KINDS[kind]
    site = wrap(everything, reload_s=0, budget_ms=5)
    keeper = site._keepers.announced()
    known = Browser(site)
    await known.get("/")
    places = await places_on_the_way(ask, known)
    assert len(places) > 60
    wrong = []
    for place in places:
        with failing(place, error):
            answer = await outcome(ask, Browser(site, cookie=known.cookie))
        if not isinstance(answer, Answer) or (answer.status, plain(answer) in bodies) != (status, True):
            wrong.append(f"{place}: {answer!r:.200}")
    await keeper.population.close()
    await keeper.store.close()
    assert not wrong, "\n".join(wrong)


async def outcome(ask: Ask, browser: Browser) -> Answer | Exception:
    try:
        async with asyncio.timeout(LONGEST_S):  # what hangs is found
            answer: Answer = await ask(browser)
    except Exception as failure:
        return failure
    return answer


def plain(answer: Answer) -> bytes:
    return gzip.decompress(answer.body) if answer.body[:2] == b"\x1f\x8b" else answer.body


class Place:
    """A function of ours, wherever it is known by a name."""

    def __init__(self, name: str, owners: list[tuple[Any, str]], kept: Any) -> None:
        self.name = name
        self.owners = owners
        self.kept = kept

    def __str__(self) -> str:
        return self.name

    def replaced(self, error: type[Exception]) -> Any:
        """What stands in its place."""

        def fail(*_: Any, **__: Any) -> Any:
            raise error("on purpose")

        async def fail_later(*_: Any, **__: Any) -> Any:
            raise error("on purpose")

        function = self.kept
        if isinstance(function, property):
            return property(fail)
        broken = fail_later if inspect.iscoroutinefunction(getattr(function, "__func__", function)) else fail
        return type(function)(broken) if isinstance(function, (staticmethod, classmethod)) else broken


class failing:
    """Within it, that place fails."""

    def __init__(self, place: Place, error: type[Exception]) -> None:
        self.place = place
        self.error = error

    def __enter__(self) -> None:
        for owner, name in self.place.owners:
            setattr(owner, name, self.place.replaced(self.error))

    def __exit__(self, *_: object) -> None:
        for owner, name in self.place.owners:
            setattr(owner, name, self.place.kept)


async def places_on_the_way(ask: Ask, known: Browser) -> list[Place]:
    """Every function of ours that such a request runs through, of a new visitor and of one who is known."""
    seen: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and "/floorwalker/" in frame.f_code.co_filename:
            seen.add(frame.f_code)

    sys.setprofile(note)
    try:
        await ask(Browser(known.app))
        await ask(Browser(known.app, cookie=known.cookie))
    finally:
        sys.setprofile(None)
    by_code = dict(_named())
    return [by_code[code] for code in sorted(seen, key=lambda code: code.co_qualname) if code in by_code]


def _named() -> Iterator[tuple[CodeType, Place]]:
    """Every function of ours by its code, with all names under which it is found."""
    modules = [module for name, module in sys.modules.items() if name.startswith("floorwalker.")]
    by_function: dict[int, Place] = {}
    for owner in _owners(modules):
        for name, value in list(vars(owner).items()):
            code = _code_of(value)
            if code is None or "/floorwalker/" not in code.co_filename or code.co_qualname in OUTERMOST:
                continue
            if name.startswith("__") and name not in ("__call__", "__init__"):
                continue
            place = by_function.setdefault(id(value), Place(code.co_qualname, [], value))
            place.owners.append((owner, name))
    for place in by_function.values():
        code = _code_of(place.kept)
        assert code is not None
        yield code, place


def _owners(modules: list[ModuleType]) -> Iterator[Any]:
    seen = set()
    for module in modules:
        yield module
        for value in vars(module).values():
            if inspect.isclass(value) and value.__module__.startswith("floorwalker.") and value not in seen:
                seen.add(value)
                yield value


def _code_of(value: Any) -> CodeType | None:
    if isinstance(value, property):
        value = value.fget
    return getattr(getattr(value, "__func__", value), "__code__", None)
