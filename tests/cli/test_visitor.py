"""`floorwalker visitor`: one person shown, found, noted, exported and erased."""

import json
import stat
import time
from pathlib import Path

import pytest

from floorwalker.core.effects import NOTHING
from floorwalker.core.events import Event
from floorwalker.core.memory.profile import Profile
from floorwalker.store import Store
from tests.cli.counter import Shop, corridor

ADA = (
    '{"user": "u1", "traits": {"name": "Ada Lovelace", "email": "Ada@Example.org", "phone": "+49 30 1234", '
    '"vip": true}}',
    '{"user": "u1", "order_id": "S1", "at": "2026-05-14T16:30", "total": 59.8, "product_id": "x1", "category": "bags"}',
    '{"user": "u1", "event": "Product Added", "at": "2026-06-02", "product_id": "x2", "name": "Bag", "price": 20}',
    '{"user": "u2", "traits": {"name": "Bob", "email": "bob@example.org", "vip": true}}',
)


@pytest.fixture
def shop(tmp_path: Path, valkey_url: str, capsys: pytest.CaptureFixture[str]) -> Shop:
    shop = Shop(tmp_path, valkey_url, capsys)
    assert shop.say("import", shop.file("ada.jsonl", *ADA))[0] == 0
    return shop


def test_a_person_is_shown_as_a_page_to_read(shop: Shop) -> None:
    status, out, _ = shop.say("show", "--user", "u1")
    lines = [line.strip() for line in out.splitlines()]
    assert status == 0
    assert lines[0].startswith("Ada Lovelace")
    assert "Bag  1 ×  20.00 EUR" in lines
    assert any(line.split() == ["14", "May", "2026", "S1", "59.80", "EUR"] for line in lines)
    assert any("on-a-phone, which asks the request for device" in line for line in lines)
    assert lines[-1].startswith("To leave a note: floorwalker visitor note")


def test_a_person_is_shown_in_the_published_shape(shop: Shop) -> None:
    told = shop.told("show", "--email", "ada@example.org")
    assert told["user"] == "u1"
    assert told["orders"] == 1
    assert told["spent"] == {"EUR": 59.8}
    assert told["latest_orders"][0]["at"] == "2026-05-14T14:30:00Z"
    assert told["cart"]["value"] == 20


@pytest.mark.parametrize("what", ["show", "export", "erase", "note"])
@pytest.mark.parametrize("who", [("--user", "nobody"), ("--visitor", "n" * 22), ("--email", "no@example.org")])
def test_where_nobody_is_there_a_sentence_says_so(shop: Shop, what: str, who: tuple[str, str]) -> None:
    more = ("--yes",) if what == "erase" else ("text",) if what == "note" else ()
    status, out, err = shop.say(what, *who, *more)
    assert (status, out) == (1, "")
    assert err.endswith(".\n")
    assert "no@example.org" not in err


def test_what_names_several_people_names_nobody(shop: Shop) -> None:
    shop.say("import", shop.file("same.jsonl", '{"user": "u3", "traits": {"email": "bob@example.org"}}'))
    status, _, err = shop.say("show", "--email", "bob@example.org")
    assert status == 1
    assert "2 people have this e-mail address" in err


def test_whoever_only_says_that_an_address_is_theirs_is_not_taken_for_the_person(shop: Shop) -> None:
    """A page's script tells traits of whoever has the cookie; nobody has proved them."""

    async def claim(store: Store) -> None:
        for visitor, email in (("a" * 22, "bob@example.org"), ("b" * 22, "eve@example.org")):
            step = corridor().fold(Profile(seed=1), Event("Identified", 1_770_000_000.0, {"email": email}))
            step = corridor().concluded(None, *step, 1_770_000_000.0)
            await store.commit(visitor, None, lambda _, step=step: step)

    shop.stored(claim)
    assert shop.told("show", "--email", "bob@example.org")["user"] == "u2"
    rows = shop.file("claimed.jsonl", '{"email": "eve@example.org", "order_id": "E1", "at": "2026-06-02", "total": 5}')
    status, out, err = shop.say("import", rows)
    assert status == 1
    assert "never signed in" in out + err
    status, _, err = shop.say("show", "--email", "eve@example.org")
    assert status == 1
    assert "b" * 22 in err


def test_a_pointer_leads_to_the_person(shop: Shop) -> None:
    async def join(store: Store) -> str:
        person = await store.person("u1")
        store.joining = corridor().join
        step = corridor().fold(Profile(seed=1), Event("Looked Around", 1_770_000_000.0))
        await store.commit("a" * 22, None, lambda _: step)
        identified = Event("Identified", 1_790_000_000.0, {"user_id": "u1"}, id="m1")
        await store.merge("a" * 22, person, identified)
        return person

    person = shop.stored(join)
    assert shop.told("show", "--visitor", "a" * 22)["visitor"] == person
    assert shop.told("export", "--visitor", "a" * 22)["joined"] == ["a" * 22]
    assert shop.told("erase", "--visitor", "a" * 22, "--yes")["pointers"] == 1
    for gone in (("--visitor", "a" * 22), ("--user", "u1")):
        assert shop.say("show", *gone)[0] == 1


def test_everything_is_exported_for_its_reader_alone(shop: Shop) -> None:
    path = shop.folder / "ada.json"
    assert shop.say("export", "--user", "u1", "--to", path)[0] == 0
    everything = json.loads(path.read_text(encoding="utf-8"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert everything["profile"]["traits"]["email"] == "Ada@Example.org"
    assert everything["profile"]["orders"]["latest"][0]["id"] == "S1"
    assert {entry["event"] for entry in everything["stream"]} >= {"Order Completed", "Product Added"}
    assert everything["message_ids"] == 3
    assert everything == shop.told("export", "--user", "u1")


def test_erasing_says_what_went(shop: Shop) -> None:
    told = shop.told("erase", "--user", "u1", "--yes")
    assert {name: told[name] for name in ("record", "index", "pointers")} == {"record": True, "index": 3, "pointers": 0}
    assert told["stream"] >= 3
    assert shop.say("find", "--trait", "email=ada@example.org")[0] == 1
    assert "was erased" in shop.say("show", "--user", "u1")[2]


def test_an_erasure_is_proven(shop: Shop) -> None:
    before = shop.told("traces", "--user", "u1", status=1)
    assert {one["kind"] for one in before["left"]} >= {"profile", "events", "found", "messages"}
    told = shop.told("erase", "--user", "u1", "--yes", "--verify")
    assert (told["left"], told["stones"], told["record"]) == ([], 1, True)
    assert told["looked_into"]["keys"]["profile"] >= 2
    again = shop.told("erase", "--user", "u1", "--verify")
    assert (again["left"], again["stones"], again["record"]) == ([], 1, False)
    assert shop.told("traces", "--user", "u1")["visitor"] == told["visitor"]
    assert shop.profile("u2") is not None


def test_the_proof_says_what_was_looked_at_and_what_it_cannot_see(shop: Shop) -> None:
    status, out, _ = shop.say("erase", "--email", "ada@example.org", "--yes", "--verify")
    assert status == 0
    for words in ("Erased Ada", "Looked into", "Nothing of them is there but 1 stone.", "cannot see backups"):
        assert words in out


def test_what_leads_to_somebody_is_erased_with_them_also_where_their_record_forgot_it(shop: Shop) -> None:
    async def join(store: Store) -> str:
        store.joining = corridor().join
        person = await store.person("u1")
        for n in range(34):
            device = f"device-{n:015}"
            await store.commit(device, None, lambda _: (Profile(seed=1), NOTHING))
            identified = Event("Identified", 1_790_000_000.0, {"user_id": "u1"}, id=f"m{n}")
            await store.merge(device, person, identified)
        return person

    shop.stored(join)
    told = shop.told("erase", "--user", "u1", "--yes", "--verify")
    assert (told["left"], told["stones"]) == ([], 35)


def test_somebody_else_who_says_the_same_is_told_and_left(shop: Shop) -> None:
    async def claims(store: Store) -> None:
        known = {"email": "ada@example.org"}
        at = int(time.time())
        claiming = Profile(seed=1, last_seen=at, traits=known)
        await store.commit("claims-to-be-somebody-", None, lambda _: (claiming, NOTHING))

    shop.stored(claims)
    status, out, _ = shop.say("erase", "--user", "u1", "--yes", "--verify")
    assert status == 0
    assert "1 visitor beside them say the same name or address: claims-to-be-somebody-." in out
    assert shop.told("traces", "--visitor", "claims-to-be-somebody-", status=1)["left"]


def test_where_somebody_lies_is_told_key_by_key(shop: Shop) -> None:
    status, out, _ = shop.say("traces", "--user", "u1")
    assert status == 1
    assert ":events" in out
    assert "by their pseudonym" in out
    assert shop.say("traces", "--visitor", "n" * 22)[0] == 0


@pytest.mark.parametrize("command", [("traces",), ("erase", "--yes", "--verify")])
def test_what_is_no_id_is_looked_for_nowhere(shop: Shop, command: tuple[str, ...]) -> None:
    status, _, complaint = shop.say(*command, "--visitor", "ada@example.org")
    assert status == 2
    assert "no visitor's id" in complaint


def test_records_are_written_anew_for_a_data_key(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOORWALKER_DATA_KEYS", "a" * 32)
    assert shop.rewritten() == (0, {"renewed": 2, "locked": 0})
    assert shop.rewritten() == (0, {"renewed": 0, "locked": 0})
    monkeypatch.setenv("FLOORWALKER_DATA_KEYS", "b" * 32)
    assert shop.rewritten() == (1, {"renewed": 0, "locked": 2})
    monkeypatch.setenv("FLOORWALKER_DATA_KEYS", "plain," + "a" * 32)
    assert shop.rewritten() == (0, {"renewed": 2, "locked": 0})
    monkeypatch.setenv("FLOORWALKER_DATA_KEYS", "short")
    assert shop.say("show", "--user", "u1")[0] == 2


def test_records_are_laid_out_as_is_said_from_then_on(shop: Shop) -> None:
    before = shop.profiles()
    for layout in ("1", "2"):
        assert shop.rewritten("--layout", layout) == (0, {"renewed": 2, "locked": 0})
        assert shop.rewritten() == (0, {"renewed": 0, "locked": 0})
        assert shop.profiles() == before
    with pytest.raises(SystemExit, match="2"):
        shop.rewritten("--layout", "3")


def test_nobody_is_erased_without_a_yes(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    status, _, err = shop.say("erase", "--user", "u1")
    assert status == 2
    assert "say --yes" in err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    for answer, expected in (("", 1), ("no", 1), ("y", 0)):
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        assert shop.say("erase", "--user", "u1")[0] == expected
    assert shop.profile("u1") is None


FOUND = [
    (("email=ADA@example.org",), {"u1"}),
    (("phone=+49301234",), {"u1"}),
    (("name=ada  lovelace",), {"u1"}),
    (("vip=true",), {"u1", "u2"}),
    (("vip=true", "name=Bob"), {"u2"}),
    (("vip=true", "email=ada@example.org", "name=Bob"), set()),
    (("city=Berlin",), set()),
]


@pytest.mark.parametrize(("traits", "users"), FOUND)
def test_people_are_found_by_all_that_is_asked(shop: Shop, traits: tuple[str, ...], users: set[str]) -> None:
    asked = [part for trait in traits for part in ("--trait", trait)]
    told = shop.told("find", *asked, status=0 if users else 1)
    assert {one["user"] for one in told["visitors"]} == users
    assert told["scanned_all"]


def test_a_search_through_everybody_is_bounded(shop: Shop) -> None:
    told = shop.told("find", "--trait", "vip=true", "--scan", 1)
    assert (told["scanned"], told["scanned_all"]) == (1, False)
    assert "--scan N looks into more" in shop.say("find", "--trait", "vip=true", "--scan", 1)[1]
    assert shop.told("find", "--trait", "vip=true", "--most", 1)["more"]


def test_a_note_is_kept_and_stands_in_no_stream(shop: Shop) -> None:
    status, out, _ = shop.say("note", "--user", "u1", "Wants a 600 mm", "--by", "anna")
    assert (status, "Wants a 600 mm" in out) == (0, True)
    assert [(one["text"], one["by"]) for one in shop.told("show", "--user", "u1")["notes"]] == [
        ("Wants a 600 mm", "anna")
    ]
    assert "600 mm" not in json.dumps(shop.told("export", "--user", "u1")["stream"])
    assert shop.say("note", "--user", "u1", " ")[0] == 2
    assert "write two" in shop.say("note", "--user", "u1", "x" * 201)[2]


def test_what_somebody_told_moves_no_cursor(shop: Shop) -> None:
    shop.say(
        "import", shop.file("evil.jsonl", '{"user": "u9", "traits": {"name": "\\u001b[2J\\u001b]0;x\\u0007 evil"}}')
    )
    out = shop.say("show", "--user", "u9")[1] + shop.say("find", "--trait", "name=\x1b[2J\x1b]0;x\x07 evil")[1]
    assert "evil" in out
    assert "\x1b" not in out
    assert "\x07" not in out
