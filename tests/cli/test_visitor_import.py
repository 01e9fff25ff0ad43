"""`floorwalker visitor import`: files in every form, what cannot be taken, and that a repetition changes nothing."""

import gzip
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from floorwalker.cli.importing.columns import COLUMNS
from floorwalker.core.memory.profile import Profile
from floorwalker.errors import StoreUnavailable
from floorwalker.store import Store
from tests.cli.counter import Shop
from tests.docs.pages import table

HEADER = "user,at,order_id,total,currency,product_id,name,category,price,quantity,trait.city,trait.age:number,event"


@pytest.fixture
def shop(tmp_path: Path, valkey_url: str, capsys: pytest.CaptureFixture[str]) -> Shop:
    return Shop(tmp_path, valkey_url, capsys)


def purchases(people: int) -> list[str]:
    """Five rows of each person: an order in two rows, one alone, an event, a trait; some rows are wrong."""
    rows = []
    for n in range(people):
        wrong = n % 100 == 7
        rows += [
            f"p{n},2026-05-14T10:00,A{n},30,EUR,x1,Lens,lenses,10,1,,,",
            f"p{n},,A{n},{'thirty' if wrong else 30},EUR,x2,Cap,lenses,20,1,,,",
            f"p{n},2025-12-0{1 + n % 9},B{n},12.5,EUR,,,,,,,,",
            f"p{n},2026-06-0{1 + n % 9},,,,x3,Bag,bags,20,1,,,Product Viewed",
            f"{'' if wrong else f'p{n}'},,,,,,,,,,Berlin,{20 + n % 50},",
        ]
    return rows


def lasting(profiles: dict[str, Profile]) -> dict[str, Any]:
    """What is the same however often and when it was told."""
    return {
        user: (
            one.orders,
            dict(one.traits),
            one.cart,
            one.interests and one.interests.dominant,
            [(past.name, past.properties, past.at) for past in one.recents.past() if past.name != "Identified"],
        )
        for user, one in profiles.items()
    }


def test_five_thousand_rows_are_imported_but_for_the_bad_ones(shop: Shop) -> None:
    path = shop.file("shop.csv", HEADER, *purchases(1000))
    told = shop.told("import", path, "--rejected", shop.folder / "rejected.csv", status=1)
    assert (told["rows"], told["people"], told["rejected"]) == (5000, 1000, 30)
    assert told["orders"] == {"new": 1990, "known": 0}
    assert told["events"] == {"new": 1000, "known": 0}
    assert told["traits"] == {"new": 990, "known": 0}
    whys = {one["line"]: one["why"] for one in told["rejected_rows"]}
    assert whys[38] == "total is no number; write 1234.50"
    assert whys[37] == "line 38 of the same order cannot be taken"
    assert whys[41].startswith("nothing says whose it is")
    profiles = shop.profiles()
    assert len(profiles) == 1000
    assert {one.orders.count for one in profiles.values() if one.orders} == {1, 2}
    assert profiles["p7"].orders is not None
    assert profiles["p7"].orders.totals["EUR"].amount == 12.5
    assert dict(profiles["p8"].traits) == {"city": "Berlin", "age": 28}

    corrected = (shop.folder / "rejected.csv").read_text().replace("thirty", "30").replace("\n,,", "\np7,,")
    told = shop.told("import", shop.file("corrected.csv", corrected))
    assert (told["rejected"], told["orders"]["new"]) == (0, 10)


def test_what_is_imported_counts_as_of_its_own_time(shop: Shop) -> None:
    shop.say("import", shop.file("shop.csv", HEADER, *purchases(3)))
    told = shop.told("show", "--user", "p1")
    assert [(one["id"], one["at"]) for one in told["latest_orders"]] == [
        ("A1", "2026-05-14T08:00:00Z"),
        ("B1", "2025-12-01T23:00:00Z"),
    ]
    assert told["spent"] == {"EUR": 42.5}
    assert {one["product"] for one in told["bought"]} == {"x1", "x2"}
    assert told["first_seen"] == "2025-12-01T23:00:00Z"


def forget_messages(shop: Shop) -> None:
    """As if a month had gone by: the store knows no message's id any more."""

    async def forget(store: Store) -> None:
        async for one in store.profiles():
            keys = await store._desk.keyspace.keys()
            await store._link.call("DEL", keys.messages(one.visitor))

    shop.stored(forget)


@pytest.mark.parametrize("later", [False, True], ids=["at once", "when message ids are forgotten"])
def test_importing_the_same_again_changes_nothing(shop: Shop, later: bool) -> None:
    note = (
        '{"user": "p1", "event": "Note Taken", "at": "2026-03-01", "properties": {"text": "Likes bags", "by": "ada"}}'
    )
    first = shop.file("shop.csv", HEADER, *purchases(20)), shop.file("notes.jsonl", note)
    for path in first:
        shop.say("import", path)
    before = shop.profiles()
    if later:
        forget_messages(shop)
    other = shop.file("other.csv", HEADER, *reversed(purchases(20))), first[1]
    for path in other:
        told = shop.told("import", path, status=1 if path.suffix == ".csv" else 0)
        assert sum(told[kind]["new"] for kind in ("orders", "events", "traits")) == 0
        assert sum(told[kind]["known"] for kind in ("orders", "events", "traits")) > 0
    assert shop.profiles() == before


def test_the_same_rows_in_any_form_are_the_same(shop: Shop) -> None:
    cells = HEADER.split(",")
    rows = [dict(zip(cells, row.split(","), strict=True)) for row in purchases(5)]
    objects = [{name: cell for name, cell in row.items() if cell} for row in rows]
    for one in objects:
        if "total" in one:
            one["total"] = float(one["total"])  # type: ignore[assignment]
    shop.file("a.csv", HEADER, *purchases(5))
    assert shop.told("import", shop.folder / "a.csv")["traits"]["new"] == 5
    before = shop.profiles()
    semicolons = "\ufeff" + "\r\n".join([HEADER, *purchases(5)]).replace(",", ";")
    (shop.folder / "b.csv").write_bytes(semicolons.encode())
    (shop.folder / "c.csv.gz").write_bytes(gzip.compress("\n".join([HEADER, *purchases(5)]).encode()))
    (shop.folder / "d.tsv").write_text("\n".join([HEADER, *purchases(5)]).replace(",", "\t"))
    shop.file("e.jsonl", *map(json.dumps, objects))
    for name in ("b.csv", "c.csv.gz", "d.tsv", "e.jsonl"):
        told = shop.told("import", shop.folder / name)
        assert (told["rejected"], told["orders"]["new"], told["events"]["new"], told["traits"]["new"]) == (0, 0, 0, 0)
    assert shop.profiles() == before


def test_standard_input_is_read(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "\n".join([HEADER, *purchases(2)]).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(lines))))  # type: ignore[arg-type]
    assert shop.told("import", "-")["people"] == 2


def test_a_dry_run_looks_people_up_and_stores_nothing(shop: Shop) -> None:
    path = shop.file("shop.csv", HEADER.replace("user", "email"), "a@example.org,2026-05-14,O1,10,,,,,,,,,")
    assert shop.told("import", path, "--dry-run", status=1)["rejected_rows"] == [
        {"line": 2, "why": "Nobody is found by this e-mail address."}
    ]
    told = shop.told("import", shop.file("two.csv", HEADER, *purchases(2)), "--dry-run")
    assert (told["orders"]["new"], told["dry_run"]) == (4, True)
    assert shop.profiles() == {}


def test_rows_go_to_those_who_are_found_by_address_or_id(shop: Shop) -> None:
    shop.say("import", shop.file("a.jsonl", '{"user": "u1", "traits": {"email": "ada@example.org"}}'))
    visitor = shop.told("show", "--user", "u1")["visitor"]
    rows = [
        '{"email": " ADA@example.org", "order_id": "O1", "at": "2026-05-01", "total": 5}',
        f'{{"visitor": "{visitor}", "order_id": "O2", "at": "2026-05-02", "total": 6}}',
        f'{{"visitor": "{"n" * 22}", "order_id": "O3", "at": "2026-05-02", "total": 6}}',
    ]
    told = shop.told("import", shop.file("b.jsonl", *rows), status=1)
    assert told["rejected_rows"] == [{"line": 3, "why": "nobody has this visitor's id"}]
    assert shop.told("show", "--user", "u1")["spent"] == {"EUR": 11}
    assert list(shop.profiles()) == ["u1"]


def test_who_was_erased_stays_erased(shop: Shop) -> None:
    path = shop.file("a.csv", HEADER, *purchases(2))
    shop.say("import", path)
    shop.say("erase", "--user", "p1", "--yes")
    told = shop.told("import", path, status=1)
    assert {one["why"] for one in told["rejected_rows"]} == {"this visitor was erased"}
    assert list(shop.profiles()) == ["p0"]


def test_refunds_are_told_as_events(shop: Shop) -> None:
    rows = [
        '{"user": "u1", "order_id": "O1", "at": "2026-05-01", "total": 50, "currency": "EUR", "products": '
        '[{"product_id": "a", "price": 20}, {"product_id": "b", "price": 30}]}',
        '{"user": "u1", "event": "Order Refunded", "order_id": "O1", "at": "2026-05-09", "total": 20}',
    ]
    path = shop.file("a.jsonl", *rows)
    for _ in range(2):
        assert shop.say("import", path)[0] == 0
        assert shop.told("show", "--user", "u1")["spent"] == {"EUR": 30}


BAD = [
    ({"traits": {"a": 1}}, "nothing says whose it is"),
    ({"user": "u", "email": "a@b.de", "traits": {"a": 1}}, "user and email both say whose it is"),
    ({"user": "u"}, "it says nothing"),
    ({"user": " ", "traits": {"a": 1}}, "user is empty"),
    ({"user": "u" * 256, "traits": {"a": 1}}, "user has more than 255 characters"),
    ({"user": True, "traits": {"a": 1}}, "user is no text"),
    ({"visitor": "short", "traits": {"a": 1}}, "visitor is no visitor's id"),
    ({"user": "u", "traits": [1]}, "traits is no object"),
    ({"user": "u", "traits": {"a": 1}, "total": 3}, "belongs to an order_id or an event"),
    ({"user": "u", "traitss": {"a": 1}}, "traitss is no key"),
    ({"user": "u", "trait.age:number": "old"}, "age is no number"),
    ({"user": "u", "trait.vip:yes-no": "maybe"}, "vip is neither yes nor no"),
    ({"user": "u", "order_id": "O", "total": 3}, "at is missing"),
    ({"user": "u", "order_id": "O", "at": "2026-05-01"}, "tells neither total nor revenue nor a product"),
    ({"user": "u", "order_id": "O", "at": "2026-05-01", "product_id": "x"}, "tells total, revenue or price"),
    ({"user": "u", "order_id": "O", "at": "14.5.2026", "total": 3}, "at is no time"),
    ({"user": "u", "order_id": "O", "at": "2026-02-30", "total": 3}, "at is no time"),
    ({"user": "u", "order_id": "O", "at": "2999-01-01", "total": 3}, "at lies ahead of now"),
    ({"user": "u", "order_id": "O", "at": "1969-12-31", "total": 3}, "at lies before 1970"),
    ({"user": "u", "order_id": "O", "at": "2026-05-01", "total": -3}, "total is below 0"),
    ({"user": "u", "order_id": "O", "at": "2026-05-01", "total": "3,50"}, "total is no number"),
    ({"user": "u", "order_id": "O", "at": "2026-05-01", "total": 1e300}, "too large"),
    ({"user": "u", "order_id": "O", "at": "2026-05-01", "total": 3, "currency": "€"}, "currency is no code"),
    ({"user": "u", "order_id": "O", "at": "2026-05-01", "product_id": "x", "price": 1, "quantity": 0}, "quantity"),
    ({"user": "u", "order_id": "O", "at": "2026-05-01", "price": 1}, "neither product_id nor sku nor name"),
    ({"user": "u", "order_id": "O", "at": "2026-05-01", "products": [{"prize": 1}]}, "prize is nothing that is known"),
    ({"user": "u", "order_id": "O", "at": "2026-05-01", "products": {"price": 1}}, "products is no list"),
    ({"user": "u", "event": "Order Completed", "at": "2026-05-01", "total": 3}, "order_id is missing"),
    ({"user": "u", "event": "Identified", "at": "2026-05-01"}, "a name that nobody can say"),
    ({"user": "u", "event": "Seen"}, "at is missing"),
    ({"user": "u", "event": "Note Taken", "at": "2026-05-01"}, "what the note says"),
]


def test_every_bad_row_is_told_with_its_line_and_reason(shop: Shop) -> None:
    rows = [json.dumps(row) for row, _ in BAD] + ["{", "[1]", "null", '{"user": NaN}', '"x"']
    told = shop.told("import", shop.file("bad.jsonl", '{"user": "good", "traits": {"a": 1}}', *rows), status=1)
    whys = {one["line"]: one["why"] for one in told["rejected_rows"]}
    # All of one order go together, so each is also told for the others; what is wrong with the row itself stands first.
    for line, (row, why) in enumerate(BAD, 2):
        assert why in whys[line] or ("order_id" in row and "of the same order" in whys[line]), (row, whys[line])
    assert {whys[line] for line in range(len(BAD) + 2, len(BAD) + 7)} == {"it is no JSON object"}
    assert list(shop.profiles()) == ["good"]


@pytest.mark.parametrize(("row", "why"), BAD, ids=[why for _, why in BAD])
def test_a_bad_row_alone_is_told_for_what_it_is(shop: Shop, row: dict[str, Any], why: str) -> None:
    told = shop.told("import", shop.file("bad.jsonl", json.dumps(row)), status=1)
    assert why in told["rejected_rows"][0]["why"]
    assert shop.profiles() == {}


def test_rows_of_one_order_that_contradict_each_other_are_not_taken(shop: Shop) -> None:
    rows = [
        "p1,2026-05-14,A,30,EUR,x1,,,10,1,,,",
        "p1,2026-05-15,A,30,EUR,x2,,,20,1,,,",
        "p1,2026-05-14,B,30,EUR,x1,,,10,1,,,",
        "p1,2026-05-14,B,31,EUR,x2,,,20,1,,,",
        "p1,2026-05-14,C,30,EUR,x1,,,10,1,,,",
        "p2,2026-05-14,C,30,EUR,x2,,,20,1,,,",
    ]
    told = shop.told("import", shop.file("a.csv", HEADER, *rows), status=1)
    whys = [(one["line"], one["why"]) for one in told["rejected_rows"]]
    assert [line for line, _ in whys] == [2, 3, 4, 5, 7]
    assert whys[0][1] == "the rows of this order say different things of at"
    assert whys[2][1] == "the rows of this order say different things of total"
    assert whys[4][1] == "this order is somebody else's in line 6"


FILES = [
    (b"", "is empty"),
    (b"\n\n", "is empty"),
    ("user,trait.city\nu1,München\n".encode("latin-1"), "is no UTF-8 text: line 2"),
    ("user,trait.city\nu1,Köln\n".encode("utf-16"), "is UTF-16"),
    (gzip.compress(b"user,trait.city\n" + b"u1,Berlin\n" * 5000)[:60], "is damaged"),
    (b"user,city\nu1,Berlin\n", "there is no column city"),
    (b"user,user\nu1,u2\n", "has the column user twice"),
    (b"trait.city\nBerlin\n", "no column says whose a row is"),
]


@pytest.mark.parametrize(("content", "why"), FILES, ids=[why for _, why in FILES])
def test_a_file_that_cannot_be_read_is_refused_whole(shop: Shop, content: bytes, why: str) -> None:
    path = shop.folder / "file.csv"
    path.write_bytes(content)
    status, out, err = shop.say("import", path)
    assert (status, out) == (2, "")
    assert why in err
    assert shop.profiles() == {}


def test_a_broken_row_does_not_take_the_others_with_it(shop: Shop) -> None:
    rows = ["u1,Berlin", "u2", "u3,a,b", f'u4,"{"x" * 150_000}"', '"u5","Ro\nma"', f"u6,{'x' * 150_000}", "u7,Bonn"]
    told = shop.told("import", shop.file("a.csv", "user,trait.city", *rows), status=1)
    assert [one["line"] for one in told["rejected_rows"]] == [3, 4, 5, 8]
    assert {user: one.traits["city"] for user, one in shop.profiles().items()} == {
        "u1": "Berlin",
        "u5": "Ro\nma",
        "u7": "Bonn",
    }


def test_every_column_stands_in_the_docs() -> None:
    told = [name for row in table("people.md", "<!-- import columns -->") for name in re.findall("`([^`]+)`", row[0])]
    assert set(told) == set(COLUMNS)


def test_a_store_that_goes_away_is_said_and_a_repetition_goes_on(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    path = shop.file("shop.csv", HEADER, *purchases(6))
    submit, left = Store.submit, iter(range(12))

    def failing(store: Store, *arguments: Any, **options: Any) -> Any:
        if next(left, None) is None:
            raise StoreUnavailable("the store does not answer")
        return submit(store, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "submit", failing)
        status, out, err = shop.say("import", path)
    assert (status, out) == (2, "")
    assert err == "floorwalker visitor: the store does not answer\n"
    told = shop.told("import", path)
    assert told["orders"]["known"] + told["orders"]["new"] == 12
    assert {one.orders.count for one in shop.profiles().values() if one.orders} == {2}


def test_a_row_that_stands_twice_counts_once(shop: Shop) -> None:
    row = '{"user": "u1", "event": "Workshop Attended", "at": "2026-06-02T10:00", "properties": {"topic": "birds"}}'
    later = row.replace("10:00", "11:00")
    told = shop.told("import", shop.file("a.jsonl", row, later, row, row))
    assert told["events"] == {"new": 2, "known": 2}
    assert len([one for one in shop.told("show", "--user", "u1")["events"] if "Workshop" in one["event"]]) == 2
