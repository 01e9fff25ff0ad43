"""Templates of a careless editor: little files that would make much, and texts that are no template any more."""

import tracemalloc

import pytest

from floorwalker.errors import TemplateFailed, TemplateUnknown
from floorwalker.html import sandbox
from floorwalker.html.blocks import BlockRenderer

LEVELS = 40  # doubled so often, one becomes a trillion


def doubled(level: str, first: str, last: str) -> str:
    """A template in which each part uses the one before it twice."""
    return first + "".join(level.format(this=n, before=n - 1) for n in range(1, LEVELS)) + last.format(LEVELS - 1)


MACROS = doubled(
    "{{% macro m{this}() %}}{{{{ m{before}() }}}}{{{{ m{before}() }}}}{{% endmacro %}}",
    "{% macro m0() %}{% endmacro %}",
    "{{{{ m{}() }}}}",
)
TESTED = doubled(
    "{{% macro m{this}() %}}{{% if m{before}() or m{before}() %}}{{% endif %}}{{% endmacro %}}",
    "{% macro m0() %}{% endmacro %}",
    "{{{{ m{}() }}}}",
)
BLOCKS = doubled(
    "{{% block b{this} %}}{{{{ self.b{before}() }}}}{{{{ self.b{before}() }}}}{{% endblock %}}",
    "{% block b0 %}{% endblock %}",
    "{{# {} #}}",
)
LISTS = doubled("{{% set x{this} = [x{before}, x{before}] %}}", "{% set x0 = [1, 1] %}", "")
TUPLES = doubled("{{% set x{this} = (x{before}, x{before}) %}}", "{% set x0 = (1, 1) %}", "")
MAPS = doubled("{{% set x{this} = {{'a': x{before}, 'b': x{before}}} %}}", "{% set x0 = {} %}", "")
LAST = f"x{LEVELS - 1}"
NESTED = {
    "macros": MACROS,
    "macros in a test": TESTED,
    "blocks": BLOCKS,
    "a list shown": f"{LISTS}{{{{ {LAST} }}}}",
    "a list joined to a text": f"{LISTS}{{{{ {LAST} ~ '' }}}}",
    "a list formatted": f"{LISTS}{{{{ '%s'|format({LAST}) }}}}",
    "a list as JSON": f"{LISTS}{{{{ {LAST}|tojson }}}}",
    "a list compared": f"{LISTS}{{{{ {LAST} == [{LAST}, {LAST}] }}}}",
    "a mapping shown": f"{MAPS}{{{{ {LAST} }}}}",
    "a key of many parts": f"{TUPLES}{{{{ {{{LAST}: 1}} }}}}",
    "a look-up by many parts": f"{TUPLES}{{{{ {{}}[{LAST}] }}}}",
    "a test for many parts": f"{TUPLES}{{{{ {LAST} in {{}} }}}}",
}


@pytest.mark.parametrize("source", NESTED.values(), ids=NESTED)
def test_what_doubles_with_each_part_is_given_up(source: str) -> None:
    with pytest.raises(TemplateFailed, match="do more work"):
        BlockRenderer({"a.html": source}).render("a.html", {})


@pytest.mark.parametrize(
    "how", ["{{% include 'p{0}' %}}{{% include 'p{0}' %}}", "{{% import 'p{0}' as a with context %}}" * 2]
)
def test_templates_that_each_take_in_the_next_one_twice_are_given_up(how: str) -> None:
    sources = {f"p{n}": (how * 2).format(n + 1) for n in range(LEVELS)} | {f"p{LEVELS}": ""}
    with pytest.raises(TemplateFailed, match="do more work"):
        BlockRenderer(sources).render("p0", {})


def test_a_page_of_many_pieces_is_shown() -> None:
    sources = {"list": "{% for n in range(50) %}{% include 'one' %}{{ shown(n) }}{% endfor %}", "one": "<li>"}
    sources["list"] = "{% macro shown(n) %}<b>{{ n }}</b>{% endmacro %}" + sources["list"]
    assert BlockRenderer(sources).render("list", {}).count("<b>") == 50


NO_TEMPLATES = {
    "loops in loops": "{% for a in [1] %}" * 25 + "{% endfor %}" * 25,
    "tests in tests": "{% if 1 %}" * 150 + "{% endif %}" * 150,
    "brackets": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "a long number": "{{ " + "1" * 5000 + " }}",
    "a long chain": "{{ 1" + " and 1" * 5000 + " }}",
}


@pytest.mark.parametrize("source", NO_TEMPLATES.values(), ids=NO_TEMPLATES)
def test_what_python_could_not_compile_is_a_problem_of_the_template(source: str) -> None:
    (problem,) = BlockRenderer({"a.html": source}).problems
    assert "a.html" in str(problem)
    with pytest.raises(TemplateFailed):
        BlockRenderer({}).compile_inline(source, name="inline")


@pytest.mark.parametrize("part", ["{{ a }}", "{% set a = 1 %}", "{% if 0 %}{% elif 0 %}{% endif %}"])
def test_a_template_of_too_many_parts_is_refused_before_it_is_compiled(
    monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(sandbox, "MOST_NODES", 1000)
    assert BlockRenderer({"a.html": part * 100}).problems == ()
    (problem,) = BlockRenderer({"a.html": part * 1000}).problems
    assert "more than 1,000 parts" in str(problem)


def test_a_rendering_that_is_given_up_has_not_filled_the_memory() -> None:
    renderer = BlockRenderer({"a.html": f"{LISTS}{{{{ {LAST} ~ {LAST} }}}}"})
    tracemalloc.start()
    try:
        with pytest.raises(TemplateFailed):
            renderer.render("a.html", {})
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


ESCAPES = (
    "''.__class__",
    "''['__class__']",
    "'' | attr('__class__')",
    "{}.__class__.__mro__",
    "self.__init__.__globals__",
    "self._TemplateReference__context",
    "shown.__globals__",
    "shown.__func__",
    "range.__self__",
    "namespace.__init__.__globals__",
    "dict.fromkeys.__self__",
    "caller.__code__",
    "'{0.__class__}'.format(1)",
    "('{0.__class__}' | format)(1)",
    "'{x.__class__}'.format_map({'x': 1})",
    "visitor.__init__.__globals__",
    "visitor.secret.__func__.__globals__",
    "[].append.__self__.__class__",
    "loop.__class__",
    "joiner.__init__.__globals__",
    "cycler.__init__.__globals__",
    "lipsum.__globals__",
    "get_flashed_messages.__globals__",
    "config",
    "request.application.__globals__",
    "('a' ~ 'b').__class__.__subclasses__()",
    "[1] | map(attribute='__class__') | list",
    "[1] | map('attr', '__class__') | list",
    "[1] | sum(attribute='__class__')",
    "[''] | groupby('__class__')",
    "[''] | selectattr('__class__') | list",
    "[''] | sort(attribute='__class__')",
    "[''] | max(attribute='__class__')",
    "[''] | unique(attribute='__class__') | list",
    "[''] | join(attribute='__class__')",
)


class Somebody:
    """A thing of the application's that got into the context."""

    def secret(self) -> str:
        return "text"


@pytest.mark.parametrize("expression", ESCAPES)
def test_no_expression_leads_out_of_the_sandbox(expression: str) -> None:
    macro = "{% macro shown() %}{% endmacro %}"
    source = f"{macro}{{% for n in [1] %}}{{% set found = {expression} %}}[{{{{ found | string }}}}]{{% endfor %}}"
    try:
        out = BlockRenderer({"a.html": source}).render("a.html", {"visitor": Somebody()})
    except (TemplateFailed, TemplateUnknown):
        return
    assert "class" not in out
    assert "function" not in out
    assert "object at" not in out
