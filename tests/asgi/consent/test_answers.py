"""What visitors answer: by a form, by a script, by the app; what that begins, and what it ends."""

import asyncio
import json
from functools import partial
from typing import Any

import pytest

from floorwalker import Store, preview_link
from floorwalker.asgi.consent.agreeing import Agreeing
from tests.asgi.browser import SEARCH, Answer
from tests.asgi.conftest import KEY, Clock
from tests.asgi.consent.conftest import SiteOf
from tests.asgi.consent.consenting import CONSENT, FORM, GPC, SAME, VISITOR, Jar, profile_of, shop, streamed
from tests.asgi.people import do, obedient, views
from tests.collect.conftest import Keyspace

DEAD = "unix:///nonexistent/floorwalker.sock"
LANDING = b"&url=/birds%3Futm_campaign%3Dspring&referrer=https%3A%2F%2Fwww.google.com%2Fsearch%3Fq%3Dcheap%2Btripod"
JSON = {**SAME, b"content-type": b"application/json"}


@pytest.fixture
def site_of(site_of: SiteOf) -> SiteOf:
    """A site that asks before it keeps anything."""
    return partial(site_of, consent="opt-in")


async def known(site: Any, body: bytes = b"all=yes") -> Jar:
    """Somebody who allowed this and has seen two pages."""
    jar = Jar(site)
    await jar.answer(body)
    for _ in range(2):
        await jar.get("/birds")
    return jar


async def test_yes_begins_with_the_landing(site_of: SiteOf, store: Store) -> None:
    jar = Jar(site_of())
    await jar.get("/birds?utm_campaign=spring", headers={b"referer": SEARCH})
    assert jar.cookies == {}
    answer = await jar.answer(b"all=yes" + LANDING)
    assert (answer.status, answer.all(b"location")) == (303, [b"/birds?utm_campaign=spring"])
    assert jar.allows == b"analytics~personalization~tests"
    profile = await profile_of(store, jar)
    assert profile is not None
    assert profile.visit is not None
    assert profile.visit.touch.campaign is not None
    assert (profile.visits, views(profile), profile.visit.touch.campaign.name) == (1, 1, "spring")
    assert profile.visit.touch.landing_page == "/birds"
    assert profile.consent is not None
    assert (await jar.get("/")).status == 200
    assert (await streamed(store)).count("Page Viewed") == 2


async def test_the_search_of_the_landing_chooses_the_page_that_follows(site_of: SiteOf, store: Store) -> None:
    jar = Jar(site_of())
    await jar.answer(b"personalization=yes" + LANDING)
    assert b"<b>Tripods</b>" in (await jar.get("/birds", headers={b"referer": b"https://shop.test/birds"})).body


async def test_two_clicks_count_once(site_of: SiteOf, store: Store) -> None:
    jar = Jar(site_of())
    first, second = Jar(jar.app), Jar(jar.app)
    answers = await asyncio.gather(first.answer(b"all=yes" + LANDING), second.answer(b"all=yes" + LANDING))
    for answer in answers:
        jar.keep(answer)
    await jar.answer(b"all=yes" + LANDING)  # and a third, once the cookies are there
    await jar.get("/")
    profile = await profile_of(store, jar)
    assert views(profile) == 2
    assert (await streamed(store)).count("Page Viewed") == 2
    assert (await streamed(store)).count("Visit Started") == 1


LANDINGS = [
    (b"/birds", b"/birds", 1),
    (b"https://shop.test/birds?a=b", b"/birds?a=b", 1),
    (b"https://evil.example/birds", b"/", 0),
    (b"//evil.example/birds", b"/", 0),
    (b"/_floorwalker/me", b"/", 0),
    (b"/admin/x", b"/", 0),
    (b"", b"/", 0),
    (b"/bi rds", b"/", 0),
    (b"/\\evil.example", b"/", 0),
    (b"javascript:alert(1)", b"/javascript:alert(1)", 1),
]


@pytest.mark.parametrize(("url", "to", "counted"), LANDINGS)
async def test_only_a_page_of_this_site_is_a_landing(
    url: bytes, to: bytes, counted: int, site_of: SiteOf, store: Store
) -> None:
    jar = Jar(site_of(exclude="/admin/**"))
    answer = await jar.answer(b"all=yes&url=" + url.replace(b"&", b"%26"))
    assert (answer.status, answer.all(b"location")) == (303, [to])
    assert (VISITOR in jar.cookies) is bool(counted)


async def test_no_keeps_the_refusal_alone(site_of: SiteOf, store: Store, keyspace: Keyspace) -> None:
    before = keyspace.dump()
    jar = Jar(site_of())
    answer = await jar.answer(b"none=yes&to=/bye" + LANDING)
    assert answer.all(b"location") == [b"/bye"]
    assert (list(jar.cookies), jar.allows) == ([CONSENT], b"none")
    assert keyspace.dump() == before
    assert b"May we" not in (await jar.get("/")).body


async def test_no_box_ticked_is_no(site_of: SiteOf, store: Store) -> None:
    jar = Jar(site_of())
    await jar.answer(b"to=/")
    assert jar.allows == b"none"


async def test_a_script_is_told_what_is_allowed(site_of: SiteOf, store: Store) -> None:
    jar = Jar(site_of())
    body = json.dumps({"analytics": True, "tests": False, "url": "/birds"}).encode()
    answer = await jar.post("/_floorwalker/me/consent", headers=JSON, body=body)
    assert (answer.status, json.loads(answer.body)) == (200, {"allowed": ["analytics"]})
    assert answer.all(b"cache-control") == [b"no-store"]
    assert set(jar.cookies) == {CONSENT, VISITOR}


async def test_the_cookie_names_nobody_and_scripts_may_read_it(site_of: SiteOf, store: Store) -> None:
    https, http = Jar(site_of(consent_policy="2026-09")), Jar(site_of(), https=False)
    told = [value for value in (await https.answer()).all(b"set-cookie") if value.startswith(CONSENT)]
    assert told == [
        b"__Host-fw-consent=1.2026-09-21.analytics~personalization~tests.2026-09; Path=/; Max-Age=34560000; "
        b"SameSite=Lax; Secure"
    ]
    await http.answer(b"none=yes")
    assert http.cookies == {b"fw-consent": b"1.2026-09-21.none."}


BAD: list[tuple[bytes, dict[bytes, bytes], int]] = [
    (b"all=maybe", FORM, 400),
    (b"all=yes&none=yes", FORM, 400),
    (b"all=yes&to=https://evil.example/", FORM, 400),
    (b"all=yes&to=//evil.example/", FORM, 400),
    (b"all=yes&url=/" + b"x" * 5000, FORM, 400),
    (b"&".join([b"a=b"] * 99), FORM, 400),
    (b"\xff=\xfe", FORM, 400),
    (b"all=yes" + b"&x=y" * 9999, FORM, 413),
    (b"{}", JSON, 400),
    (b"[]", JSON, 400),
    (b'{"all": "yes"}', JSON, 400),
    (b'{"all": 1}', JSON, 400),
    (b'{"all": true, "url": 5}', JSON, 400),
    (b'{"all": true', JSON, 400),
    (b"[" * 9000, JSON, 400),
    (b"all=yes", {**SAME, b"content-type": b"text/plain"}, 415),
    (b"all=yes", SAME, 415),
    (b"all=yes", {**FORM, b"sec-fetch-site": b"cross-site"}, 403),
    (b"all=yes", {**FORM, b"sec-fetch-site": b"same-site"}, 403),
    (b"all=yes", {**FORM, b"sec-fetch-site": b"none"}, 403),
    (b"all=yes", {**FORM, b"sec-fetch-site": b"", b"origin": b"https://evil.example"}, 403),
    (b"all=yes", {**FORM, b"sec-fetch-site": b"", b"origin": b"http://shop.test"}, 403),
    (b"all=yes", {**FORM, b"sec-fetch-site": b""}, 403),
]


@pytest.mark.parametrize(("body", "headers", "status"), BAD)
async def test_what_cannot_be_read_changes_nothing(
    body: bytes, headers: dict[bytes, bytes], status: int, site_of: SiteOf, store: Store, keyspace: Keyspace
) -> None:
    before = keyspace.dump()
    answer = await Jar(site_of()).post("/_floorwalker/me/consent", headers=headers, body=body)
    assert answer.status == status
    assert answer.all(b"set-cookie") == []
    assert keyspace.dump() == before


async def test_an_older_browser_says_where_its_page_is_from(site_of: SiteOf, store: Store) -> None:
    jar = Jar(site_of())
    answer = await jar.post(
        "/_floorwalker/me/consent",
        headers={b"origin": b"https://shop.test", b"content-type": FORM[b"content-type"]},
        body=b"none=yes",
    )
    assert (answer.status, jar.allows) == (303, b"none")


async def test_only_post_answers(site_of: SiteOf, store: Store) -> None:
    answer = await Jar(site_of()).get("/_floorwalker/me/consent?all=yes", headers=SAME)
    assert (answer.status, answer.all(b"allow"), answer.all(b"set-cookie")) == (405, [b"POST"], [])


async def test_withdrawing_erases_and_the_refusal_stays(site_of: SiteOf, store: Store, keyspace: Keyspace) -> None:
    jar = await known(site_of())
    visitor = jar.visitor
    await jar.answer(b"none=yes")
    assert (list(jar.cookies), jar.allows) == ([CONSENT], b"none")
    assert (await store.load(visitor)).erased
    assert await streamed(store) == []


async def test_withdrawing_personalization_begins_somebody_new(site_of: SiteOf, store: Store) -> None:
    jar = await known(site_of())
    visitor = jar.visitor
    await jar.answer(b"analytics=yes")
    await jar.get("/birds")
    assert jar.visitor != visitor
    assert (await store.load(visitor)).erased
    await jar.get("/birds")
    profile = await profile_of(store, jar)
    assert profile is not None
    assert profile.consent is not None
    assert (views(profile), profile.consent.categories) == (2, ("analytics",))


async def test_withdrawing_analytics_makes_the_streams_forget(site_of: SiteOf, store: Store) -> None:
    jar = await known(site_of())
    visitor = jar.visitor
    assert await streamed(store) != []
    await jar.answer(b"personalization=yes&tests=yes")
    assert b"<b>More</b>" in (await jar.get("/birds")).body
    assert (await streamed(store), jar.visitor) == ([], visitor)


async def test_withdrawing_tests_drops_the_arms(site_of: SiteOf, store: Store) -> None:
    jar = await known(site_of())
    before = await profile_of(store, jar)
    await jar.answer(b"personalization=yes&analytics=yes")
    profile = await profile_of(store, jar)
    assert before is not None
    assert profile is not None
    assert before.responses is not None
    assert profile.responses is not None
    assert [one for one in before.responses.exposures if one.side[:1] in "tc"] != []
    assert [one for one in profile.responses.exposures if one.side[:1] in "tc"] == []
    assert views(profile) == views(before)


async def test_a_tools_answer_is_heeded_at_the_next_page(site_of: SiteOf, store: Store) -> None:
    jar = Jar(site_of(consent_from="cookie:agreed"), cookies={b"agreed": b"all"})
    for _ in range(2):
        await jar.get("/birds")
    visitor = jar.visitor
    jar.cookies[b"agreed"] = b"personalization"
    await jar.get("/birds")
    assert (await streamed(store), jar.visitor) == ([], visitor)
    jar.cookies[b"agreed"] = b"no"
    await jar.get("/birds")
    assert (await store.load(visitor)).erased


async def test_a_new_policy_asks_anew_and_a_refusal_holds_meanwhile(site_of: SiteOf, store: Store) -> None:
    yes, no = await known(site_of(consent="opt-out")), Jar(site_of(consent="opt-out"))
    await no.answer(b"none=yes")
    for jar, is_kept in ((yes, True), (no, False)):
        assert b"May we" not in (await jar.get("/")).body
        jar.app = site_of(consent="opt-out", consent_policy="2")
        assert b"May we" in (await jar.get("/")).body
        assert (VISITOR in jar.cookies) is is_kept
    await no.answer(b"none=yes")
    assert b"May we" not in (await no.get("/")).body


async def test_the_app_says_yes(site_of: SiteOf, store: Store) -> None:
    jar = Jar(site_of())
    await do(jar, "allow:analytics+personalization", "Product_Added", path="/birds")
    assert (jar.allows, VISITOR in jar.cookies) == (b"analytics~personalization", True)
    assert b"<b>Thanks</b>" in (await jar.get("/")).body
    assert "Product Added" in await streamed(store)


async def test_the_app_says_yes_to_somebody_whose_old_cookie_was_not_read(site_of: SiteOf, store: Store) -> None:
    jar = await known(site_of())
    visitor = jar.visitor
    del jar.cookies[CONSENT]
    await do(jar, "allow:analytics+personalization+tests", path="/birds")
    assert jar.visitor == visitor
    assert views(await profile_of(store, jar)) == 3


@pytest.mark.parametrize("said", [("login:user-17", "allow:analytics"), ("allow:analytics", "login:user-17")])
async def test_whoever_withdraws_being_remembered_in_the_request_that_names_them_stays_unnamed(
    said: tuple[str, ...], site_of: SiteOf, store: Store
) -> None:
    jar = await known(site_of())
    before, person = jar.visitor, await store.person("user-17")
    await do(jar, *said, path="/birds")
    assert (await store.load(person)).profile is None
    assert (await store.load(before)).erased
    assert jar.visitor not in (before, person)
    profile = await profile_of(store, jar)
    assert profile is not None
    assert (views(profile), profile.user, profile.traits) == (1, "", {})


async def test_the_app_says_no(site_of: SiteOf, store: Store) -> None:
    jar = await known(site_of())
    visitor = jar.visitor
    await do(jar, "Product_Added", "refuse", path="/birds")
    assert (list(jar.cookies), jar.allows) == ([CONSENT], b"none")
    assert (await store.load(visitor)).erased


@pytest.mark.parametrize("as_", [b"page", b"data", b"redirect"])
async def test_the_app_may_say_it_with_any_answer(as_: bytes, site_of: SiteOf, store: Store) -> None:
    jar = Jar(site_of())
    await do(jar, "allow:personalization", as_=as_)
    assert jar.allows == b"personalization"


async def test_what_shared_caches_may_keep_carries_no_answer(
    site_of: SiteOf, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    jar = await known(site_of())
    answer = await do(jar, "refuse", as_=b"public")
    assert answer.all(b"set-cookie") == []
    assert "what a visitor allows is not kept by a response that shared caches may keep" in caplog.text


async def test_what_is_said_too_late_or_is_no_category_is_logged(
    site_of: SiteOf, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    jar = Jar(site_of())
    await do(jar, "allow:personalization", after="refuse")
    await do(jar, "allow:personalization+marketing")
    assert jar.allows == b"personalization"
    assert "was said after the response had begun" in caplog.text
    assert "'marketing' is nothing that a visitor allows: analytics, personalization, tests" in caplog.text


async def test_everything_holds_while_the_store_is_down(site_of: SiteOf) -> None:
    jar = Jar(site_of(store=DEAD))
    assert b"May we" in (await jar.get("/")).body
    assert (await jar.answer(b"all=yes" + LANDING)).status == 303
    assert set(jar.cookies) == {CONSENT, VISITOR}
    assert (await jar.answer(b"none=yes")).status == 303
    assert (list(jar.cookies), jar.allows) == ([CONSENT], b"none")
    page = await jar.get("/", headers={b"referer": SEARCH})
    assert b"<b>Tripods</b>" in page.body


class Held:
    """An app that serves its page once it is let go."""

    def __init__(self) -> None:
        self.go, self.came = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/slow":
            self.came.set()
            await self.go.wait()
        await shop(scope, receive, send)


async def refused_meanwhile(site: Any, held: Held, jar: Jar) -> Answer:
    """A page that is under way while the same browser refuses in another tab."""
    other = Jar(site, cookies=dict(jar.cookies))
    page = asyncio.create_task(other.get("/slow"))
    await held.came.wait()
    await jar.answer(b"none=yes")
    held.go.set()
    return await page


async def test_a_page_under_way_brings_nobody_back(
    site_of: SiteOf, store: Store, keyspace: Keyspace, clock: Clock
) -> None:
    held = Held()
    site = site_of(held)
    jar = await known(site)
    visitor = jar.visitor
    clock.now += 90_000  # so that the page under way renews the cookie
    jar.keep(await refused_meanwhile(site, held, jar))
    assert VISITOR in jar.cookies  # nobody can take a response back …
    assert (await store.load(visitor)).erased
    before = keyspace.dump()
    page = await jar.get("/birds")
    assert (VISITOR in jar.cookies, jar.allows) == (False, b"none")  # … but it is gone with the next
    assert b"<b>" not in page.body
    assert keyspace.dump().keys() == before.keys()
    assert await streamed(store) == []


async def test_a_first_page_under_way_leaves_nobody_behind(site_of: SiteOf, store: Store) -> None:
    held = Held()
    site = site_of(held, consent="opt-out")
    jar = Jar(site)
    jar.keep(await refused_meanwhile(site, held, jar))
    visitor = jar.visitor
    await jar.get("/")
    assert VISITOR not in jar.cookies
    assert (await store.load(visitor)).erased
    assert await streamed(store) == []


async def test_a_page_begun_before_the_yes_is_not_kept(site_of: SiteOf, store: Store) -> None:
    held = Held()
    site = site_of(held)
    jar = Jar(site)
    other = Jar(site)
    page = asyncio.create_task(other.get("/slow"))
    await held.came.wait()
    await jar.answer(b"all=yes&url=/birds")
    held.go.set()
    assert (await page).all(b"set-cookie") == []
    assert views(await profile_of(store, jar)) == 1


async def test_an_editor_in_a_preview_allows_nothing_by_trying(site_of: SiteOf, store: Store, clock: Clock) -> None:
    jar = Jar(site_of())
    link = preview_link(secret_key=KEY, until=clock.now + 3600, path="/")
    await jar.get(link.removeprefix("https://shop.test"))
    cookies = dict(jar.cookies)
    assert len(cookies) == 1
    assert (await jar.answer(b"all=yes&url=/birds")).status == 303
    assert jar.cookies == cookies


async def test_a_cookie_from_before_a_login_takes_nothing_from_the_person(site_of: SiteOf, store: Store) -> None:
    """Whoever noted it (fixation) may refuse for themselves: by a form, by what their browser says, by a tool."""
    site = site_of(obedient, consent="opt-out")
    browser = Jar(site)
    await browser.get("/")
    noted = dict(browser.cookies)
    await do(browser, "login:user-17")
    refused, partly = {CONSENT: b"1.2026-09-21.none."}, {CONSENT: b"1.2026-09-21.analytics."}
    for headers, cookies in ((GPC, {}), ({}, refused), ({}, partly)):
        other = Jar(site, cookies={**noted, **cookies})
        await other.get("/", headers=headers)
        await other.get("/", headers=headers)
    other = Jar(site, cookies=dict(noted))
    await other.ask("POST", "/_floorwalker/me/consent", headers={**SAME, **FORM}, body=b"none=yes")
    await other.ask("POST", "/_floorwalker/me/erase", headers={**SAME, **FORM}, body=b"sure=yes")
    person = (await store.load(await store.person("user-17"))).profile
    assert person is not None
    assert person.user == "user-17"


async def test_a_failure_of_ours_keeps_what_was_said_and_is_counted(
    site_of: SiteOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = site_of(shop, consent="opt-in")
    jar = Jar(site)

    def fails(*_: Any, **__: Any) -> None:
        raise ArithmeticError

    monkeypatch.setattr(Agreeing, "agrees", fails)
    assert (await jar.answer()).status == 303
    assert jar.allows == b"analytics~personalization~tests"
    assert site._setup.tallies.failed == {"what visitors allow": 1}
