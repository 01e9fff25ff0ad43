"""docs/events.md says what the code says."""

from floorwalker.asgi.collecting import CollectOptions
from floorwalker.collect import limits
from floorwalker.collect.keys import WHERE_KEYS_BELONG
from floorwalker.store import StoreSettings
from tests.docs.pages import ROOT, table

PAGE = (ROOT / "docs" / "events.md").read_text("utf-8")


def test_the_limits_are_those_of_the_table() -> None:
    for name, value, _ in table("events.md", "<!-- limits -->"):
        assert getattr(limits, name.strip("`")) == int(value)


def test_the_settings_of_the_app_of_its_own_are_named() -> None:
    sentence = PAGE[PAGE.index("`CollectApp` takes") :].partition("environment")[0]
    assert {name for name in CollectOptions.__annotations__ if f"`{name}`" not in sentence} == set()


def test_where_a_key_belongs_is_said_as_the_answer_says_it() -> None:
    for word in ("`Authorization: Basic`", "`writeKey` in the body"):
        assert word in PAGE
        assert word in WHERE_KEYS_BELONG


def test_the_times_are_those_of_the_text() -> None:
    assert (limits.AHEAD_S, limits.OLDEST_S, limits.DEADLINE_S, limits.SKEW_S) == (300, 400 * 86_400, 5, 60)
    assert (StoreSettings().messages_life_s, StoreSettings().messages_kept) == (30 * 86_400, 10_000)
    told = PAGE.replace("\n", " ")
    for words in (
        "for 30 days",
        "latest 10,000",
        "5 minutes ahead",
        "400 days back",
        "5 seconds",
        "more than a minute",
    ):
        assert words in told
