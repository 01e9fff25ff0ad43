"""A walk: what was shown and stored on a page counts once, whatever is decided after it."""

from pathlib import Path

import pytest

from floorwalker.asgi.rules.rulebook import Rulebook, load_rulebook
from floorwalker.asgi.walk import Walk
from floorwalker.core.consent import EVERYTHING_PERMITTED
from floorwalker.core.hit import Hit
from floorwalker.html.weave import Outcome
from floorwalker.rulefile import read

AT = 1_800_000_000.0


def rulebook(at_most: int) -> Rulebook:
    slots = "\n".join(f"  {name}: {{show: [{{block: a}}]}}" for name in ("first", "second"))
    text = f"blocks: {{a: {{text: A, at_most: {at_most} ever}}}}\nslots:\n{slots}\n"
    ruleset, problems = read({"rules.yaml": text.encode()})
    assert ruleset is not None, "\n".join(map(str, problems))
    return load_rulebook(ruleset, Path("nowhere"), now=AT)


@pytest.mark.parametrize(("at_most", "second"), [(1, None), (2, "A")])
@pytest.mark.parametrize("stores_between", [False, True])
def test_what_a_page_shows_counts_once_for_caps_before_it_is_stored_and_after(
    at_most: int, second: str | None, stores_between: bool
) -> None:
    walk = Walk(
        rulebook(at_most), Hit(at=AT, url="/a"), None, visitor="v", degraded=False, permission=EVERYTHING_PERMITTED
    )
    assert walk.markup("first") == "A"
    if stores_between:
        assert walk.take({"first": Outcome.CHANGED}) is not None
    assert walk.markup("second") == second
