"""Whoever logs in and out wherever, in whatever order: every view counts once, in exactly one profile."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floorwalker import Store, open_store
from tests.asgi.browser import Browser
from tests.asgi.conftest import Wrap
from tests.asgi.people import do, named, obedient, profile_of, views

_rounds = count(1)

DEVICES, USERS = 3, 2
ACTS = st.one_of(
    st.just(("view",)),
    st.just(("logout",)),
    st.tuples(st.just("login"), st.integers(0, USERS - 1)),
    st.tuples(st.just("late login"), st.integers(0, USERS - 1)),
    st.just(("old cookie",)),
    st.just(("forget cookie",)),
)
STORIES = st.lists(st.tuples(st.integers(0, DEVICES - 1), ACTS), max_size=14)


@dataclass
class Reference:
    """Who each cookie's visitor is by now, and the views of each, counted by hand."""

    owner: dict[str, str] = field(default_factory=dict)
    views: dict[str, int] = field(default_factory=dict)

    def view(self, cookie: str | None, now_named: str) -> str:
        """Somebody saw a page; whose view it is."""
        who = self.owner.setdefault(cookie or now_named, cookie or now_named)
        self.views[who] = self.views.get(who, 0) + 1
        return who

    def login(self, who: str, user: str) -> None:
        """An unknown visitor's history becomes the person's; a known one's stays."""
        if who.startswith("person") or who == user:
            return
        self.views[user] = self.views.get(user, 0) + self.views.pop(who, 0)
        self.owner = {cookie: user if owner == who else owner for cookie, owner in self.owner.items()}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STORIES)
async def test_every_view_counts_once_in_exactly_one_profile(
    wrap: Wrap, valkey_url: str, story: list[tuple[int, Any]]
) -> None:
    site, mark = wrap(obedient), next(_rounds)
    store = open_store(valkey_url)
    reference, devices = Reference(), [Browser(site) for _ in range(DEVICES)]
    old: list[bytes | None] = [None] * DEVICES
    try:
        for device, act in story:
            browser = devices[device]
            if act[0] == "old cookie":
                browser.cookie = old[device]
            elif act[0] == "forget cookie":
                browser.cookie = None
            else:
                old[device] = browser.cookie or old[device]
                await _acted(store, browser, act, reference, mark)
        for who, expected in reference.views.items():
            id = await store.person(who) if who.startswith("person") else who
            assert views(await profile_of(store, id)) == expected, who
    finally:
        await store.close()


async def _acted(store: Store, browser: Browser, act: Any, reference: Reference, mark: int) -> None:
    """One request, and the same by hand."""
    before = named(browser.cookie) if browser.cookie else None
    user = f"person-{act[1]}-{mark}" if len(act) > 1 else ""
    match act[0]:
        case "login":
            await do(browser, f"login:{user}")
        case "late login":
            await do(browser, after=f"login:{user}")
        case "logout":
            await do(browser, "logout", as_=b"page")
        case _:
            await do(browser)
    now = named(browser.cookie)
    if before is None and act[0] == "login":  # nothing could be joined: it was the person's from the beginning
        reference.owner.setdefault(now, user)
    if before is None and act[0] == "logout":  # whoever it was has gone without a trace
        return
    who = reference.view(before, now)
    if user:
        reference.login(who, user)
        reference.owner.setdefault(await store.person(user), user)
