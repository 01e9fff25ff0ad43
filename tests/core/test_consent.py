"""What a visitor allows: modes, choices, signals of browsers, and what a step may leave behind by it."""

from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import structs

from floorwalker.core.allowance import DAY_S, allowed, begun, granted_by, in_step, limited, withdrawn
from floorwalker.core.choices import read_cookiebot, read_onetrust, read_own, read_words, written
from floorwalker.core.consent import (
    EVERYTHING,
    EVERYTHING_PERMITTED,
    NOTHING_ALLOWED,
    NOTHING_PERMITTED,
    UNCLEAR,
    Asking,
    Category,
    Choice,
    Mode,
    Permission,
    permission_of,
    together,
)
from floorwalker.core.effects import Count, Effects, Mark
from floorwalker.core.events import CONVERTED, EXPOSED, PAGE_VIEWED, SEGMENT_ENTERED, Event
from floorwalker.core.memory.kept.holdings import Consent
from floorwalker.core.memory.kept.responses import SEEN, TREATMENT, Exposure, Responses
from floorwalker.core.memory.profile import Profile

TODAY = 20_000
ANALYTICS, PERSONALIZATION, TESTS = frozenset(("analytics",)), frozenset(("personalization",)), frozenset(("tests",))
OWN_YES = Choice(EVERYTHING, TODAY, "v1", is_own=True)
OWN_NO = Choice(NOTHING_ALLOWED, TODAY, "v1", is_own=True)
OWN_PART = Choice(frozenset((Category.ANALYTICS,)), TODAY, "v1", is_own=True)
OLD_YES = structs.replace(OWN_YES, policy="v0")
OLD_NO = structs.replace(OWN_NO, policy="v0")
TOLD_YES = Choice(EVERYTHING, TODAY)
TOLD_NO = Choice(NOTHING_ALLOWED, TODAY)
DEFAULT_YES = structs.replace(TOLD_YES, is_clear=False)
ASKED, REFUSED = "asked", "refused"

# What is granted, and whether they are asked or have refused: by mode, for each choice, without and with a signal.
TABLE: list[tuple[str, Choice | None, list[str], str]] = [
    ("nothing said", None, ["all", "all asked", "none asked"], "none refused"),
    ("yes, here", OWN_YES, ["all", "all", "all"], "all"),
    ("part, here", OWN_PART, ["analytics", "analytics", "analytics"], "analytics"),
    ("no, here", OWN_NO, ["none refused", "none refused", "none refused"], "none refused"),
    ("yes, of another policy", OLD_YES, ["all", "all asked", "none asked"], "none refused"),
    ("no, of another policy", OLD_NO, ["none refused", "none asked", "none asked"], "none refused"),
    ("yes, elsewhere", TOLD_YES, ["all", "all", "all"], "none refused"),
    ("no, elsewhere", TOLD_NO, ["none refused", "none refused", "none refused"], "none refused"),
    ("a tool's default", DEFAULT_YES, ["all", "all asked", "none asked"], "none refused"),
    ("unclear", UNCLEAR, ["none", "none asked", "none asked"], "none refused"),
]
CASES = [
    (said, mode, choice, False, expected)
    for said, choice, by_mode, _ in TABLE
    for mode, expected in zip(Mode, by_mode, strict=True)
] + [
    (said, mode, choice, True, expected)
    for said, choice, _, expected in TABLE
    for mode in Mode
    if not (choice in (OLD_YES, OLD_NO) and mode is Mode.NONE)
]


def words(permission: Permission) -> str:
    """A permission as the table has it."""
    granted = "all" if permission.granted == EVERYTHING else "+".join(sorted(permission.granted)) or "none"
    return " ".join([granted, *[ASKED] * permission.undecided, *[REFUSED] * permission.refused])


@pytest.mark.parametrize(
    ("said", "mode", "choice", "refuses", "expected"),
    CASES,
    ids=[f"{mode}, {said}{', and the browser refuses' * refuses}" for said, mode, _, refuses, _ in CASES],
)
def test_what_is_permitted_follows_from_mode_choice_and_browser(
    said: str, mode: Mode, choice: Choice | None, refuses: bool, expected: str
) -> None:
    assert words(permission_of(mode, choice, policy="v1", refuses=refuses)) == expected


def test_where_nothing_is_asked_the_policy_of_a_choice_does_not_matter() -> None:
    assert words(permission_of(Mode.NONE, OLD_YES, policy="v1", refuses=True)) == "all"
    assert words(permission_of(Mode.NONE, OLD_NO, policy="v1", refuses=True)) == "none refused"


ASKING = Asking(Mode.OPT_OUT, {"DE": Mode.OPT_IN, "JP": Mode.NONE})
COUNTRIES = [("DE", Mode.OPT_IN), ("de", Mode.OPT_IN), ("JP", Mode.NONE), ("US", Mode.OPT_OUT), (None, Mode.OPT_IN)]


@pytest.mark.parametrize(("country", "mode"), COUNTRIES)
def test_an_unknown_country_gets_the_strictest_mode(country: str | None, mode: Mode) -> None:
    assert ASKING.mode_in(country) is mode


def test_without_countries_no_country_matters() -> None:
    assert Asking(Mode.OPT_OUT).mode_in(None) is Mode.OPT_OUT
    assert Asking(Mode.NONE, {"US": Mode.OPT_OUT}).mode_in(None) is Mode.OPT_OUT
    assert not Asking(Mode.OPT_IN).by_country


SOME = [frozenset(some) for count in range(4) for some in combinations(Category, count)]


@pytest.mark.parametrize("granted", SOME)
def test_the_categories_are_apart(granted: frozenset[Category]) -> None:
    permission = Permission(granted)
    assert permission.counts == (Category.ANALYTICS in granted)
    assert permission.remembers == (Category.PERSONALIZATION in granted)
    assert permission.compares == (granted >= {Category.TESTS, Category.PERSONALIZATION})
    assert permission.stores == (permission.counts or permission.remembers)


def test_what_rules_are_told_is_what_the_visitor_said() -> None:
    assert EVERYTHING_PERMITTED.said is None
    assert NOTHING_PERMITTED.said is None
    assert permission_of(Mode.OPT_OUT, None).said == ("undecided",)
    assert permission_of(Mode.OPT_IN, OWN_PART, policy="v1").said == ("analytics",)
    assert permission_of(Mode.OPT_IN, OWN_NO, policy="v1").said == ()
    assert permission_of(Mode.NONE, None, refuses=True).said == ()


CHOICES = st.builds(
    Choice,
    granted=st.frozensets(st.sampled_from(Category)),
    day=st.integers(0, TODAY),
    policy=st.from_regex(r"[A-Za-z0-9_.-]{0,30}", fullmatch=True),
    is_own=st.just(True),
)


@given(CHOICES)
def test_an_own_choice_is_read_as_it_was_written(choice: Choice) -> None:
    text = written(choice)
    assert read_own(text, today=TODAY) == choice
    assert text.isascii()
    assert not set(text) & set(' ",;\\\t')


@given(CHOICES, st.integers(0, 60), st.characters())
@example(Choice(is_own=True), 2, "0")  # 1.0970-01-01
def test_an_altered_choice_never_allows_what_cannot_be_written(choice: Choice, at: int, put: str) -> None:
    text = written(choice)
    altered = text[:at] + put + text[at + 1 :]
    read = read_own(altered, today=TODAY)
    assert read == UNCLEAR or written(read) == altered


BROKEN = [
    "",
    "1",
    "1.2024-10-04",
    "1.2024-13-04.none.",
    "1.2024-10-04.all.",
    "1.2024-10-04.none~tests.",
    "2.2024-10-04.none.",
    "1.2024-10-04.tests~tests.",
    "1.2999-01-01.analytics.",
    "1.2024-10-04.analytics.a b",
    "1.2024-10-04.analytics." + "p" * 31,
    "1.2024-10-04.analytics.\n",
    "1.2024-10-04.ANALYTICS.",
    "x" * 5000,
    "1.٢٠٢٤-10-04.none.",
    "1.2024-10-04.analytics.é",
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_choice_is_no_choice(text: str) -> None:
    assert read_own(text, today=TODAY) == UNCLEAR


def test_a_choice_of_tomorrow_is_taken_since_clocks_differ() -> None:
    assert read_own(written(structs.replace(OWN_YES, day=TODAY + 1)), today=TODAY).is_clear
    assert read_own(written(structs.replace(OWN_YES, day=TODAY + 2)), today=TODAY) == UNCLEAR


WORDS = [
    ("yes", EVERYTHING),
    ("All", EVERYTHING),
    (" TRUE ", EVERYTHING),
    ("granted", EVERYTHING),
    ("no", NOTHING_ALLOWED),
    ("0", NOTHING_ALLOWED),
    ("denied", NOTHING_ALLOWED),
    ("necessary", NOTHING_ALLOWED),
    ("analytics", ANALYTICS),
    ("necessary,analytics", ANALYTICS),
    ("analytics personalization", ANALYTICS | PERSONALIZATION),
    ("analytics%2Ctests", ANALYTICS | TESTS),
    ("marketing|personalization", PERSONALIZATION),
    ("maybe", None),
    ("", None),
    ("marketing", None),
    ("analytics=yes", None),
    ('{"analytics":false}', None),
    ("analytics,no", None),
    ("no,analytics", None),
    ("analytics" * 999, None),
    ("analytics;tests", None),
    ("yes yes", None),
]


@pytest.mark.parametrize(("text", "granted"), WORDS)
def test_a_cookie_or_header_of_the_site_says_yes_no_or_which(text: str, granted: frozenset[str] | None) -> None:
    assert read_words(text, today=TODAY) == (UNCLEAR if granted is None else Choice(granted, TODAY))  # type: ignore[arg-type]


ONETRUST = (
    "isGpcEnabled=0&datestamp=Tue+Nov+12+2024&version=202409.1.0&interactionCount=1&groups={}&AwaitingReconsent={}"
)
CLOSED = "2024-09-20T14:25:01.938Z"
GROUPS = [
    ("C0001%3A1%2CC0002%3A1%2CC0003%3A1%2CC0004%3A0", EVERYTHING),
    ("C0001%3A1%2CC0002%3A1%2CC0003%3A0", ANALYTICS),
    ("C0001:1,C0003:1", PERSONALIZATION),
    ("C0001%3A1%2CC0002%3A0%2CC0003%3A0", NOTHING_ALLOWED),
    ("C00021%3A1%2CXC0002%3A1", NOTHING_ALLOWED),
    ("C0002%3A10%2CC0003%3A1x", NOTHING_ALLOWED),
]


@pytest.mark.parametrize(("groups", "granted"), GROUPS)
def test_onetrusts_groups_are_read_once_they_are_an_answer(groups: str, granted: frozenset[Category]) -> None:
    text = ONETRUST.format(groups, "false")
    said = read_onetrust(text, CLOSED, today=TODAY)
    assert said == Choice(granted, 19_986)
    assert read_onetrust(text, None, today=TODAY) == Choice(granted, TODAY, is_clear=False)
    assert not read_onetrust(ONETRUST.format(groups, "true"), CLOSED, today=TODAY).is_clear


def test_a_onetrust_cookie_without_groups_is_no_choice() -> None:
    assert read_onetrust("isGpcEnabled=0", CLOSED, today=TODAY) == UNCLEAR
    assert read_onetrust("groups=C0002:1," * 900, CLOSED, today=TODAY) == UNCLEAR
    assert read_onetrust(ONETRUST.format("C0002:1", "false"), "never", today=TODAY).day == TODAY


COOKIEBOT = (
    "{stamp:%27AbC+d/w==%27%2Cnecessary:true%2Cpreferences:PREFERENCES%2Cstatistics:STATISTICS%2Cmarketing:true"
    "%2Cmethod:%27METHOD%27%2Cver:1%2Cutc:1726842301000%2Cregion:%27de%27}"
)


def cookiebot(preferences: str, statistics: str, method: str = "explicit") -> str:
    told = COOKIEBOT.replace("PREFERENCES", preferences).replace("STATISTICS", statistics)
    return told.replace("METHOD", method)


def test_cookiebots_answer_is_read() -> None:
    assert read_cookiebot(cookiebot("true", "true"), today=TODAY) == Choice(EVERYTHING, 19_986)
    assert read_cookiebot(cookiebot("false", "true"), today=TODAY).granted == ANALYTICS
    assert read_cookiebot(cookiebot("true", "false"), today=TODAY).granted == PERSONALIZATION
    assert read_cookiebot("0", today=TODAY) == Choice(NOTHING_ALLOWED, TODAY)


def test_what_cookiebot_supposes_is_no_yes() -> None:
    assert read_cookiebot("-1", today=TODAY) == Choice(EVERYTHING, TODAY, is_clear=False)
    assert not read_cookiebot(cookiebot("true", "true", "implied"), today=TODAY).is_clear
    for text in ("", "{}", "true", cookiebot("maybe", "true"), cookiebot("true", "true") * 2, "{statistics:true}"):
        assert read_cookiebot(text, today=TODAY) == UNCLEAR


@given(st.text(max_size=300), st.none() | st.text(max_size=40))
def test_no_text_raises_or_allows_by_mistake(text: str, closed: str | None) -> None:
    for choice in (
        read_own(text, today=TODAY),
        read_cookiebot(text, today=TODAY),
        read_onetrust(text, closed, today=TODAY),
    ):
        assert choice.is_clear or not permission_of(Mode.OPT_IN, choice).stores
        assert 0 <= choice.day <= TODAY + 1
    read_words(text, today=TODAY)


@given(CHOICES, CHOICES)
def test_two_choices_allow_what_both_allow(one: Choice, other: Choice) -> None:
    both = together(one, other)
    assert both is not None
    assert both.granted == one.granted & other.granted
    assert together(one, UNCLEAR) == together(UNCLEAR, one) == one
    assert together(one, None) == together(None, one) == one


EFFECTS = Effects(
    (Event(PAGE_VIEWED, 1.0), Event(EXPOSED, 1.0), Event(CONVERTED, 1.0), Event(SEGMENT_ENTERED, 1.0)),
    (Count("2026-01-01", "\x1f\x1ftreatment\x1fshown"), Count("2026-01-01", "channel:email\x1f\x1f\x1fshown")),
    due=5.0,
    marks=(Mark("email", "a@b.example"), Mark("email", "old@b.example", gone=True)),
)
LEFT = {
    "": ([], [], 0.0, 1),
    "analytics": ([PAGE_VIEWED], ["channel:email"], 0.0, 1),
    "personalization": ([], [], 5.0, 2),
    "tests": ([], [], 0.0, 1),
    "analytics personalization": ([PAGE_VIEWED, SEGMENT_ENTERED], ["channel:email"], 5.0, 2),
    "personalization tests": ([], [""], 5.0, 2),
    "analytics tests": ([PAGE_VIEWED], ["channel:email"], 0.0, 1),
    "analytics personalization tests": (
        [PAGE_VIEWED, EXPOSED, CONVERTED, SEGMENT_ENTERED],
        ["", "channel:email"],
        5.0,
        2,
    ),
}


@pytest.mark.parametrize("granted", LEFT)
def test_effects_are_left_by_what_is_allowed(granted: str) -> None:
    left = allowed(EFFECTS, frozenset([one for one in Category if one in granted.split()]))
    units = [count.field.partition("\x1f")[0] for count in left.counts]
    assert ([event.name for event in left.events], units, left.due, len(left.marks)) == LEFT[granted]


def test_what_says_nothing_of_when_to_look_again_says_nothing_of_it() -> None:
    assert allowed(Effects(EFFECTS.events), NOTHING_ALLOWED) == Effects()


def profile(*, consent: Consent | None = None) -> Profile:
    exposures = (
        Exposure("hero", "", TREATMENT, 5),
        Exposure("hero", "a", TREATMENT, 5),
        Exposure("side", "b", SEEN, 5),
    )
    return Profile(seed=7, consent=consent, responses=Responses(exposures=exposures), mixed=("hero",))


def noted(*categories: str, day: int = TODAY, policy: str = "v1") -> Consent:
    return Consent(categories, day * DAY_S, policy)


def test_the_choice_is_noted_with_its_day_and_policy() -> None:
    stepped = in_step(profile(), OWN_YES)
    assert stepped.consent == noted("analytics", "personalization", "tests")
    assert stepped.responses == profile().responses
    assert in_step(stepped, structs.replace(OWN_YES, day=TODAY + 3)) is stepped


def test_an_earlier_choice_of_another_browser_changes_nothing() -> None:
    known = profile(consent=noted("personalization", day=TODAY + 1))
    assert in_step(known, OWN_YES) is known
    assert withdrawn(known, permission_of(Mode.OPT_IN, OWN_NO, policy="v1")) == frozenset()


def test_without_tests_no_arm_is_kept_and_what_was_seen_stays_known() -> None:
    stepped = in_step(profile(), Choice(frozenset((Category.ANALYTICS, Category.PERSONALIZATION)), TODAY))
    assert stepped.responses is not None
    assert [one.slot for one in stepped.responses.exposures] == ["side"]
    assert stepped.mixed == ()


@pytest.mark.parametrize("choice", [OWN_YES, OWN_PART, OWN_NO])
def test_a_step_begins_with_the_choice(choice: Choice) -> None:
    permission = permission_of(Mode.OPT_IN, choice, policy="v1")
    made = begun(None, permission, seed=3)
    assert made is not None
    assert (made.seed, granted_by(made.consent)) == (3, choice.granted)
    assert begun(made, permission, seed=4) is made


def test_a_step_without_a_choice_begins_as_ever() -> None:
    assert begun(None, EVERYTHING_PERMITTED, seed=3) is None
    known = profile()
    assert begun(known, permission_of(Mode.OPT_OUT, None), seed=3) is known


def test_what_the_record_refuses_holds_where_the_browser_lost_its_cookie() -> None:
    undecided = permission_of(Mode.OPT_OUT, None)
    kept = limited(undecided, noted("analytics"))
    assert (kept.granted, kept.undecided) == (ANALYTICS, True)
    assert limited(undecided, None) is undecided
    said = permission_of(Mode.OPT_OUT, OWN_YES, policy="v1")
    assert limited(said, noted("analytics")) is said


@pytest.mark.parametrize("had", [None, "analytics personalization tests", "personalization"])
@pytest.mark.parametrize("has", [OWN_YES, OWN_PART, OWN_NO])
def test_what_is_withdrawn_is_what_was_allowed_and_is_no_longer(had: str | None, has: Choice) -> None:
    known = profile(consent=None if had is None else noted(*had.split()))
    before = EVERYTHING if had is None else frozenset(had.split())
    assert withdrawn(known, permission_of(Mode.OPT_IN, has, policy="v1")) == before - has.granted
