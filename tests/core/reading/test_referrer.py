from pathlib import Path

import pytest
import yaml

from floorwalker.core.reading import SignalReader, read_signals

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "referrers.yaml").read_text(encoding="utf-8"))
READER = SignalReader(hosts=["https://www.other-shop.example/"], partners={"photo-club.example": "The Photo Club"})


def read(referrer: str | bytes, url: str = "https://www.shop.example/"):
    return read_signals(url=url, headers={"Referer": referrer}, reader=READER)


@pytest.mark.parametrize("case", CASES, ids=[case["referrer"] or "none" for case in CASES])
def test_a_referrer_tells_medium_source_and_words(case):
    signals = read(case["referrer"].encode())
    assert (signals.referrer.medium, signals.referrer.source) == (case["medium"], case["source"])
    assert (signals.search is not None) == ("words" in case)
    if signals.search:
        assert signals.search.keywords == case["words"]


def test_a_search_carries_its_engine():
    assert read("https://www.google.com/").search.engine == "Google"


def test_bytes_that_were_never_escaped_are_read_in_the_engines_charset():
    assert read(b"http://www.baidu.com/s?wd=" + "摄像机".encode("gb2312")).search.keywords == "摄像机"
    assert read("http://www.google.com/search?q=trépied".encode()).search.keywords == "trépied"
    assert read("http://www.google.com/search?q=trépied".encode("latin-1")).search.keywords == "trépied"


def test_the_own_host_may_come_from_the_host_header():
    signals = read_signals(
        url="/cart", headers=[("Host", "shop.example:8000"), ("Referer", "http://shop.example:8000/")]
    )
    assert (signals.host, signals.referrer.medium) == ("shop.example", "internal")


def test_an_own_subdomain_is_internal_but_a_neighbour_is_not():
    assert read("https://shop.example/", url="https://blog.shop.example/").referrer.medium == "referral"


def test_the_domain_and_address_of_the_referrer_are_kept_bounded():
    referrer = read("https://news.example/" + "a" * 5000).referrer
    assert referrer.domain == "news.example"
    assert len(referrer.url) == 512


def test_words_never_carry_control_characters_and_are_bounded():
    words = read("https://www.google.com/search?q=a%00%1b%0Ab" + "c" * 5000).search.keywords
    assert words.startswith("a   b")
    assert len(words) <= 512


def test_every_search_case_of_the_published_parser_is_read_as_published(shared_data):
    import json

    reader = SignalReader(hosts=["subdomain1.snowplowanalytics.com", "subdomain2.snowplowanalytics.com"])
    for case in json.loads((shared_data / "referrer_cases_snowplow.json").read_text()):
        signals = read_signals(
            url="https://www.snowplowanalytics.com/", headers={"Referer": case["uri"]}, reader=reader
        )
        words = signals.search.keywords if signals.search else None
        assert (signals.referrer.medium, signals.referrer.source, words) == (
            case["medium"],
            case["source"],
            case["term"],
        ), case["spec"]


# In the list of search engines, but assistants or networks before all, or (cnn.com) searches under one path only.
ELSEWHERE = {"chat.openai.com", "chatgpt.com", "www.facebook.com", "www.perplexity.ai", "you.com", "www.cnn.com"}


@pytest.mark.parametrize(
    ("file", "medium"),
    [("matomo_SearchEngines.yml", "search"), ("matomo_Socials.yml", "social"), ("matomo_AIAssistants.yml", "ai")],
)
def test_every_listed_host_is_known_with_its_medium(shared_data, file, medium):
    wrong = []
    for entries in yaml.safe_load((shared_data / file).read_text(encoding="utf-8")).values():
        for entry in entries:
            for host in [entry] if isinstance(entry, str) else entry["urls"]:
                if "{}" in host or ":" in host or host.startswith("android-app") or host in ELSEWHERE:
                    continue
                if read(f"https://{host}/").referrer.medium != medium:
                    wrong.append(host)
    assert not wrong


def test_every_country_of_a_listed_engine_is_known(shared_data):
    for country in ("de", "co.uk", "com.br", "co.jp", "com.tr", "ru"):
        assert read(f"https://www.google.{country}/").referrer.source == "Google"
        assert read(f"https://images.google.{country}/").referrer.source == "Google Images"


def test_the_logs_search_referrals_keep_their_words(shared_data):
    import re

    line = re.compile(r'\S+ \S+ \S+ \[[^]]*\] "[^"]*" \d+ \S+ "([^"]*)"')
    searches = words = 0
    for text in (shared_data / "weblog_semicomplete_2015.log").read_bytes().decode("latin-1").splitlines():
        if match := line.match(text):
            signals = read(match[1].encode("latin-1"), url="http://www.semicomplete.com/")
            searches += signals.search is not None
            words += bool(signals.search and signals.search.keywords)
    assert searches == pytest.approx(600, abs=20)
    # 80 lines fill a words parameter; 11 of them hold a link that Google redirected (/url?q=http…), not words.
    assert words == 69
