"""The tables of the docs say what the code says."""

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from floorwalker.asgi.settings import Options, Settings, read_settings
from floorwalker.core.consent import Asking
from floorwalker.store.commits.attempt import COUNTS_HELD_BACK, EVENTS_HELD_BACK, WRITERS_KEPT
from floorwalker.store.keys import (
    Keys,
    files_key,
    history_key,
    lifecycle_key,
    meta_key,
    relay_key,
    topics_key,
    tries_key,
)
from floorwalker.store.link.address import read_address
from floorwalker.store.losses import Loss
from floorwalker.store.open import PARTITIONS, PARTITIONS_EMBEDDED
from floorwalker.store.records.record import HEAD_BYTES, IDENTITY_BYTES, Body, Record, State
from floorwalker.store.settings import StoreSettings
from tests.docs.pages import ROOT, table

PACKAGE = ROOT / "middleware" / "floorwalker"
OWNERS = (ROOT / "docs" / "owners.md").read_text(encoding="utf-8")
SETTINGS = [row for topic in re.findall("<!-- settings: .+ -->", OWNERS) for row in table("owners.md", topic)]
LOG = table("operations.md", "<!-- log -->")


def bare(cell: str) -> str:
    return cell.strip("`")


def test_the_settings_are_all_there_with_their_variables_and_defaults() -> None:
    assert sorted(bare(row[0]) for row in SETTINGS) == sorted(Options.__annotations__)
    defaults = {field.name: field.default for field in fields(Settings)}
    for argument, variable, default, *_ in SETTINGS:
        name = bare(argument)
        found = defaults["secret_keys" if name == "secret_key" else name]
        if name in ("clock", "random"):
            assert variable == "–"
            assert bare(default) == f"{found.__module__}.{found.__name__}"  # type: ignore[union-attr]
        else:
            assert bare(variable) == f"FLOORWALKER_{name.upper()}"
            assert bare(default) == _shown(found)


def _shown(default: object) -> str:
    if default is MISSING:
        return "none, needed"
    if isinstance(default, Asking):
        return str(default.elsewhere)
    if isinstance(default, float):
        return f"{default:g}"
    if isinstance(default, tuple) and default:
        return ", ".join(map(str, default))
    return "none" if default in ("", (), None) else str(default)


def test_every_variable_named_is_read() -> None:
    values = {
        "SECRET_KEY": "k" * 32,
        "STORE": "redis://h",
        "PREFIX": "/x",
        "EXCLUDE": "/x",
        "AGENTS": "as-visitors",
        "BUDGET_MS": "5",
        "RELOAD_S": "2",
        "PREVIEW": "no",
        "CONSENT": "opt-in",
        "CONSENT_FROM": "onetrust",
        "BROWSER_SIGNALS": "gpc",
        "ME": "no",
        "ME_ACCENT": "#8a1c10",
        "SCRIPT": "mark",
        "VISITOR_LIMIT": "600",
        "ADDRESS_LIMIT": "0",
        "GEO_HEADERS": "fly",
        "METRICS_KEY": "k" * 16,
        "OPERATORS": f"anna:scrypt$15$8$3${'s' * 22}${'h' * 43}",
    }
    for _, variable, *_ in SETTINGS:
        if variable != "–":
            name = bare(variable)
            key = name.removeprefix("FLOORWALKER_")
            read_settings({"secret_key": "k" * 32}, {name: values.get(key, "x")})


def test_every_room_is_in_the_plan_of_the_house() -> None:
    plan = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = {path.parent.name for path in PACKAGE.rglob("__init__.py")} - {PACKAGE.name}
    assert [room for room in sorted(rooms) if f"`{room}/`" not in plan] == []


def test_the_store_settings_are_all_there_with_their_defaults() -> None:
    rows = table("storage.md", "<!-- store settings -->")
    expected = {field.name: field.default for field in fields(StoreSettings)}
    assert expected.pop("partitions") is None
    assert {bare(row[0]): row[1] for row in rows if row[1] != "by the address"} == {
        name: format(value, "g") if isinstance(value, float) else str(value) for name, value in expected.items()
    }


def test_the_figures_in_the_text_are_those_of_the_code() -> None:
    text = (ROOT / "docs" / "storage.md").read_text(encoding="utf-8")
    assert f"{PARTITIONS_EMBEDDED} in the\nembedded store, {PARTITIONS} otherwise" in text
    assert f"up to {WRITERS_KEPT} workers" in text
    assert f"beyond {EVENTS_HELD_BACK} and {COUNTS_HELD_BACK}" in text


def test_the_reasons_of_losses_are_all_there() -> None:
    assert [bare(row[0]) for row in table("storage.md", "<!-- losses -->")] == [loss.value for loss in Loss]


def test_the_keys_are_those_of_the_code() -> None:
    keys = Keys("", 1)
    found = {keys.messages("VISITOR"), keys.due(0), keys.found(0)}
    found |= {meta_key(""), keys.profile("VISITOR"), keys.events(0), keys.stats(0, "DAY"), keys.deferred("VISITOR")}
    found |= {keys.exposed(0, "PSEUDONYM"), keys.splits(0, "DAY"), keys.outbox("VISITOR"), keys.undelivered(0)}
    found |= {keys.waiting(0, "WEBHOOK"), relay_key("")}
    found |= {history_key(""), files_key(""), topics_key("", "DAY"), lifecycle_key(""), tries_key("", "HASH")}
    rows = [bare(row[0]) for row in table("storage.md", "<!-- keys -->")]
    assert {key.replace("{N}", "{0}") for key in rows} == found
    assert meta_key("shop") == "fw:shop:meta"


def test_the_record_lies_as_the_table_says() -> None:
    record = Record(State.ERASED, b"epoch---", 7, Body("visitor"), confirmed=True, deferred=True, schema=1)
    stored = record.encode()
    parts = {}
    for offset, size, what in table("storage.md", "<!-- record -->"):
        end = int(offset) + int(size) if size.isdigit() else None
        parts[re.split("[:,]| of", what)[0]] = stored[int(offset) : end]
    assert parts["layout"] == b"\x01"
    assert parts["state"] == b"E"
    assert parts["epoch"] == b"epoch---"
    assert parts["version"] == b"\0\0\0\7"
    assert parts["flags"] == b"\3"
    assert parts["schema"] == b"\1"
    assert len(stored) - len(parts["a MessagePack array"]) == HEAD_BYTES
    assert IDENTITY_BYTES == 14
    last = table("storage.md", "<!-- record -->")[-1][2]
    named = last.partition(": ")[2].replace(" (the profile)", "").replace(" ", "_").split(",_")
    assert tuple(named) == Body.__struct_fields__


@pytest.mark.parametrize("row", LOG, ids=[row[1] for row in LOG])
def test_what_the_log_is_said_to_say_is_in_the_code(row: list[str]) -> None:
    level, message, _ = row
    words = max(bare(message).split("…"), key=len).strip(": ")
    calls = {"info": r"info", "warning": r"warning", "error": r"(error|exception)"}[level]
    for file in PACKAGE.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        if re.search(rf'(logger\.{calls}|note|say_once)\(f?"[^"]*{re.escape(words)}', source):
            return
    pytest.fail(f"nothing logs {words}")


def test_what_is_logged_without_a_traceback_is_in_the_table() -> None:
    told = " ".join(bare(row[1]) for row in LOG)
    for file in PACKAGE.rglob("*.py"):
        for call in re.finditer(
            r'logger\.(?:info|warning|error)\(\s*f?"([^"]+)"([^)]*)', file.read_text(encoding="utf-8")
        ):
            words = max(re.split("%[sd]|{.*?}", call[1]), key=len).strip(" :;")
            assert not words or words in told or "exc_info" in call[2], f"{file.name}: {call[1]}"


ADDRESSES = [cell for row in table("owners.md", "### The store\n") for cell in re.findall("`([^`]+)`", row[0])]


@pytest.mark.parametrize("address", [one for one in ADDRESSES if "…" not in one])
def test_the_store_addresses_can_be_read(address: str) -> None:
    read_address(address)


def test_the_options_of_addresses_can_be_used(tmp_path: Path) -> None:
    for first, _, last in table("storage.md", "Addresses:\n"):
        scheme = bare(first).partition(":")[0]
        rest = {"embedded": str(tmp_path), "unix": "///s", "redis+sentinel": "//h/service"}.get(scheme, "//h")
        for option in re.findall("`([^`]+)`", last):
            read_address(f"{scheme}:{rest}?{option}=1")
