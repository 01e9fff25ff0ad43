"""The settings of consent: what may stand there, and what is said of anything else."""

from typing import Any

import pytest

from floorwalker.asgi.permitting.elsewhere import Source, Teller
from floorwalker.asgi.permitting.options import EEA
from floorwalker.asgi.settings import read_settings
from floorwalker.core.consent import NOBODY_ASKED, Asking, Mode
from floorwalker.errors import ConfigurationError
from tests.asgi.conftest import KEY

AREA = dict.fromkeys(EEA, Mode.OPT_IN)
GOOD: list[tuple[str, Any, Any]] = [
    ("consent", "none", NOBODY_ASKED),
    ("consent", " Opt-In ", Asking(Mode.OPT_IN)),
    ("consent", "opt-out, US=opt-in", Asking(Mode.OPT_OUT, {"US": Mode.OPT_IN})),
    ("consent", "EEA=opt-in", Asking(Mode.NONE, AREA)),
    ("consent", "DE=opt-out, EEA=opt-in, *=opt-out", Asking(Mode.OPT_OUT, {**AREA, "DE": Mode.OPT_OUT})),
    ("consent", {"eea": "opt-in", "us": "opt-out", "*": "none"}, Asking(Mode.NONE, {**AREA, "US": Mode.OPT_OUT})),
    ("consent", Asking(Mode.OPT_IN, {"US": Mode.NONE}), Asking(Mode.OPT_IN, {"US": Mode.NONE})),
    ("consent_policy", " 2026-11.b_2 ", "2026-11.b_2"),
    ("consent_policy", "", ""),
    ("consent_from", "", ()),
    ("consent_from", "onetrust", (Source(Teller.ONETRUST),)),
    (
        "consent_from",
        "Cookie: agreed, header:X-Consent",
        (Source(Teller.COOKIE, b"agreed"), Source(Teller.HEADER, b"x-consent")),
    ),
    ("consent_from", ["cookiebot"], (Source(Teller.COOKIEBOT),)),
    ("browser_signals", "GPC", ("gpc",)),
    ("browser_signals", "dnt, gpc", ("dnt", "gpc")),
    ("browser_signals", ["gpc", "gpc"], ("gpc",)),
    ("browser_signals", "no", ()),
    ("browser_signals", "", ()),
]
BAD: list[tuple[str, Any, str]] = [
    ("consent", "", "it is none, opt-in or opt-out"),
    ("consent", "yes", "it is none, opt-in or opt-out"),
    ("consent", "opt-in, opt-out", "* stands there twice"),
    ("consent", "US=opt-in, us=none", "us stands there twice"),
    ("consent", "EU=opt-in", "EU is no country"),
    ("consent", "USA=opt-in", "USA is no country"),
    ("consent", "DE=maybe", "it is none, opt-in or opt-out"),
    ("consent", {"DE": True}, "it is none, opt-in or opt-out"),
    ("consent", True, "it is none, opt-in or opt-out"),
    ("consent", None, "it is none, opt-in or opt-out"),
    ("consent_policy", "a b", "up to 30 letters"),
    ("consent_policy", "a;b", "up to 30 letters"),
    ("consent_policy", "x" * 31, "up to 30 letters"),
    ("consent_from", "cookie", "it is cookie:NAME"),
    ("consent_from", "cookie:", "it is cookie:NAME"),
    ("consent_from", "cookie:a b", "it is cookie:NAME"),
    ("consent_from", "header:x\r\ny", "it is cookie:NAME"),
    ("consent_from", "onetrust:x", "it is cookie:NAME"),
    ("consent_from", "usercentrics", "it is cookie:NAME"),
    ("consent_from", [b"onetrust"], "no text"),
    ("browser_signals", "gpc, tcf", "it is gpc and dnt"),
    ("browser_signals", "no, gpc", "it is gpc and dnt"),
]


@pytest.mark.parametrize(("name", "value", "expected"), GOOD)
def test_a_setting_is_read(name: str, value: Any, expected: Any) -> None:
    assert getattr(read_settings({"secret_key": KEY, name: value}, {}), name) == expected


@pytest.mark.parametrize(("name", "value", "expected"), [case for case in GOOD if isinstance(case[1], str)])
def test_the_environment_says_it_in_the_same_words(name: str, value: str, expected: Any) -> None:
    environment = {"FLOORWALKER_SECRET_KEY": KEY, f"FLOORWALKER_{name.upper()}": value}
    assert getattr(read_settings({}, environment), name) == expected


@pytest.mark.parametrize(("name", "value", "why"), BAD)
def test_anything_else_stops_the_start_with_one_sentence(name: str, value: Any, why: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_settings({"secret_key": KEY, name: value}, {})
    assert f"The setting {name} cannot be" in str(refused.value)
    assert why in str(refused.value)


def test_the_economic_area_is_thirty_states_their_parts_and_two_neighbours() -> None:
    parts, neighbours = {"AX", "GF", "GP", "MF", "MQ", "RE", "YT"}, {"GB", "CH"}
    assert len(EEA - parts - neighbours) == 30
    assert parts | neighbours < EEA
