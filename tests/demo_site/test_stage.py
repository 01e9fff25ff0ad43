"""The outermost wrapper of the demo: what the app sees of a request that plays somebody."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse

from demo_site.play import FURTHEST_SHIFT, ROLES, SAID, Play, take_role
from demo_site.stage import SHIFT, Stage, demo_clock

NOON = 1_796_040_000.0  # 2026-11-30 12:00 UTC
HTML = {"accept": "text/html", "sec-fetch-dest": "document"}


async def mirror(scope: Any, receive: Any, send: Any) -> None:
    request = Request(scope, receive)
    names = ("referer", "user-agent", "cf-ipcountry", "sec-fetch-site", "sec-ch-ua", SAID)
    seen = {name: request.headers.get(name) for name in names}
    await JSONResponse({**seen, "path": str(request.url.path), "shift": SHIFT.get()})(scope, receive, send)


@pytest.fixture
def browser(visit: Callable[[Any], httpx.Client]) -> httpx.Client:
    client = visit(Stage(mirror, clock=lambda: NOON))
    client.headers.update(HTML)
    return client


def test_a_request_that_plays_nobody_is_left_alone(browser: httpx.Client) -> None:
    seen = browser.get("/lenses", headers={"referer": "https://elsewhere.example/", "sec-ch-ua": "x"}).json()
    assert (seen["referer"], seen["sec-ch-ua"]) == ("https://elsewhere.example/", "x")


def test_a_country_that_the_browser_claims_is_not_believed(browser: httpx.Client) -> None:
    assert browser.get("/", headers={"cf-ipcountry": "NO"}).json()["cf-ipcountry"] is None


def test_an_arrival_lasts_for_one_page(browser: httpx.Client) -> None:
    first = browser.get("/?play=cheap-tripod")
    assert first.url.path == "/"
    assert first.url.query == b""
    assert first.json()["referer"] == "https://www.google.com/search?q=cheap+tripod"
    assert browser.get("/lenses", headers={"referer": "http://shop.test/"}).json()["referer"] == "http://shop.test/"


def test_a_picture_on_the_way_does_not_use_up_the_arrival(browser: httpx.Client) -> None:
    browser.get("/?play=cheap-tripod", follow_redirects=False)
    assert browser.get("/art/birds.svg", headers={"sec-fetch-dest": "image"}).json()["referer"] is None
    assert browser.get("/").json()["referer"] == "https://www.google.com/search?q=cheap+tripod"


def test_a_phone_in_norway_stays_one_from_page_to_page(browser: httpx.Client) -> None:
    browser.get("/lenses?play=phone")
    landed = browser.get("/lenses?play=norway&sort=price")
    assert landed.url.query == b"sort=price"
    seen = browser.get("/cart", headers={"sec-ch-ua": "desktop"}).json()
    assert "iPhone" in seen["user-agent"]
    assert seen["cf-ipcountry"] == "NO"
    assert seen["sec-ch-ua"] is None


def test_tomorrow_is_a_day_later_each_time_and_comes_by_itself(browser: httpx.Client) -> None:
    seen = browser.get("/?play=tomorrow", headers={"referer": "http://shop.test/"}).json()
    assert (seen["shift"], seen["referer"], seen["sec-fetch-site"]) == (86_400, None, "none")
    assert browser.get("/?play=tomorrow").json()["shift"] == 2 * 86_400


@pytest.mark.parametrize("path", ["/_floorwalker/preview?token=x", "/demo/preview?to=/"])
def test_a_link_to_the_preview_is_judged_by_the_real_clock(browser: httpx.Client, path: str) -> None:
    browser.get("/?play=tomorrow")
    assert browser.get(path).json()["shift"] == 0


def test_in_a_preview_nobody_is_played_and_after_it_they_are_again(browser: httpx.Client) -> None:
    browser.get("/lenses?play=phone")
    browser.get("/?play=tomorrow")
    browser.cookies.set("fw-preview", "sealed", domain="shop.test", path="/")
    seen = browser.get("/").json()
    assert (seen["shift"], "iPhone" in seen["user-agent"]) == (0, False)
    browser.cookies.delete("fw-preview", domain="shop.test", path="/")
    assert browser.get("/").json()["shift"] == 86_400


def test_to_start_anew_forgets_everything(browser: httpx.Client) -> None:
    browser.get("/?play=phone")
    browser.get("/?play=tomorrow")
    browser.cookies.set("fw", "somebody", domain="shop.test", path="/")
    seen = browser.get("/?play=anew").json()
    assert seen["shift"] == 0
    assert "iPhone" not in seen["user-agent"]
    assert "fw" not in browser.cookies


def test_night_is_the_next_time_that_it_is_late_in_berlin() -> None:
    shift = take_role(Play(), "night", now=NOON).shift
    assert shift == (23 - 13) * 3600 + 600  # noon UTC is 13:00 in Berlin in winter


def test_the_clock_can_be_pushed_only_so_far() -> None:
    play = Play(shift=FURTHEST_SHIFT)
    assert take_role(play, "tomorrow", now=NOON).shift == FURTHEST_SHIFT


@pytest.mark.parametrize("play", [Play(), Play(role="ad", arriving="ad", device="phone", country="NO", shift=86_400)])
def test_a_cookie_reads_back_as_it_was_written(play: Play) -> None:
    assert Play.read(play.written()) == play


@pytest.mark.parametrize(
    "cookie", ["", "shift=-5", "shift=1e9", "shift=٣", "device=x&country=XX", "a=" * 99, "\x00", "shift=" + "9" * 30]
)
def test_a_cookie_that_makes_no_sense_plays_nobody(cookie: str) -> None:
    assert Play.read(cookie) == Play()


def test_a_role_that_is_not_known_leads_nowhere_else(browser: httpx.Client) -> None:
    response = browser.get("/lenses?play=nobody")
    assert response.json()["path"] == "/lenses"


def test_no_address_leads_to_another_host(browser: httpx.Client) -> None:
    response = browser.get("http://shop.test//evil.example/x?play=phone", follow_redirects=False)
    assert response.headers["location"] == "/evil.example/x"


def test_the_demos_clock_is_ahead_by_as_much_as_the_request_plays() -> None:
    clock = demo_clock(lambda: NOON)
    token = SHIFT.set(60)
    assert clock() == NOON + 60
    SHIFT.reset(token)
    assert clock() == NOON


def test_every_role_says_what_it_is() -> None:
    assert all(role.title and role.says for role in ROLES.values())


def test_outside_europe_everybody_has_said_yes_and_in_germany_nobody_has_said_anything(browser: httpx.Client) -> None:
    assert browser.get("/").json()[SAID] == "yes"
    assert browser.get("/?play=america").json()[SAID] == "yes"
    assert browser.get("/?play=germany").json()[SAID] is None
    assert browser.get("/?play=customer").json()[SAID] == "yes"
    assert browser.get("/?play=refusing").json()[SAID] == "no"
    assert browser.get("/?play=asked", headers={SAID: "yes"}).json()[SAID] is None


@pytest.mark.parametrize(
    "headers", [{"sec-gpc": "1"}, {"dnt": "1"}, {"cookie": "fw-consent=1.2026-11-22.none."}], ids=str
)
def test_what_whoever_sits_there_says_themselves_goes_before_what_is_played(
    browser: httpx.Client, headers: dict[str, str]
) -> None:
    assert browser.get("/", headers=headers).json()[SAID] is None
