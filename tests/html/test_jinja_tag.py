"""The Jinja2 tag."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, TemplateSyntaxError

from floorwalker.html.markers import SLOT_NAME
from floorwalker.html.rewriter import SlotRewriter
from floorwalker.jinja import _SLOT_NAME
from tests.html.conftest import run

RENDERED = [
    ('{% slot "hero" %}default{% endslot %}', "<!--slot:hero-->default<!--/slot:hero-->"),
    ("{% slot 'a.b_c-9' %}{% endslot %}", "<!--slot:a.b_c-9--><!--/slot:a.b_c-9-->"),
    ('{% slot "a" %}{{ x }}{% endslot %}', "<!--slot:a-->&lt;b&gt;<!--/slot:a-->"),
    (' {%- slot "a" -%} d {%- endslot -%} ', "<!--slot:a-->d<!--/slot:a-->"),
    (
        '{% slot "a" %}1{% slot "b" %}2{% endslot %}3{% endslot %}',
        "<!--slot:a-->1<!--slot:b-->2<!--/slot:b-->3<!--/slot:a-->",
    ),
    (
        '{% for n in (1, 2) %}{% slot "a" %}{{ n }}{% endslot %}{% endfor %}',
        "<!--slot:a-->1<!--/slot:a--><!--slot:a-->2<!--/slot:a-->",
    ),
    ('{% slot "a" %}{% set y = 3 %}{% endslot %}{{ y }}', "<!--slot:a--><!--/slot:a-->3"),
    ('{% extends "base" %}{% block b %}{% slot "a" %}1{% endslot %}{% endblock %}', "[<!--slot:a-->1<!--/slot:a-->]"),
    ('{% macro m() %}{% slot "a" %}1{% endslot %}{% endmacro %}{{ m() }}', "<!--slot:a-->1<!--/slot:a-->"),
]


@pytest.mark.parametrize("autoescape", [True, False])
@pytest.mark.parametrize(("source", "expected"), RENDERED)
def test_a_slot_renders_its_markers_around_its_default(source: str, expected: str, autoescape: bool) -> None:
    loader = DictLoader({"base": "[{% block b %}{% endblock %}]"})
    environment = Environment(extensions=["floorwalker.jinja.SlotExtension"], loader=loader, autoescape=autoescape)
    rendered = environment.from_string(source).render(x="<b>")
    assert rendered == (expected if autoescape else expected.replace("&lt;b&gt;", "<b>"))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{% slot hero %}{% endslot %}", "a name in quotes"),
        ("{% slot %}{% endslot %}", "a name in quotes"),
        ("\n{% slot 'he ro' %}{% endslot %}", '"he ro" cannot name a slot'),
        ("{% slot '-->' %}{% endslot %}", "cannot name a slot"),
        ("{% slot '' %}{% endslot %}", "cannot name a slot"),
        ("{% slot '" + "x" * 65 + "' %}{% endslot %}", "cannot name a slot"),
        ("{% slot 'a' ~ b %}{% endslot %}", "nothing else"),
        ("{% slot 'a', 'b' %}{% endslot %}", "nothing else"),
        ("{% slot 'a' %}", "endslot"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused_when_the_template_compiles(source: str, message: str) -> None:
    environment = Environment(extensions=["floorwalker.jinja.SlotExtension"], autoescape=True)
    with pytest.raises(TemplateSyntaxError, match=message) as caught:
        environment.from_string(source)
    assert caught.value.lineno == source.count("\n") + 1


def test_tag_and_markers_agree_on_names() -> None:
    assert _SLOT_NAME.pattern == SLOT_NAME


@given(st.from_regex(rf"\A{SLOT_NAME}\Z"))
def test_every_name_that_the_tag_takes_is_served(name: str) -> None:
    environment = Environment(extensions=["floorwalker.jinja.SlotExtension"], autoescape=True)
    page = environment.from_string('{% slot "NAME" %}1{% endslot %}'.replace("NAME", name)).render()
    out, outcomes = run(SlotRewriter(lambda _: "2"), [page.encode()])
    assert out == page.replace("-->1<!--", "-->2<!--").encode()
    assert list(outcomes) == [name]
