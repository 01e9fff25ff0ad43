"""The report that docs/report.md shows is what the command prints of such counters."""

import asyncio
import shlex
from pathlib import Path

import pytest
import redis

from floorwalker.cli import main
from floorwalker.core.effects import Count, Effects
from floorwalker.core.memory.profile import Profile
from floorwalker.store import open_store
from floorwalker.store.keys import Keys
from tests.docs.pages import block_with
from tests.docs.tutorial import matches
from tests.servers import fresh_namespace

# unit, block, arm → visitors, clicks, orders, cents of each order, unsubscribed
COUNTED = {
    ("hero", "", "treatment"): (8042, 611, 547, 8900, 96),
    ("hero", "", "control"): (1969, 0, 104, 8700, 23),
    ("hero", "clearance", "treatment"): (2980, 402, 261, 7400, 41),
    ("hero", "clearance", "control"): (731, 0, 36, 7400, 9),
    ("hero", "new-since", "treatment"): (5062, 209, 286, 10300, 55),
    ("hero", "new-since", "control"): (1238, 0, 68, 9400, 14),
}
BY_SEGMENT = {
    ("bargain-hunter", "treatment"): (2980, 0, 261, 7400, 41),
    ("bargain-hunter", "control"): (731, 0, 36, 7400, 9),
    ("returning", "treatment"): (5490, 0, 312, 10300, 60),
    ("returning", "control"): (1341, 0, 73, 9400, 15),
}
LETTERS = {"": (9210, 664), "october": (4630, 287), "november": (4580, 377)}  # campaign → messages, answered
DAYS = {"2026-11-20": 0.25, "2026-11-21": 0.4, "2026-11-22": 0.35}


def facts(begin: str, figures: tuple[int, int, int, int, int]) -> dict[str, int]:
    shown, clicked, orders, cents, gone = figures
    return {
        f"{begin}\x1fshown": shown,
        f"{begin}\x1fclicked": clicked,
        f"{begin}\x1fconverted\x1forder": orders,
        f"{begin}\x1frevenue\x1forder\x1fEUR": orders * cents,
        f"{begin}\x1fsquare\x1forder\x1fEUR": orders * cents**2,
        f"{begin}\x1fconverted\x1funsubscribed": gone,
    }


def spread(field: str, whole: int) -> list[Count]:
    """A counter over the days."""
    *first, last = DAYS
    counts = [Count(day, field, int(whole * DAYS[day])) for day in first]
    return [*counts, Count(last, field, whole - sum(one.by for one in counts))]


@pytest.fixture
def address(valkey_server: str) -> str:
    namespace = fresh_namespace()
    address = f"{valkey_server}?namespace={namespace}"
    told = [facts("\x1f".join(part), figures) for part, figures in COUNTED.items()]
    counts = [count for one in told for field, whole in one.items() for count in spread(field, whole)]
    counts += spread("hero\x1f\x1f\x1fmixed", 12)
    for campaign, (came, answered) in LETTERS.items():
        counts += spread(f"channel:email\x1f{campaign}\x1f\x1fshown", came)
        counts += spread(f"channel:email\x1f{campaign}\x1f\x1fclicked", answered)

    async def fill() -> None:
        store = open_store(address)
        await store.commit("v" * 22, None, lambda _: (Profile(seed=1), Effects(counts=tuple(counts))))
        await store.close()

    asyncio.run(fill())
    with redis.Redis(unix_socket_path=valkey_server.removeprefix("unix://")) as client:
        for (segment, arm), figures in BY_SEGMENT.items():
            for field, whole in facts(f"{segment}\x1fhero\x1f\x1f{arm}", figures).items():
                client.hincrby(Keys(f"{namespace}", 1024).splits(0, "2026-11-21"), field, whole)
    return address


def test_the_page_shows_what_is_printed(address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rules.yaml").write_text(block_with("the rules of the report").text, encoding="utf-8")
    typed, _, expected = block_with("the report").text.partition("\n")
    words = shlex.split(typed.removeprefix("$ "))
    assert main([*words[1:], "--rules", str(tmp_path), "--store", address]) == 0
    printed = capsys.readouterr().out
    assert matches(expected, printed), printed
