"""What blocks are told, worked out as a template asks for it."""

import pytest

from floorwalker.asgi.context import block_context
from floorwalker.core.advance import Corridor
from floorwalker.core.conditions import model
from floorwalker.core.conditions.matchers import AnyOf
from floorwalker.core.decide import decide
from floorwalker.core.hit import Hit
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import PageRule, Ruleset, Segment
from floorwalker.html.blocks import BlockRenderer

AT = 1_750_000_000.0


def asks(category: str) -> model.Condition:
    return model.Test("page", (model.Field("category", AnyOf(frozenset([category]))),))


RULES = Ruleset(
    pages=(PageRule("/{category}"), PageRule("/{category}/{product}")),
    segments={name: Segment(name, when=asks(name)) for name in ("tripods", "lenses")},
)


def rendered(template: str, *paths: str, remembered: bool = True) -> str:
    corridor, profile = Corridor(RULES), Profile(seed=1)
    for number, path in enumerate(paths):
        hit = Hit(at=AT + number, url=f"https://shop.example{path}")
        signals = corridor.read(hit)
        profile, _ = corridor.advance(profile, hit, signals)
    page = decide(RULES, profile, signals, hit.at, remembered=remembered)
    return BlockRenderer({"a": template}).render("a", block_context(page, nonce=None))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ visitor.last_category }} {{ visitor.last_product }}", "lenses f4"),
        ("{{ visitor.visits }} {{ visitor.pages_this_visit }}", "1 3"),
        ("{{ 'lenses' in segments }} {{ 'tripods' in segments }} {{ 'no such' in segments }}", "True False False"),
        ("{{ segments | join(', ') }} {{ segments[0] }} {{ segments | length }}", "lenses lenses 1"),
        ("{{ segments | tojson }} {{ page.tags | tojson }}", '["lenses"] []'),
        ("{{ segments }}", "[&#39;lenses&#39;]"),
        ("{{ page.category }} {{ page['path'] }} {{ page | length }}", "lenses /lenses 10"),
        ("{% for name, value in page.items() %}{% if value %}{{ name }} {% endif %}{% endfor %}", "path category "),
        ("{{ visitor.no_such | default('-') }} {{ visitor.city | default('-') }}", "- -"),
        ("{{ visitor._profile | default('-') }} {{ segments._page | default('-') }}", "- -"),
    ],
)
def test_a_template_reads_what_is_known(template: str, text: str) -> None:
    assert rendered(template, "/tripods/tall", "/lenses/f4", "/lenses") == text


def test_a_mapping_is_written_as_json_whole() -> None:
    assert rendered("{{ page | tojson }}", "/lenses").startswith('{"brand": null, "category": "lenses", ')


def test_without_memory_only_this_request_tells() -> None:
    template = "{{ visitor.visits | default('-') }} {{ visitor.medium }} {{ segments | join }}"
    assert rendered(template, "/tripods", "/lenses", remembered=False) == "- direct lenses"
