"""`GET PREFIX/slots` and `GET PREFIX/client.js`: slots that are filled in the browser."""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Final

from starlette.requests import Request as Asked
from starlette.responses import Response

from floorwalker.asgi.client.page import (
    LONGEST_ADDRESS,
    MOST_NAMES,
    is_ours,
    is_same_origin,
    outcomes_of,
    page_scope,
    shown_slots,
    told_slots,
)
from floorwalker.asgi.client.spoken_for import is_spoken_for, speak
from floorwalker.asgi.collecting import refused
from floorwalker.asgi.encounter import Encounter
from floorwalker.asgi.http.kinds import RequestKind
from floorwalker.asgi.http.problems import problem
from floorwalker.asgi.http.types import Receive, Scope, Send
from floorwalker.asgi.meeting import Meeting
from floorwalker.asgi.tracing import encounter_of
from floorwalker.asgi.wrapped import Wrapped
from floorwalker.collect.refusals import Refused
from floorwalker.core.consent import NOBODY_ASKED
from floorwalker.core.hit import HitKind
from floorwalker.core.ruleset import Ruleset
from floorwalker.html.weave import Outcome

logger = logging.getLogger(__name__)

_FRESH_S: Final = 60


class SlotDesk:
    """Decides slots for a page that is already in the browser."""

    def __init__(self, site: Wrapped) -> None:
        self._site = site
        self._setup = site.setup
        self._script = compact((files("floorwalker.asgi.client") / "client.js").read_text(encoding="utf-8"))

    async def slots(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The slots that are asked for, as they are decided for this visitor on the page of `url`.

        names: separated by commas; url: the page's path and query; referrer: where the page was come to from.
        visitor, user: of whom a server speaks, with a secret key; count: whether that counts as shown.
        """
        asked = Asked(scope, receive)
        response = self._refusal(asked)
        if response is not None:
            await response(scope, receive, send)
            return
        told = asked.query_params
        page = page_scope(scope, url=told["url"], referrer=told.get("referrer", ""))
        if not is_ours(scope, page["path"], self._site.leaves_alone):
            await self._nothing()(scope, receive, send)
            return
        try:
            meeting = await self._spoken_for(asked, page) if is_spoken_for(asked) else self._meeting(page)
        except Refused as why:
            why = self._setup.limits.slowed(why, scope)
            await refused(why, challenge=True)(scope, receive, send)
            return
        if meeting is None:
            await self._nothing()(scope, receive, send)
            return
        try:
            response, outcomes = await self._answered(meeting, _names(asked))
            await response(scope, receive, send)
            meeting.finish(outcomes)  # nothing was shown to a page that has gone meanwhile
            meeting.tallies.told(outcomes, meeting.rulebook.ruleset.slots)
        finally:
            await meeting.end()

    async def client(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The script, with the slots of the rules in force that it cannot find by itself, or that are left to it."""
        asked = Asked(scope, receive)
        places = json.dumps(_places(self._setup.rulebook.ruleset), ensure_ascii=True, separators=(",", ":"))
        is_asked = "false" if self._setup.settings.consent == NOBODY_ASKED else "true"
        script = f"const SLOTS={places},ASKED={is_asked};\n".replace("<", "\\u003c") + self._script
        tag = f'"{sha256(script.encode()).hexdigest()[:16]}"'
        headers = {"cache-control": f"public, max-age={_FRESH_S}", "etag": tag, "x-content-type-options": "nosniff"}
        if tag in asked.headers.get("if-none-match", ""):  # whoever compresses it may have made the tag a weak one
            response = Response(status_code=304, headers=headers)
        else:
            body = "(() => {\n" + script + "})();\n"
            response = Response(body, headers=headers, media_type="text/javascript")
        await response(scope, receive, send)

    def _meeting(self, scope: Scope) -> Meeting:
        """Who asks, as if for the page itself."""
        if (made_up := self._site.meet(scope)) is not None:
            made_up.became(HitKind.FRAGMENT, 200, is_page=False)
            return made_up
        encounter = encounter_of(self._setup, self._site.keeper(), self._site.request(scope))
        encounter.begin()
        encounter.became(self._counts_as(encounter), 200, is_page=False)
        return encounter

    async def _spoken_for(self, asked: Asked, page: Scope) -> Meeting | None:
        return await speak(self._setup, self._site.keeper(), asked, page)

    def _counts_as(self, encounter: Encounter) -> HitKind:
        """Whoever is new begins here: their page came from somebody else's cache, and this is what is seen of it.

        Not so before the page is looked at, and not on a path at which there is none.
        """
        asked = encounter.request
        if asked.kind is RequestKind.PREFETCH:
            return HitKind.PREFETCH
        begins = asked.method == "GET" and not self._setup.is_known_as_other(asked.path)
        return HitKind.VIEW if begins and not encounter.identity.confirmed else HitKind.FRAGMENT

    async def _answered(self, meeting: Meeting, names: Sequence[str]) -> tuple[Response, Mapping[str, Outcome]]:
        """What is told, and what becomes of each slot by it; at a failure of ours every slot keeps its default."""
        try:
            return await _answer(meeting, names)
        except Exception:
            logger.exception("the slots of a page keep their defaults")
            self._setup.tallies.failure("slots in the browser")
            return self._nothing(), {}

    def _nothing(self) -> Response:
        return told_slots({}, self._setup.rulebook)

    def _refusal(self, asked: Asked) -> Response | None:
        if not is_spoken_for(asked) and not is_same_origin(asked.scope):
            return problem(403, "Forbidden", "Slots are told to pages of this site only.")
        try:
            if not is_spoken_for(asked):
                self._setup.limits.check_address(asked.scope)
        except Refused as why:
            return refused(why, challenge=False)
        names, url = _names(asked), asked.query_params.get("url", "")
        if not names or len(names) > MOST_NAMES:
            return problem(400, "Bad Request", f"names: write one to {MOST_NAMES} slots, separated by commas.")
        if not url or len(url) > LONGEST_ADDRESS or len(asked.query_params.get("referrer", "")) > LONGEST_ADDRESS:
            return problem(400, "Bad Request", "url: write the page's path and query, at most 4,096 characters.")
        return None


def compact(script: str) -> str:
    """The script as it is sent: without comments and indentation. No text in it may hold the marks of a comment."""
    without_comments = re.sub(r"/\*.*?\*/", "", script, flags=re.DOTALL)
    return "\n".join(line.strip() for line in without_comments.splitlines() if line.strip()) + "\n"


def _places(ruleset: Ruleset) -> list[list[str | int]]:
    """Name, selector and place of each slot, and whether it is left to the page."""
    told = [(slot, slot.deliver == "script") for slot in ruleset.slots.values()]
    return [[slot.name, slot.at, slot.place, int(is_left)] for slot, is_left in told if is_left or slot.at]


def _names(asked: Asked) -> Sequence[str]:
    named = (name.strip() for name in asked.query_params.get("names", "")[:LONGEST_ADDRESS].split(","))
    return list(dict.fromkeys(name for name in named if name))


async def _answer(meeting: Meeting, names: Sequence[str]) -> tuple[Response, Mapping[str, Outcome]]:
    walk, rulebook = await meeting.walk(), meeting.rulebook
    shown = {} if walk.is_robot else shown_slots(walk, names, rulebook)
    response = told_slots(shown, rulebook)
    response.raw_headers = await meeting.settle(response.raw_headers, shared=False)
    return response, outcomes_of(shown)
