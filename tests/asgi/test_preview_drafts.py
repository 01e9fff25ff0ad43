"""The rules with their drafts: made once for a version, and gone with it."""

import asyncio
import gc
from pathlib import Path
from weakref import ref

from floorwalker.asgi.preview.drafts import DraftBook
from floorwalker.asgi.rules.rulebook import Rulebook, load_rulebook

RULES = "slots: {hero: {show: [{draft: yes, name: sketched, text: Soon}]}}\n"


def live_book(folder: Path) -> Rulebook:
    (folder / "rules.yaml").write_text(RULES)
    return load_rulebook(folder, folder / "none", now=0.0)


async def test_drafts_are_made_once_for_a_version(tmp_path: Path) -> None:
    live, drafts = live_book(tmp_path), DraftBook()
    assert await drafts.of(live) is await drafts.of(live)
    assert await drafts.of(live) is not await drafts.of(live_book(tmp_path))


async def test_rules_that_are_no_longer_in_force_are_not_kept_by_those_who_previewed_them(tmp_path: Path) -> None:
    live, drafts = live_book(tmp_path), DraftBook()
    old, drafted = ref(live), ref(await drafts.of(live))
    del live
    for _ in range(2):  # what hangs on the old ones alone goes after them
        await asyncio.sleep(0)  # the loop lets go of what it gave
        gc.collect()
    assert old() is None
    assert drafted() is None
