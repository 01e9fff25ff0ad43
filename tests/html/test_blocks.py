"""Blocks: what editors write, rendered for one visitor."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.errors import TemplateFailed, TemplateUnknown
from floorwalker.html.blocks import BlockRenderer, template_sources, with_values

CONTEXT = {
    "visitor": {
        "name": "<b>Jo",
        "city": None,
        "visits": 3,
        "tags": ["a", "b"],
        "cart": {"items": [{"name": "Lens & hood", "price": 89.5}], "value": 89.5},
        "traits": {"plan": "gold"},
    },
    "segments": frozenset(["night-owl"]),
    "nonce": "r4nd0m",
    "page": {"path": "/", "category": None},
}

RENDERER = BlockRenderer(
    {
        "hero.html": "<p>{{ headline }} {{ visitor.name }}</p>",
        "base.html": "[{% block b %}{% endblock %}]",
        "child.html": '{% extends "base.html" %}{% block b %}{{ code }}{% include "hero.html" %}{% endblock %}',
        "tools.html": "{% macro bold(x) %}<b>{{ x }}</b>{% endmacro %}",
        "work.html": "{% macro bold(x) %}<b>{{ x }}</b>{% endmacro %}"
        "{% macro nine() %}{% for a in range(9) %}{% endfor %}{% endmacro %}",
        "using.html": '{% from "tools.html" import bold %}{{ bold(visitor.name) }}',
    }
)


def render(source: str, kind: str = "html") -> str:
    return RENDERER.compile_inline(source, name="inline", kind=kind).render(CONTEXT)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>{{ visitor.name }}</p>", "<p>&lt;b&gt;Jo</p>"),
        ("{{ visitor.cart.items[0].name }}", "Lens &amp; hood"),
        ("{{ '%.2f'|format(visitor.cart.value) }}", "89.50"),
        ('{% if "night-owl" in segments %}late{% endif %}', "late"),
        ('<script nonce="{{ nonce }}">let plan = {{ visitor.traits.plan|tojson }}</script>',
         '<script nonce="r4nd0m">let plan = "gold"</script>'),
        ("{{ visitor.tags|join(', ') }}{{ visitor.tags|length }}", "a, b2"),
        ("{% for t in visitor.tags %}{{ loop.index }}{{ t }}{{ ',' if not loop.last }}{% endfor %}", "1a,2b"),
        ("{% for key, value in visitor.traits.items() %}{{ key }}{{ value }}{% endfor %}", "plangold"),
        ("{{ 2 * 3 }}{{ 2 ** 3 }}{{ 7 % 4 }}{{ 'a' * 3 }}{{ 1 + 1 }}", "683aaa2"),
        ("{{ visitor.name.upper() }}", "&lt;B&gt;JO"),
        ("{{ visitor.name|replace('<b>', '') }}", "Jo"),
    ],
)  # fmt: skip
def test_a_template_is_rendered(source: str, expected: str) -> None:
    assert render(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        '{{ visitor.city|default("there") }}',
        '{{ visitor.nobody.knows[3].this|default("there") }}',
        '{{ visitor.city or "there" }}',
        "{% if visitor.city %}here{% else %}there{% endif %}",
        '{% if visitor.city == "Ulm" %}here{% else %}there{% endif %}',
        "{% if visitor.age > 18 or visitor.age < 99 %}here{% else %}there{% endif %}",
        '{% if "x" in visitor.interests %}here{% else %}there{% endif %}',
        '{% if visitor.city in ["Ulm"] %}here{% else %}there{% endif %}',
        '{{ "here" if visitor.city is defined else "there" }}',
        '{{ "here" if visitor.city != visitor.town and visitor.city else "there" }}',
        '{{ "here" if unheard_of }}there',
        '{{ visitor.cart.items[7].name|default("there") }}',
    ],
)
def test_what_is_unknown_may_stand_in_default_and_if(source: str) -> None:
    assert render(source) == "there"


@pytest.mark.parametrize(
    ("source", "variable"),
    [
        ("{{ visitor.city }}", "visitor.city"),
        ('{{ visitor["city"] }}', "visitor.city"),
        ("{{ visitor.address.street }}", "address"),
        ("{{ visitor.city|upper }}", "visitor.city"),
        ("{{ visitor.city ~ '!' }}", "visitor.city"),
        ("{{ visitor.city|length }}", "visitor.city"),
        ("{{ visitor.city|tojson }}", "visitor.city"),
        ("{{ visitor.city|int(0) }}", "visitor.city"),
        ("{{ visitor.city|round }}", "visitor.city"),
        ("{{ '%.2f'|format(visitor.city) }}", "visitor.city"),
        ("{{ visitor.visits + visitor.calls }}", "visitor.calls"),
        ("{{ -visitor.calls }}", "visitor.calls"),
        ("{% for t in visitor.interests %}{{ t }}{% endfor %}", "visitor.interests"),
        ("{{ unheard_of }}", "unheard_of"),
        ("{{ unheard_of() }}", "unheard_of"),
        ("{{ visitor.__class__ }}", "visitor.__class__"),
        ("{{ ''.__class__.__mro__ }}", "__class__"),
        ("{{ visitor.get('name') }}", "get"),
        ("{{ 'x'.format }}", "format"),
        ("{{ (5).to_bytes(10 ** 9, 'big') }}", "to_bytes"),
    ],
)
def test_elsewhere_what_is_unknown_passes_the_entry_over(source: str, variable: str) -> None:
    with pytest.raises(TemplateUnknown) as caught:
        render(source)
    assert (caught.value.template, caught.value.variable) == ("inline", variable)


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        ("a\n{% iff x %}", 2, "unknown tag 'iff'"),
        ("a\n\n{{ x", 3, "unexpected end of template"),
        ("{% if x %}", 1, "endif"),
        ("\n{{ x|uper }}", 2, 'no filter "uper"'),
        ("\n{% if x %}{{ x|uper }}{% endif %}", 2, 'no filter "uper"'),
        ("{% if x is uper %}{% endif %}", 1, "uper"),
        ("{{ x|safe }}", 1, 'no filter "safe" here'),
        ("{% autoescape false %}{{ x }}{% endautoescape %}", 1, "escaping stays on"),
        ('\n<a href={{ x }}>y</a>', 2, "needs quotes"),
        ('\n{% include "nowhere.html" %}', 2, 'no template "nowhere.html"'),
        ('{% extends "nowhere.html" %}', 1, 'no template "nowhere.html"'),
        ("{{ " + "(" * 2_000 + "x" + ")" * 2_000 + " }}", None, "nested too deeply"),
    ],
)  # fmt: skip
def test_a_template_that_does_not_compile_names_its_line(source: str, line: int | None, reason: str) -> None:
    with pytest.raises(TemplateFailed) as caught:
        RENDERER.compile_inline(source, name="slots.hero.show[1]")
    assert caught.value.template == "slots.hero.show[1]"
    assert caught.value.line == line
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}",
        "{% for a in range(200) %}{% for b in range(200) %}x{% endfor %}{% endfor %}",
        "{{ range(10 ** 9)|list }}",
        "{{ 'a' * 10 ** 9 }}",
        "{{ [0] * 10 ** 9 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{% set n = namespace(x=9) %}{% for i in range(64) %}{% set n.x = n.x * n.x %}{% endfor %}",
        "{{ '%999999999d'|format(1) }}",
        "{{ '%*d'|format(999999999, 1) }}",
        "{{ '%999999999d' % 1 }}",
        "{% set n = namespace(s='a') %}{% for i in range(64) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{% set n = namespace(s='a') %}{% for i in range(64) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "{% set n = namespace(s='aa') %}{% for i in range(64) %}{% set n.s = n.s|replace('a', n.s) %}{% endfor %}",
        "{% set n = namespace(s='aa') %}{% for i in range(64) %}{% set n.s = n.s|list|join(n.s) %}{% endfor %}",
        "{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}",
        "{% macro m() %}{% for a in range(9000) %}{% endfor %}{% endmacro %}{{ m() }}{{ m() }}{{ m() }}",
        "{{ 1 / 0 }}",
        "{{ visitor.name() }}",
        "{{ visitor.tags + 1 }}",
    ],
)
def test_a_rendering_that_fails_or_exceeds_its_bounds_is_given_up(source: str) -> None:
    with pytest.raises(TemplateFailed):
        render(source)


BIG = "{% set big = 'x ' * 100000 %}{% set many = range(20000)|list %}"


@pytest.mark.parametrize(
    "work",
    [
        "{{ big|wordcount }}",
        "{% if big|upper == 'X' %}{% endif %}",
        "{% if big is lower %}{% endif %}",
        "{% if 'q' in big %}{% endif %}",
        "{% if 'q' not in many %}{% endif %}",
        "{% if 'q' is in many %}{% endif %}",
        "{% if big == big ~ '' %}{% endif %}",
        "{{ (big ~ 'x')|length }}",
        "{{ (big + 'x')|length }}",
        "{{ big[1:]|length }}",
        "{{ big.count('q') }}",
        "{{ big.split()|length }}",
        "{{ many.index(19999) }}",
        "{% set made %}{{ big }}{% endset %}",
        "{% set made %}" + "literal text " * 20_000 + "{% endset %}",
        "{{ many|map('string')|list|length }}",
        "{{ [[[big]]]|tojson|length }}",
        "{{ {'a': big}|tojson|length }}",
        "{{ loop(()) }}{{ dict([[big, 1]])|length }}",
        "{% filter upper %}{{ big }}{% endfilter %}",
        "{{ bold(big)|length }}",
        "{{ nine() }}",
    ],
)
def test_what_filters_tests_operators_and_methods_read_counts_as_work(work: str) -> None:
    source = (
        f"{{% from 'work.html' import bold, nine %}}{BIG}{{% for i in range(9999) recursive %}}{work}{{% endfor %}}"
    )
    with pytest.raises(TemplateFailed, match="more work than"):
        render(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ ('a' * 200000).replace('a', 'b' * 200000) }}",
        "{{ ('a' * 200000).join(['b'] * 2000) }}",
        "{{ ('a' * 200000).join(('b' * 2000)|list) }}",
        "{{ ('a' * 200000)|e|replace('a', 'b' * 200000) }}",
        "{{ ('a' * 200000)|e|trim('b' * 20000) }}",
        "{{ ('a' * 200000).strip('b' * 20000) }}",
        "{{ ('a ' * 100000)|wordwrap(1, wrapstring='b' * 20000) }}",
        "{{ ('a.com ' * 100)|urlize(rel='b' * 20000) }}",
        "{{ ('%(a)s' * 20000)|format(a='b' * 20000) }}",
        "{{ ('%s' * 2000)|format(*(['b' * 200] * 2000)) }}",
        "{{ [[1]]|tojson(indent=10 ** 9) }}",
        "{{ 1.5|round(10 ** 9, 'ceil') }}",
        "{{ [5]|map('string')|map('wordwrap', 1, wrapstring='b' * 20000)|list }}",
        "{{ ('<>' * 130000)|striptags }}",
        "{% for x in range(2) recursive %}{{ loop(range(2)) if loop.depth < 30 }}{% endfor %}",
    ],
)
def test_one_step_cannot_make_much_of_little(source: str) -> None:
    with pytest.raises(TemplateFailed):
        render(source)


def test_a_rich_template_stays_well_within_its_bounds() -> None:
    text = "Sharp from corner to corner. " * 8
    items = [{"name": f"Lens {number} & hood", "text": text, "price": 89.5} for number in range(300)]
    source = """{% for item in items %}<li class="{{ loop.cycle('odd', 'even') }}">{{ item.name|upper|truncate(20) }}
        {{ item.text|striptags|truncate(80) }} {{ '%.2f'|format(item.price) }} {{ item.name|urlize }} {{ item|tojson }}
        {% if 'lens' in item.name|lower and item.price|round > 3 %}{{ [item.name, 'x']|join(', ') }}{% endif %}</li>
        {% endfor %}{{ items|sum(attribute='price') }}{{ (items|sort(attribute='name')|first).name.replace('L', 'l') }}
        """
    shown = RENDERER.compile_inline(source, name="rich").render({"items": items})
    assert shown.count("<li") == 300
    assert shown.rstrip().endswith("26850.0lens 0 &amp; hood")


def test_output_is_bounded() -> None:
    renderer = BlockRenderer({"a.html": "x" * 11}, output_cap_chars=10)
    with pytest.raises(TemplateFailed, match="more than 10 characters"):
        renderer.render("a.html", {})


def test_values_are_rendered_as_text_and_escaped_where_they_are_shown() -> None:
    headline = RENDERER.compile_inline("Hi {{ visitor.name }} & you", name="headline", kind="value")
    assert headline.render(CONTEXT) == "Hi <b>Jo & you"
    assert RENDERER.render("hero.html", CONTEXT, {"headline": headline}) == (
        "<p>Hi &lt;b&gt;Jo &amp; you &lt;b&gt;Jo</p>"
    )
    assert RENDERER.render("child.html", CONTEXT, {"headline": "Hi", "code": "A1"}) == "[A1<p>Hi &lt;b&gt;Jo</p>]"


def test_a_value_cannot_hide_what_the_caller_gives() -> None:
    assert with_values({"visitor": 1}, {"visitor": "2", "code": "3"}) == {"visitor": 1, "code": "3"}


def test_text_is_escaped_as_a_whole() -> None:
    assert render("5 < 6 & {{ visitor.name }}", "text") == "5 &lt; 6 &amp; &lt;b&gt;Jo"


def test_a_macro_of_another_template_can_be_used() -> None:
    assert RENDERER.render("using.html", CONTEXT) == "<b>&lt;b&gt;Jo</b>"


def test_a_template_tells_its_variables() -> None:
    source = """{% set own = 1 %}{{ own }}{{ visitor.cart.items[0].name }}{{ visitor["city"]|default(code) }}
        {% for tag in visitor.tags %}{{ tag.label }}{{ loop.index }}{% endfor %}{{ visitor.name.upper() }}{{ nonce }}"""
    assert RENDERER.compile_inline(source, name="a").variables == {
        *("visitor.cart.items", "visitor.city", "visitor.tags", "visitor.name", "code", "nonce")
    }


def test_all_templates_are_compiled_at_once_and_tell_what_is_wrong() -> None:
    files = {"offers/a.html": b"\xef\xbb\xbf<p>{{ code }}</p>", "offers/bad.html": b"<p>\n{{ code </p>"}
    renderer = BlockRenderer(template_sources(files))
    assert renderer.names == ("offers/a.html", "offers/bad.html")
    assert [(problem.template, problem.line) for problem in renderer.problems] == [("offers/bad.html", 2)]
    assert renderer.render("offers/a.html", {}, {"code": "X"}) == "<p>X</p>"
    with pytest.raises(TemplateFailed, match=r"offers/bad\.html:2"):
        renderer.block("offers/bad.html")
    with pytest.raises(TemplateFailed, match="no such template"):
        renderer.block("offers/c.html")


@pytest.mark.parametrize(("content", "line"), [(b"a\n\xff", 2), (b"x" * 1_000_001, None)])
def test_a_file_that_is_no_template_is_refused(content: bytes, line: int | None) -> None:
    with pytest.raises(TemplateFailed) as caught:
        template_sources({"a.html": content})
    assert (caught.value.template, caught.value.line) == ("a.html", line)


INJECTION = RENDERER.compile_inline(
    '<p title="{{ x }}" lang=\'{{ x }}\'>{{ x }}{{ x|upper }}{{ x|truncate(9) }}{{ x|replace("a", x[:50]) }}{{ x ~ x }}'
    "{{ x|urlize }}{{ x|striptags }}{{ x|title|trim }}{{ [x[:50], x]|join(x[:50]) }}{{ '%s'|format(x) }}{{ x|e|e }}"
    "{% set y %}<i>{{ x }}</i>{% endset %}{{ y }}{{ x[:5] }}{{ x[:50]|list|join }}{{ x|default('')|lower }}</p>",
    name="injection",
)
TEXT = RENDERER.compile_inline("{{ x }}{{ x|e }}", name="text", kind="text")
JSON = RENDERER.compile_inline("{{ x|tojson }}", name="json")


def check_no_markup(typed: str) -> None:
    plain = INJECTION.render({"x": "x"})
    shown = INJECTION.render({"x": typed})
    assert shown.count("<") - shown.count("<a ") - shown.count("</a>") == plain.count("<")
    assert shown.count("'") == plain.count("'")
    assert shown.count('"') - 2 * shown.count("<a ") - 2 * shown.count('rel="noopener"') == plain.count('"')
    assert not {"<", ">", '"', "'"} & set(TEXT.render({"x": typed}))
    assert not {"<", ">", "&", "'"} & set(JSON.render({"x": typed}))


@given(st.text())
def test_what_a_visitor_typed_never_becomes_markup(typed: str) -> None:
    check_no_markup(typed)


def test_hostile_texts_never_become_markup(shared_data: Path) -> None:
    payloads = [json.loads(line)["payload"] for line in (shared_data / "xss_payloads.jsonl").read_bytes().splitlines()]
    for typed in payloads + json.loads((shared_data / "naughty_strings.json").read_bytes()):
        check_no_markup(typed)


@pytest.mark.parametrize(
    "source", ["x{% include 'a' %}", "{% extends 'a' %}", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"]
)
def test_a_template_that_never_ends_fails_like_any_other(source: str) -> None:
    with pytest.raises(TemplateFailed, match="without end"):
        BlockRenderer({"a": source}).render("a", {})
