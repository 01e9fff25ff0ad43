import json
from pathlib import Path

import pytest
import yaml

from floorwalker.core.reading import read_signals
from floorwalker.core.reading.device import Hints, device_type, read_device
from floorwalker.core.reading.names import browser_names, system_names

PEOPLE = yaml.safe_load((Path(__file__).parents[2] / "cases" / "user_agents.yaml").read_text(encoding="utf-8"))
FROZEN = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)
PHONE = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36"
)


def hinted(agent: str, **hints: str):
    names = {"ua": "sec-ch-ua"}
    headers = {names.get(name, f"sec-ch-ua-{name.replace('_', '-')}"): value for name, value in hints.items()}
    return read_signals(url="/", headers={"user-agent": agent, **headers}).device


@pytest.mark.parametrize("case", PEOPLE, ids=[case["agent"][:90] for case in PEOPLE])
def test_a_user_agent_tells_type_system_and_browser_and_is_no_robot(case):
    signals = read_signals(url="/", headers={"User-Agent": case["agent"]})
    assert signals.device.type == case["type"]
    assert "os" not in case or signals.device.os == case["os"]
    assert "browser" not in case or signals.device.browser == case["browser"]
    assert signals.robot is None


def test_versions_brand_and_model_are_read():
    device = read_device(PHONE.replace("10; K", "13; SM-S918B").replace("141.0.0.0", "126.0.6478.71"))[0]
    assert (device.brand, device.model, device.os_version, device.browser_version) == (
        "Samsung",
        "SM-S918B",
        "13",
        "126.0.6478",
    )


def test_a_reduced_user_agent_names_no_model():
    assert read_device(PHONE)[0].model is None


def test_client_hints_tell_windows_11_from_windows_10():
    assert hinted(FROZEN, ua='"Chromium";v="141"', platform='"Windows"', platform_version='"15.0.0"').os_version == "11"
    assert hinted(FROZEN, ua='"Chromium";v="141"', platform='"Windows"', platform_version='"10.0.0"').os_version == "10"


def test_client_hints_fill_in_model_and_system_version():
    device = hinted(
        PHONE,
        ua='"Chromium";v="141"',
        mobile="?1",
        platform='"Android"',
        platform_version='"15.0.0"',
        model='"Pixel 9"',
    )
    assert (device.type, device.model, device.os, device.os_version) == ("mobile", "Pixel 9", "Android", "15")


def test_client_hints_name_the_browser_behind_the_engine():
    brands = '"Brave";v="141", "Not?A_Brand";v="8", "Chromium";v="141"'
    device = hinted(FROZEN, ua=brands, platform='"Windows"')
    assert (device.browser, device.browser_version) == ("Brave", "141")


def test_the_full_version_list_wins_over_the_short_one():
    device = hinted(FROZEN, ua='"Google Chrome";v="141"', full_version_list='"Google Chrome";v="141.0.7390.54"')
    assert (device.browser, device.browser_version) == ("Chrome", "141.0.7390.54")


def test_a_form_factor_decides_the_type():
    assert hinted(FROZEN, ua='"Chromium";v="141"', form_factors='"Tablet"').type == "tablet"


def test_an_android_that_is_not_mobile_is_a_tablet_and_a_television_stays_one():
    assert (
        hinted(PHONE.replace(" Mobile", ""), ua='"Chromium";v="1"', mobile="?0", platform='"Android"').type == "tablet"
    )
    bravia = (
        "Mozilla/5.0 (Linux; Android 9; BRAVIA 4K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/96.0 Safari/537.36"
    )
    assert hinted(bravia, ua='"Chromium";v="96"', mobile="?0", platform='"Android"').type == "tv"


def test_nonsense_in_hints_is_left_out():
    device = hinted(FROZEN, ua="nonsense", platform_version="x" * 9000, mobile="?7", model="\x1b[31m")
    assert (device.os, device.browser, device.type) == ("Windows", "Chrome", "desktop")
    assert "\x1b" not in (device.model or "")


def test_hints_alone_still_tell_something():
    assert read_device("", Hints(platform="macOS", mobile="?0"))[0].os == "Mac OS X"


def test_watches_and_speakers_are_none_of_the_types():
    assert device_type("atc/1.0 watchOS/7.2 model/Watch5,12 hwp/t8006 build/18S563 (6; dt:234)") is None
    assert device_type("Linux UPnP/1.0 Sonos/55.1-74250 (ZPS13)") is None


def test_browsers_and_systems_have_everyday_names():
    assert "Safari" in browser_names("Mobile Safari")
    assert "Chrome" in browser_names("Chrome Mobile WebView")
    assert "Chrome" in browser_names("Chrome Mobile iOS")
    assert "Firefox" in browser_names("Firefox iOS")
    assert browser_names("Samsung Internet") == ("Samsung Internet",)
    assert "macOS" in system_names("Mac OS X")
    assert system_names("Ubuntu") == ("Ubuntu", "Linux")
    assert browser_names(None) == system_names(None) == ()


def test_published_devices_are_mostly_of_their_published_class(shared_data):
    seen, right = {}, {}
    for line in (shared_data / "ua_device_class_sample.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if case["class"] in ("desktop", "mobile", "tablet", "tv"):
            seen[case["class"]] = seen.get(case["class"], 0) + 1
            right[case["class"]] = right.get(case["class"], 0) + (device_type(case["user_agent"]) == case["class"])
    assert sum(right.values()) / sum(seen.values()) >= 0.95
    assert all(right[kind] / seen[kind] >= 0.88 for kind in seen)


@pytest.mark.parametrize(
    ("file", "field"), [("ua_browser_family_uap.jsonl", "browser"), ("ua_os_family_uap.jsonl", "os")]
)
def test_published_families_are_read_as_published(shared_data, file, field):
    cases = [json.loads(line) for line in (shared_data / file).read_text(encoding="utf-8").splitlines()]
    wrong = [
        case["user_agent_string"]
        for case in cases
        if (getattr(read_device(case["user_agent_string"])[0], field) or "Other") != case["family"]
    ]
    assert len(wrong) / len(cases) <= 0.02, wrong[:5]
