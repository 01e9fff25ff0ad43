import json
from pathlib import Path

import pytest
import yaml

from floorwalker.core.reading import read_signals

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "channels.yaml").read_text(encoding="utf-8"))


def read(query: str = "", referrer: str = ""):
    return read_signals(url=f"https://shop.example/lenses?{query}", headers={"Referer": referrer} if referrer else {})


@pytest.mark.parametrize("case", CASES, ids=[f"{case['query']} {case['referrer']}" for case in CASES])
def test_campaign_click_and_referrer_make_the_channel(case):
    signals = read(case["query"], case["referrer"])
    assert signals.channel == case["channel"]
    if "medium" in case:
        assert signals.referrer.medium == case["medium"]
    if "network" in case:
        assert signals.ad.network == case["network"]


def test_campaign_parameters_are_read_in_any_case_and_the_first_filled_one_counts():
    campaign = read(
        "UTM_SOURCE=Club&utm_medium=&utm_medium=email&utm_campaign=Spring+%26+Co&utm_term=a&utm_content=b"
    ).campaign
    assert (campaign.source, campaign.name, campaign.term, campaign.content) == ("Club", "Spring & Co", "a", "b")


def test_empty_campaign_parameters_are_no_campaign():
    assert read("utm_source=&utm_medium=%20").campaign is None


def test_campaign_texts_are_bounded_and_clean():
    campaign = read("utm_campaign=" + "x" * 3000 + "&utm_term=a%00%0Ab").campaign
    assert len(campaign.name) == 200
    assert campaign.term == "a  b"


def test_a_link_names_its_banner_and_placement():
    ad = read("utm_source=club&utm_medium=cpc&banner=spring-1&placement=sidebar").ad
    assert (ad.network, ad.banner, ad.placement) == ("club", "spring-1", "sidebar")


def test_the_content_of_a_paid_campaign_is_its_banner():
    assert read("utm_source=bing&utm_medium=cpc&utm_content=blue").ad.banner == "blue"
    assert read("utm_source=bing&utm_medium=email&utm_content=blue").ad is None


def test_the_sites_own_banner_parameter_is_no_ad():
    assert read("banner=1").ad is None


def test_a_click_identifiers_value_is_never_kept_apart_from_the_query():
    ad = read("gclid=secret").ad
    assert (ad.click_id, "secret" in repr(ad)) == ("gclid", False)


def test_a_campaign_tells_the_source_where_the_browser_sent_no_referrer():
    assert read("utm_source=fb&utm_medium=social").referrer.source == "Facebook"
    assert read("utm_source=spring-letter&utm_medium=email").referrer.source == "spring-letter"


def test_a_referrer_that_was_sent_is_not_overwritten_by_the_campaign():
    assert read("utm_source=bing&utm_medium=cpc", "https://duckduckgo.com/").referrer.source == "DuckDuckGo"


def test_the_published_wild_clicks_have_their_published_channel(shared_data):
    cases = json.loads((shared_data / "channel_wild_clicks.json").read_text(encoding="utf-8"))
    for case in cases["wild_clicks"]:
        headers = {"Referer": case["referrer"]} if case["referrer"] else {}
        assert read_signals(url=case["landing_url"], headers=headers).channel == case["expected_channel"], case["name"]
    for case in cases["properties"]:
        query = "&".join(f"{name}={value}" for name, value in case.items() if name.startswith(("utm_", "gclid")))
        domain = case.get("referring_domain")
        assert read(query, f"https://{domain}/" if domain else "").channel == case["expected_channel"], case
