"""Without consent nobody is known: nothing is loaded, stored or counted, and signals still choose pages."""

import json
import logging
from base64 import b64encode
from functools import partial
from typing import Any

import pytest

from floorwalker import Store
from tests.asgi.browser import SEARCH, Answer
from tests.asgi.conftest import Clock
from tests.asgi.consent.conftest import SiteOf
from tests.asgi.consent.consenting import CONSENT, FORM, GPC, SAME, VISITOR, Jar, profile_of, shop, streamed
from tests.asgi.people import do
from tests.collect.conftest import Keyspace

YES, NO = b"1.2026-09-21.analytics~personalization~tests.", b"1.2026-09-21.none."
PUBLIC = {b"authorization": b"Basic " + b64encode(b"pk_browser:"), b"content-type": b"application/json"}


@pytest.fixture
def site_of(site_of: SiteOf) -> SiteOf:
    """A site that has keys for other clients."""
    return partial(site_of, public_keys=["pk_browser"], write_keys=["wk_server"])


def chosen(site: Any, *categories: bytes) -> Jar:
    """Somebody who allowed these here."""
    return Jar(site, cookies={CONSENT: b"1.2026-09-21." + (b"~".join(sorted(categories)) or b"none") + b"."})


UNPERMITTED: dict[str, tuple[dict[str, Any], dict[bytes, bytes], dict[bytes, bytes]]] = {
    "opt-in, nothing said": ({"consent": "opt-in"}, {}, {}),
    "opt-in, an old visitor cookie": ({"consent": "opt-in"}, {VISITOR: b"old"}, {}),
    "opt-in, a cookie of another policy": ({"consent": "opt-in", "consent_policy": "2"}, {CONSENT: YES}, {}),
    "opt-in, two cookies": ({"consent": "opt-in"}, {CONSENT: YES + b"; __Host-fw-consent=" + YES}, {}),
    "opt-in, a broken cookie": ({"consent": "opt-in"}, {CONSENT: b"yes"}, {}),
    "opt-in, a long cookie": ({"consent": "opt-in"}, {CONSENT: YES + b"x" * 4000}, {}),
    "opt-in, tests alone": ({"consent": "opt-in"}, {CONSENT: b"1.2026-09-21.tests."}, {}),
    "opt-in, a tool's default": (
        {"consent": "opt-in", "consent_from": "onetrust"},
        {b"OptanonConsent": b"groups=C0002:1,C0003:1"},
        {},
    ),
    "opt-out, refused": ({"consent": "opt-out"}, {CONSENT: NO}, {}),
    "opt-out, a broken cookie": ({"consent": "opt-out"}, {CONSENT: b"\xff"}, {}),
    "opt-out, refused elsewhere": ({"consent": "opt-out", "consent_from": "cookie:agreed"}, {b"agreed": b"no"}, {}),
    "opt-out, a header refuses": (
        {"consent": "opt-out", "consent_from": "header:x-consent"},
        {},
        {b"x-consent": b"none"},
    ),
    "opt-out, the browser refuses": ({"consent": "opt-out"}, {}, GPC),
    "nothing asked, refused": ({}, {CONSENT: NO}, {}),
    "nothing asked, the browser refuses": ({}, {}, {b"dnt": b"1"}),
    "by country, unknown where": ({"consent": "JP=opt-out,EEA=opt-in"}, {}, {}),
}


async def every_door(jar: Jar, headers: dict[bytes, bytes]) -> list[Answer]:
    """All that a browser can ask of a site."""
    asked: list[tuple[str, str, dict[bytes, bytes], Any]] = [
        ("GET", "/", {b"referer": SEARCH}, b""),
        ("GET", "/birds?utm_campaign=x", {}, b""),
        ("POST", "/", {}, b""),
        ("GET", "/", {b"x-do": b"Product_Added login:ada logout login:eve Order_Completed"}, b""),
        ("GET", "/", {b"x-do": b"logout", b"x-do-after": b"login:ada Product_Added"}, b""),
        ("POST", "/", {b"x-as": b"redirect", b"x-do": b"login:ada"}, b""),
        ("GET", "/?utm_source=a", {b"x-as": b"redirect"}, b""),
        ("GET", "/", {b"x-as": b"data", b"x-do": b"Product_Added", b"sec-fetch-dest": b"empty"}, b""),
        ("GET", "/", {b"x-as": b"public", b"x-do": b"Product_Added"}, b""),
        ("GET", "/part", {b"hx-request": b"true", b"x-do": b"Product_Added"}, b""),
        ("GET", "/next", {b"sec-purpose": b"prefetch"}, b""),
        ("GET", "/_floorwalker/slots?names=hero,tried&url=/birds", SAME, b""),
        ("GET", "/_floorwalker/me", SAME, b""),
        ("POST", "/_floorwalker/collect", SAME, told({"type": "page"}, {"type": "track", "event": "Product Added"})),
        ("POST", "/_floorwalker/collect", SAME, told({"type": "activation", "shown": {"hero": ""}})),
        (
            "POST",
            "/_floorwalker/collect",
            SAME,
            told({"type": "traits", "traits": {"a": 1}}, {"type": "left", "seconds": 3}),
        ),
        ("POST", "/_floorwalker/v1/track", PUBLIC, json.dumps({"anonymousId": "a", "event": "Product Added"}).encode()),
        ("POST", "/_floorwalker/v1/identify", PUBLIC, json.dumps({"anonymousId": "a", "traits": {"b": 1}}).encode()),
        ("POST", "/_floorwalker/me/consent", FORM, b"none=yes&url=/birds"),
    ]
    return [await jar.ask(method, path, headers={**own, **headers}, body=body) for method, path, own, body in asked]


def told(*events: dict[str, Any]) -> bytes:
    return json.dumps({"url": "/birds", "events": list(events)}).encode()


@pytest.mark.parametrize("case", UNPERMITTED)
async def test_who_permits_nothing_leaves_nothing(case: str, site_of: SiteOf, store: Store, keyspace: Keyspace) -> None:
    options, cookies, headers = UNPERMITTED[case]
    before = keyspace.dump()
    jar = Jar(site_of(shop, **options), cookies=dict(cookies))
    answers = await every_door(jar, headers)
    assert keyspace.dump() == before
    assert [answer.status for answer in answers if answer.status >= 400] == []
    named = [value for answer in answers for value in answer.all(b"set-cookie") if value.startswith(VISITOR + b"=")]
    assert [value for value in named if b"Max-Age=0" not in value] == []


@pytest.mark.parametrize("case", UNPERMITTED)
async def test_their_pages_are_those_of_somebody_new_without_what_needs_memory(
    case: str, site_of: SiteOf, store: Store
) -> None:
    options, cookies, headers = UNPERMITTED[case]
    site = site_of(shop, **options)
    jar, page = Jar(site, cookies=dict(cookies)), {b"referer": SEARCH, **headers}
    first = await jar.get("/", headers=page)
    for path in ("/birds", "/birds", "/"):
        await jar.get(path, headers={b"x-do": b"Product_Added logout login:ada", **headers})
    later = await jar.get("/", headers={b"x-do": b"Product_Added login:eve", **page})
    assert later.body == first.body
    assert b"<b>Tripods</b>" in first.body
    assert b">tried<" in first.body  # what compares has nothing for them
    kept = [pair for pair in later.headers if pair[0] != b"set-cookie"]
    assert kept == [pair for pair in first.headers if pair[0] != b"set-cookie"]


async def test_headers_do_not_tell_who_permits_what(site_of: SiteOf, store: Store) -> None:
    site = site_of(consent="opt-in")
    heads = []
    for categories in ((), (b"analytics",), (b"analytics", b"personalization", b"tests")):
        answer = await chosen(site, *categories).get("/")
        heads.append([pair for pair in answer.headers if pair[0] != b"set-cookie"])
    assert heads[0] == heads[1] == heads[2]


async def test_the_question_is_a_slot_and_goes_once_it_is_answered(site_of: SiteOf, store: Store) -> None:
    site = site_of(consent="opt-in")
    assert b"<form>May we?</form>" in (await Jar(site).get("/")).body
    assert b"<i>Yes</i>" in (await chosen(site, b"personalization").get("/")).body
    for jar, headers in ((chosen(site), {}), (Jar(site), GPC)):
        body = (await jar.get("/", headers=headers)).body
        assert b"<!--slot:consent-->-<!--/slot:consent-->" in body
    assert b"May we" not in (await Jar(site_of()).get("/")).body


async def test_opt_out_keeps_everything_while_it_asks(site_of: SiteOf, store: Store) -> None:
    jar = Jar(site_of(consent="opt-out"))
    assert b"<form>May we?</form>" in (await jar.get("/")).body
    assert b"<b>More</b>" in (await jar.get("/birds")).body
    profile = await profile_of(store, jar)
    assert profile is not None
    assert (profile.visits, profile.consent) == (1, None)


async def test_analytics_alone_counts_and_no_rule_remembers(site_of: SiteOf, store: Store) -> None:
    jar = chosen(site_of(shop, consent="opt-in"), b"analytics")
    for _ in range(2):
        answer = await jar.get("/birds")
    await do(jar, "Product_Added", "login:ada", path="/birds")
    assert b"<b>" not in answer.body
    profile = await profile_of(store, jar)
    assert profile is not None
    assert profile.consent is not None
    assert (profile.consent.categories, profile.user, profile.watched) == (("analytics",), "", profile.watched)
    names = await streamed(store)
    assert {"Page Viewed", "Product Added"} <= set(names)
    assert not {"Segment Entered", "Exposed", "Identified"} & set(names)


async def test_personalization_alone_remembers_and_tells_nobody(site_of: SiteOf, store: Store, clock: Clock) -> None:
    jar = chosen(site_of(shop, consent="opt-in"), b"personalization")
    await jar.get("/birds")
    assert b"<b>More</b>" in (await jar.get("/birds")).body
    await do(jar, "Product_Added")
    assert b"<b>Thanks</b>" in (await jar.get("/")).body
    assert await streamed(store) == []
    assert not any((await store.stats("2026-09-21", "2026-09-22")).values())


async def test_without_tests_everybody_is_in_treatment_and_in_no_figure(site_of: SiteOf, store: Store) -> None:
    site = site_of(shop, consent="opt-in")
    some, all_ = (
        chosen(site, b"analytics", b"personalization"),
        chosen(site, b"analytics", b"personalization", b"tests"),
    )
    for jar, shown in ((all_, b">tried<"), (some, b"<u>Trial</u>")):
        await jar.get("/")
        assert shown in (await jar.get("/")).body
    profile = await profile_of(store, some)
    assert profile is not None
    assert profile.responses is not None
    assert {one.side for one in profile.responses.exposures} == {"s"}
    counted = await store.stats("2026-09-21", "2026-09-22")
    shown = {field: count for fields in counted.values() for field, count in fields.items() if field.endswith("shown")}
    assert set(shown.values()) == {1}  # of the one who takes part


async def test_a_refusal_takes_the_cookie_and_erases(site_of: SiteOf, store: Store) -> None:
    jar = Jar(site_of())
    await jar.get("/birds")
    await jar.get("/birds")
    visitor = jar.visitor
    jar.cookies[CONSENT] = NO
    answer = await jar.get("/")
    assert VISITOR not in jar.cookies
    assert b"<b>" not in answer.body
    assert (await store.load(visitor)).erased


async def test_a_signal_erases_who_is_nobody_and_leaves_a_person(site_of: SiteOf, store: Store) -> None:
    site = site_of(shop)
    nobody, ada = Jar(site), Jar(site)
    await nobody.get("/")
    await nobody.get("/")
    await do(ada, "login:ada")
    await ada.get("/")
    for jar, is_erased in ((nobody, True), (ada, False)):
        visitor = jar.visitor
        await jar.get("/", headers=GPC)
        assert VISITOR not in jar.cookies
        assert (await store.load(visitor)).erased is is_erased


async def test_a_cookie_that_names_nobody_goes_too(site_of: SiteOf, store: Store) -> None:
    jar = Jar(site_of(consent="opt-in"), cookies={VISITOR: b"forged", CONSENT: NO})
    await jar.get("/")
    assert VISITOR not in jar.cookies


async def test_who_has_not_answered_keeps_an_older_cookie_which_is_not_read(site_of: SiteOf, store: Store) -> None:
    jar = Jar(site_of())
    await jar.get("/birds")
    await jar.get("/birds")
    visitor, jar.app = jar.visitor, site_of(consent="opt-in")
    assert b"<b>" not in (await jar.get("/birds")).body
    assert jar.visitor == visitor
    await jar.answer(b"all=yes")
    assert b"<b>More</b>" in (await jar.get("/birds")).body
    assert jar.visitor == visitor


async def test_an_answer_here_goes_before_the_signal(site_of: SiteOf, store: Store) -> None:
    site = site_of(consent_from="cookie:agreed")
    jar = chosen(site, b"analytics", b"personalization", b"tests")
    await jar.get("/", headers=GPC)
    assert VISITOR in jar.cookies
    elsewhere = Jar(site, cookies={b"agreed": b"yes"})
    await elsewhere.get("/", headers=GPC)
    assert VISITOR not in elsewhere.cookies


@pytest.mark.parametrize(
    ("signals", "kept"), [("gpc,dnt", []), ("gpc", ["dnt"]), ("dnt", ["sec-gpc"]), ("no", ["dnt", "sec-gpc"])]
)
async def test_which_signals_hold_is_the_sites_to_say(
    signals: str, kept: list[str], site_of: SiteOf, store: Store
) -> None:
    site, found = site_of(browser_signals=signals), []
    for name in (b"dnt", b"sec-gpc"):
        jar = Jar(site)
        await jar.get("/", headers={name: b"1"})
        found += [name.decode()] if VISITOR in jar.cookies else []
    assert found == kept


COUNTRIES = [
    ("DE", False),
    ("GB", False),
    ("CH", False),
    ("RE", False),
    ("US", True),
    ("JP", True),
    ("", False),
    ("XX", False),
]


@pytest.mark.parametrize(("country", "is_kept"), COUNTRIES)
async def test_it_may_differ_by_country(country: str, is_kept: bool, site_of: SiteOf, store: Store) -> None:
    jar = Jar(site_of(consent="US=opt-out, EEA=opt-in", geo_headers="generic"))
    answer = await jar.get("/", headers={b"x-geo-country": country.encode()})
    assert (VISITOR in jar.cookies) is is_kept
    assert (b"May we?" in answer.body) is (country != "JP")


async def test_a_choice_elsewhere_and_one_here_allow_what_both_allow(site_of: SiteOf, store: Store) -> None:
    jar = chosen(site_of(consent="opt-in", consent_from="cookie:agreed"), b"analytics", b"personalization")
    jar.cookies[b"agreed"] = b"personalization"
    for _ in range(2):
        await jar.get("/birds")
    profile = await profile_of(store, jar)
    assert profile is not None
    assert profile.consent is not None
    assert profile.consent.categories == ("personalization",)
    assert await streamed(store) == []


async def test_what_handlers_say_in_vain_is_said_once(
    site_of: SiteOf, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    jar = Jar(site_of(shop, consent="opt-in"))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            await do(jar, "Product_Added", "login:ada")
    assert [record.getMessage() for record in caplog.records] == [
        "what handlers track of visitors who do not allow it goes nowhere",
        "visitors who do not allow to be remembered are not identified",
    ]


async def test_a_server_with_a_key_is_told_what_the_person_allowed(site_of: SiteOf, store: Store) -> None:
    site = site_of(shop, consent="opt-in")
    secret = {b"authorization": b"Basic " + b64encode(b"wk_server:")}
    for user, categories in (("ada", (b"personalization",)), ("eve", (b"personalization", b"analytics", b"tests"))):
        await do(chosen(site, *categories), f"login:{user}", "Product_Added", path="/birds")
    shown = {}
    for user in ("ada", "eve"):
        answer = await Jar(site).get(
            f"/_floorwalker/slots?names=tried,hero&url=/&user={user}&count=yes", headers=secret
        )
        shown[user] = json.loads(answer.body)["slots"]
    assert shown["ada"]["tried"]["html"] == "<u>Trial</u>"
    assert shown["eve"]["tried"]["arm"] == "control"
    assert shown["ada"]["hero"]["html"] == "<b>Thanks</b>"
    exposed = {entry.pseudonym async for entry in store.events() if entry.event.name == "Exposed"}
    assert len(exposed) == 1  # whoever takes part in no tests is in none, whoever asks


async def test_a_browsers_messages_say_themselves_what_is_allowed(site_of: SiteOf, store: Store) -> None:
    site = site_of(consent="opt-in")
    for name, preferences in (("a", None), ("b", {"analytics": True}), ("c", {"analytics": False})):
        message: dict[str, Any] = {"anonymousId": name, "event": "Product Added"}
        if preferences is not None:
            message["context"] = {"consent": {"categoryPreferences": preferences}}
        for headers in (PUBLIC, {**PUBLIC, **GPC}):
            body = json.dumps({**message, "anonymousId": f"{name}{len(headers)}"}).encode()
            answer = await Jar(site).post("/_floorwalker/v1/track", headers=headers, body=body)
            assert answer.status == 200
    found = [(await store.load(await store.client(f"{name}{n}"))).profile for name in "abc" for n in (2, 3)]
    assert [one is not None for one in found] == [False, False, True, False, False, False]


async def test_what_a_record_refuses_holds_where_the_choice_was_lost(site_of: SiteOf, store: Store) -> None:
    jar = chosen(site_of(consent="opt-out"), b"personalization")
    for _ in range(2):
        await jar.get("/birds")
    del jar.cookies[CONSENT]
    assert b"<b>More</b>" in (await jar.get("/birds")).body
    assert await streamed(store) == []
