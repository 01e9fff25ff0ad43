"""A page in the browser that asks for its slots, or tells what happens in it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

from msgspec import Struct
from starlette.responses import JSONResponse, Response

from floorwalker.asgi.http.headers import first_of, lowered
from floorwalker.asgi.http.types import Scope
from floorwalker.asgi.rules.rulebook import Rulebook
from floorwalker.asgi.walk import Walk
from floorwalker.core.deciding.decide import is_for_page
from floorwalker.core.decision import Decision, Reason
from floorwalker.core.reading.address import split_address
from floorwalker.html.weave import Outcome

MOST_NAMES: Final = 64
LONGEST_ADDRESS: Final = 4096
NOT_KEPT: Final = {
    "cache-control": "no-store",
    "vary": "cookie",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}
_REPLACED: Final = (
    b"referer",
    b"sec-fetch-dest",
    b"content-length",
    b"content-type",
    b"if-none-match",
    b"if-modified-since",
    b"authorization",
)


class Shown(Struct, frozen=True):
    """A slot as a page is told of it, and what becomes of it by that. html: None keeps what the page has."""

    html: str | None
    block: str
    arm: str
    outcome: Outcome

    def told(self) -> dict[str, Any]:
        """As it goes over the wire."""
        return {"html": self.html, "block": self.block, "arm": self.arm}


def is_same_origin(scope: Scope) -> bool:
    """Whether a page of this site asks. Browsers that do not say so name another site's origin, at least."""
    headers = lowered(scope["headers"])
    site, origin = first_of(headers, b"sec-fetch-site"), first_of(headers, b"origin")
    if site is not None:
        return site in (b"same-origin", b"none")
    return origin is None or origin.partition(b"://")[2] == first_of(headers, b"host")


def is_own_form(scope: Scope, origin: str) -> bool:
    """Whether a page of this very origin sent it. A browser that says neither header is believed nothing."""
    headers = lowered(scope["headers"])
    site, sent_from = first_of(headers, b"sec-fetch-site"), first_of(headers, b"origin")
    if site is not None:
        return site == b"same-origin"
    return sent_from is not None and sent_from.lower() == origin.encode("latin-1")


def page_scope(scope: Scope, *, url: str, referrer: str) -> Scope:
    """The request as the page itself would have made it: its address, and where it was come to from."""
    address = split_address(url)
    headers = [(name, value) for name, value in scope["headers"] if name not in _REPLACED]
    if referrer:
        headers.append((b"referer", referrer.encode("utf-8", "replace")))
    headers.append((b"sec-fetch-dest", b"empty"))
    path = unquote(address.path or "/", errors="replace")
    method = "GET" if scope["method"] == "POST" else scope["method"]
    inner = {**scope, "method": method, "path": path, "root_path": "", "headers": headers}
    return {**inner, "query_string": address.query.encode("utf-8", "replace")}


def is_ours(scope: Scope, path: str, leaves_alone: Callable[[str], bool]) -> bool:
    """Whether a page there, from the site's root, is one below this mount that we take part in."""
    root = str(scope.get("root_path") or "").rstrip("/")
    below = path.removeprefix(root)
    return path.startswith(root) and below[:1] in ("", "/") and not leaves_alone(below or "/")


def shown_slots(walk: Walk, names: Sequence[str], rulebook: Rulebook) -> dict[str, Shown]:
    """Of the slots that the page is for, those in which it has something to do or to note."""
    slots = rulebook.ruleset.slots
    found = {}
    for name in names:
        if name not in slots or not is_for_page(slots[name], walk.signals):
            continue
        html = walk.markup(name)
        decision = walk.decision(name)
        if decision is not None and _concerns(decision):
            outcome = Outcome.KEPT if html is None else Outcome.CHANGED
            found[name] = Shown(html, decision.block, decision.arm.value, outcome)
    return found


def told_slots(slots: Mapping[str, Shown], rulebook: Rulebook) -> Response:
    """The answer that holds these slots."""
    told = {name: shown.told() for name, shown in slots.items()}
    return JSONResponse({"slots": told, "rules": rulebook.ruleset.version}, headers=NOT_KEPT)


def outcomes_of(slots: Mapping[str, Shown]) -> dict[str, Outcome]:
    """What becomes of each slot, once the page has it."""
    return {name: shown.outcome for name, shown in slots.items()}


def _concerns(decision: Decision) -> bool:
    """Whether the page has something to do, or the site's analytics something to note."""
    return decision.changes_page or decision.reason is Reason.CONTROL
