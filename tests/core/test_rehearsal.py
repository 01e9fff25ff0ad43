"""Rehearsals: a persona's past is lived through the same doors as everybody's."""

from hypothesis import given
from hypothesis import strategies as st

from floorwalker.core.advance import Corridor
from floorwalker.core.events import Event
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.kept.responses import Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.personas import Facts, Happening, PastOrder, Persona, Piece
from floorwalker.core.ruleset import PageRule, Ruleset
from floorwalker.core.signals import Place
from floorwalker.core.trying.rehearsal import rehearse

NOW = 1_795_000_000.0
DAY = 86400.0
CORRIDOR = Corridor(Ruleset(pages=(PageRule(path="/{category}/{product}", type="product"),)))


def lived(*history: Happening, **more: object) -> Profile:
    profile = rehearse(CORRIDOR, Persona("ada", history=history, **more), at=NOW).base  # type: ignore[arg-type]
    assert profile is not None
    return profile


def test_of_somebody_new_nothing_is_remembered() -> None:
    assert rehearse(CORRIDOR, Persona("ada"), at=NOW).base is None


def test_the_page_asked_for_now_is_not_in_the_past() -> None:
    profile = lived(Happening(ago=60, url="/lenses/50mm"))
    assert profile.visit is not None
    assert profile.visit.views == 1


def test_a_past_page_is_read_as_a_live_one_is() -> None:
    referrer = "https://www.google.com/search?q=tripod"
    profile = lived(Happening(ago=40 * DAY, url="/tripods/stork?utm_campaign=spring", referrer=referrer))
    headers = ((b"referer", referrer.encode()),)
    hit = Hit(at=NOW - 40 * DAY, url="/tripods/stork?utm_campaign=spring", headers=headers)
    assert profile == CORRIDOR.advance(None, hit, seed=profile.seed)[0]
    assert profile.recents.latest("product") == "stork"


def test_the_past_is_lived_in_its_order_wherever_it_is_written() -> None:
    first, then = Happening(ago=3 * DAY, url="/a/b"), Happening(ago=DAY, url="/c/d")
    assert lived(first, then) == lived(then, first)
    assert lived(first, then).visits == 2


def test_what_a_slot_showed_counts_as_a_showing() -> None:
    shown = Happening(ago=DAY, event="Slot Shown", properties={"slot": "hero", "block": "spring"}, times=3)
    profile = lived(Happening(ago=DAY, url="/"), shown)
    one = CORRIDOR.advance(None, Hit(at=NOW - DAY, url="/"), seed=profile.seed)[0]
    for _ in range(3):
        one, _effects = CORRIDOR.show(one, (Showing("hero", "spring", "treatment"),), at=NOW - DAY)
    assert profile == one


def test_an_event_is_folded_as_a_client_tells_it() -> None:
    profile = lived(Happening(ago=DAY, event="Order Completed", properties={"revenue": 129}))
    event = Event("Order Completed", NOW - DAY, {"revenue": 129})
    told = Hit(at=event.at, url="/", kind=HitKind.EVENTS, events=(event,))
    assert profile == CORRIDOR.advance(None, told, seed=profile.seed)[0]


def test_who_they_are_is_known_from_the_beginning() -> None:
    profile = lived(Happening(ago=DAY, url="/a/b"), user="user-17", traits={"city": "Bonn"})
    assert (profile.user, profile.traits, profile.visits) == ("user-17", {"city": "Bonn"}, 1)
    assert lived(user="user-17").visits == 0


def test_nothing_is_remembered_without_consent() -> None:
    rehearsal = rehearse(CORRIDOR, Persona("ada", remembered=False, history=(Happening(ago=1, url="/"),)), at=NOW)
    assert (rehearsal.base, rehearsal.permission.stores) == (None, False)


def test_the_same_persona_keeps_its_seed_at_any_moment() -> None:
    persona = Persona("ada", history=(Happening(ago=DAY, url="/"),))
    seeds = {base.seed for at in (NOW, NOW + DAY) if (base := rehearse(CORRIDOR, persona, at=at).base)}
    assert len(seeds) == 1


def test_the_request_tells_what_the_persona_says() -> None:
    persona = Persona(
        "ada",
        url="/?q=1",
        referrer="https://news.example/",
        user_agent="Agent",
        headers={"Accept-Language": "de", "Referer": "https://other.example/"},
        cookies={"a": "1", "b": "2"},
        address="203.0.113.7",
        place=Place(country="DE"),
        timezone="Europe/Berlin",
        attributes={"stock": 3},
    )
    signals = CORRIDOR.read(rehearse(CORRIDOR, persona, at=NOW).hit)
    assert signals.referrer.domain == "news.example"
    assert (signals.languages, signals.cookies, signals.address) == (("de",), {"a": "1", "b": "2"}, "203.0.113.7")
    assert (signals.place, signals.timezone, signals.attributes) == (
        Place(country="DE"),
        "Europe/Berlin",
        {"stock": 3},
    )


def test_what_they_have_goes_before_what_the_past_tells() -> None:
    facts = Facts(cart=(Piece(product="p", price=5.0, quantity=2),), cart_idle=3600, lifecycle="loyal")
    profile = lived(Happening(ago=DAY, url="/a/b"), facts=facts)
    assert profile.cart is not None
    assert (profile.cart.value, profile.cart.changed) == (10.0, int(NOW) - 3600)
    assert profile.learned is not None
    assert (profile.learned.lifecycle, profile.visits) == ("loyal", 1)


def test_what_is_missing_of_interests_is_anything_else() -> None:
    interests = lived(facts=Facts(interests={"birds": 0.6, "stars": 0.02}, dominant_interest="birds")).interests
    assert interests is not None
    assert (round(interests.shares()["birds"], 6), round(interests.shares()["stars"], 6)) == (0.6, 0.02)
    assert interests.dominant == "birds"


def test_orders_are_remembered_with_what_was_bought() -> None:
    past = PastOrder(10 * DAY, 99.0, bought=(Piece(category="bags"), Piece(product="p")))
    orders = lived(facts=Facts(orders=(past, PastOrder(DAY, 1.0, "USD")))).orders
    assert orders is not None
    assert (orders.count, orders.totals["EUR"].amount, orders.totals["USD"].orders) == (2, 99.0, 1)
    assert [(one.category, one.product, one.at) for one in orders.bought] == [
        ("bags", "", int(NOW - 10 * DAY)),
        ("", "p", int(NOW - 10 * DAY)),
    ]


def test_the_rest_of_what_they_have_is_remembered_too() -> None:
    facts = Facts(notes=("called",), responds_to={"email": 0.2}, consents=("marketing",), propensities={"buy": 0.3})
    profile = lived(facts=facts)
    assert profile.notes is not None
    assert profile.consent is not None
    assert profile.learned is not None
    assert [note.text for note in profile.notes.latest] == ["called"]
    assert profile.contacts["email"].rate == 0.2
    assert (profile.consent.categories, profile.learned.propensities) == (("marketing",), {"buy": 0.3})


_HAPPENINGS = st.builds(
    Happening,
    ago=st.integers(0, 90 * 86400).map(float),
    url=st.sampled_from(["/", "/lenses/50mm", "/bags/one?utm_source=mail"]),
    event=st.sampled_from(["", "Product Added", "Slot Shown", "Slot Clicked"]),
    properties=st.just({"slot": "hero", "block": "a"}),
    times=st.integers(1, 3),
)


@given(st.lists(_HAPPENINGS, max_size=12, unique_by=lambda one: one.ago), st.randoms())
def test_only_when_things_happened_counts(history: list[Happening], shuffled: object) -> None:
    persona = Persona("ada", history=tuple(history))
    shuffled.shuffle(history)  # type: ignore[attr-defined]
    again = Persona("ada", history=tuple(history))
    assert rehearse(CORRIDOR, persona, at=NOW) == rehearse(CORRIDOR, again, at=NOW)
