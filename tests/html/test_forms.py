"""Templates that only put values into text are shown as Jinja2 would show them."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from floorwalker.errors import TemplateFailed, TemplateUnknown
from floorwalker.html.blocks import BlockKind, BlockRenderer, FilledBlock
from floorwalker.html.forms import Escaped, form_of
from floorwalker.html.sandbox import BlockEnvironment

KINDS: tuple[BlockKind, ...] = ("html", "text", "value")
BY_JINJA = "{% if false %}{% endif %}"  # no form holds this

texts = st.sampled_from(["", "<p>", "100 %", "%s", "%%(x)s", "\n", "é", "</p>\n"])
holes = st.sampled_from(
    [
        *("{{ x }}", "{{ y }}", "{{ visitor.x }}", "{{ visitor.deep.y }}", "{{ absent }}", "{{ self }}", "{{ range }}"),
        *("{{ x.y }}", "{{ x.upper }}", "{{ visitor.keys }}", "{{ visitor['x'] }}", "{{ 3 }}", "{{ x|upper }}"),
        *("{# no #}", "{% set z = x %}{{ z }}", "{{ none }}", "{{ visitor.items }}", "{{ loop }}"),
    ]
)
sources = st.lists(st.one_of(texts, holes), max_size=6).map("".join)
written = st.text(st.sampled_from("ab<>&'\"%{}é\0"), max_size=70)
values = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), written, written.map(Markup)),
    *(st.just(10**5_000), st.just("<" * 300), st.just(["<"]), st.just({"y": "<"}), st.just(defaultdict(int, a=1))),
)
contexts = st.fixed_dictionaries(
    {"visitor": st.fixed_dictionaries({"x": values}, optional={"deep": st.fixed_dictionaries({"y": values})})},
    optional={"x": values, "y": values, "self": values, "loop": values},
)


def _outcome(block: FilledBlock, context: Mapping[str, Any]) -> object:
    try:
        return block.render(context)
    except (TemplateFailed, TemplateUnknown) as failure:
        return type(failure), str(failure)


@given(sources, contexts, st.dictionaries(st.sampled_from(["x", "y", "range", "visitor"]), written), st.data())
def test_a_form_shows_and_refuses_what_jinja_does(
    source: str, context: dict[str, Any], under_with: dict[str, str], data: st.DataObject
) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    renderer = BlockRenderer({}, output_cap_chars=data.draw(st.sampled_from([20, 262_144])))
    form = FilledBlock(renderer.compile_inline(source, name="a", kind=kind), under_with)
    jinja = FilledBlock(renderer.compile_inline(BY_JINJA + source, name="a", kind=kind), under_with)
    assert _outcome(form, context) == _outcome(jinja, context)


@pytest.mark.parametrize(
    "source", ["", "<p>all</p>", "{{ x }}", "{{ visitor.city }}, {{ headline }}", "100 %{# all #}"]
)
def test_text_with_values_is_a_form(source: str) -> None:
    assert form_of(BlockEnvironment().parse(source), escaped="values", cap_chars=99) is not None


@pytest.mark.parametrize("source", ["{{ x|upper }}", "{% if x %}{% endif %}", "{{ x() }}", "{{ x[0] }}", "{{ self }}"])
def test_what_works_with_values_is_left_to_jinja(source: str) -> None:
    assert form_of(BlockEnvironment().parse(source), escaped="values", cap_chars=99) is None


@pytest.mark.parametrize(
    ("source", "escaped", "expected"),
    [
        ("<p>100 %", "values", "<p>100 %"),
        ("<p>", "all", "&lt;p&gt;"),
        ("{{ headline }}%", "values", "&lt;b&gt;%"),
        ("{{ x }}", "values", None),
        ("more than ten", "values", None),
        ("{{ headline.x }}", "values", None),
    ],
)
def test_what_shows_no_variable_is_known_beforehand(source: str, escaped: Escaped, expected: str | None) -> None:
    form = form_of(BlockEnvironment().parse(source), escaped=escaped, cap_chars=10)
    assert form is not None
    assert form.with_texts({"headline": "<b>"}).constant == expected


def test_a_value_that_cannot_be_rendered_counts_where_nothing_shows_it() -> None:
    renderer = BlockRenderer({})
    broken = renderer.compile_inline("{{ visitor.city }}", name="headline", kind="value")
    for source in ("<p>all</p>", "{{ visitor.x }}"):
        filled = FilledBlock(renderer.compile_inline(source, name="a"), {"headline": broken})
        with pytest.raises(TemplateUnknown, match="headline"):
            filled.render({"visitor": {"x": "x", "city": None}})
