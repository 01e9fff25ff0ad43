"""A folder of rule files: sections, names across files, versions, warnings."""

from pathlib import Path

import pytest

from floorwalker.core.ruleset import Cap, Content, Entry, Limits, Ruleset, Schedule
from floorwalker.errors import ConfigurationError, RuleErrors
from floorwalker.rulefile import Checks, Judgement, Problem, Severity, check, load, names_of, read

CASES = Path(__file__).parent.parent / "cases" / "rules"


def ruleset_of(rules: str, **files: str) -> Ruleset:
    found, problems = read({"r.yaml": rules.encode()} | {f"{name}.yaml": text.encode() for name, text in files.items()})
    assert found is not None, list(map(str, problems))
    return found


def codes(rules: str, *, checks: Checks | None = None) -> list[tuple[str, str, int]]:
    """Each problem's severity, code and line."""
    _, problems = read({"r.yaml": rules.encode()}, checks=checks or Checks())
    return [(problem.severity.value, problem.code, problem.line) for problem in problems]


def test_the_cookbook_loads_without_any_problem() -> None:
    found, problems = read({"cookbook.yaml": (CASES / "cookbook.yaml").read_bytes()})
    assert list(map(str, problems)) == []
    assert found is not None
    assert found.site.price_tiers[1].prices.low == 100
    assert found.site.price_tiers[1].prices.low_open
    assert [(rule.path, dict(rule.query)) for rule in found.pages if rule.type == "search"] == [
        ("/search", {"q": "{search}"})
    ]
    assert found.slots["on"].pages == ("product",)


def test_the_plan_s_own_cookbook_loads_without_an_error(shared_data: Path) -> None:
    cookbook = shared_data.parent / "design" / "cookbook.yaml"
    if not cookbook.is_file():
        pytest.skip("the cookbook of the plan is not part of the project")
    _, problems = read({"cookbook.yaml": cookbook.read_bytes()})
    assert [problem for problem in problems if problem.severity is Severity.ERROR] == []
    assert {problem.code for problem in problems if problem.severity is Severity.WARNING} <= {
        "unused-segment",
        "unknown-page-type",
        "no-page",
    }


def test_an_empty_folder_is_an_empty_ruleset(tmp_path: Path) -> None:
    assert load(tmp_path).slots == {}


def test_a_folder_that_is_not_there_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        load(tmp_path / "nowhere")
    with pytest.raises(ConfigurationError, match="templates folder"):
        load(tmp_path, tmp_path / "nowhere")


def test_errors_are_raised_with_every_problem(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("segmnets: {}\n", encoding="utf-8")
    (tmp_path / "b.yml").write_text("slots: {hero: {}}\n", encoding="utf-8")
    (tmp_path / "c.txt").write_text("not a rule file: [", encoding="utf-8")
    (tmp_path / ".d.yaml").write_text("not a rule file: [", encoding="utf-8")
    with pytest.raises(RuleErrors) as caught:
        load(tmp_path)
    assert [Path(str(problem).split(":")[0]).name for problem in caught.value.problems] == ["a.yaml", "b.yml"]
    assert "2 problems" in str(caught.value)


def test_sections_of_several_files_are_one() -> None:
    found = ruleset_of(
        "site: {currency: chf}\nsegments: {a: {when: {device: tv}}}\n",
        b="site: {timezone: Europe/Berlin}\nslots: {hero: {show: [{to: a, name: x, text: hello}]}}\n",
    )
    assert (found.site.currency, found.site.timezone, list(found.segments), list(found.slots)) == (
        "CHF",
        "Europe/Berlin",
        ["a"],
        ["hero"],
    )


@pytest.mark.parametrize(
    ("section", "body"),
    [
        ("segments", "{one: {when: {device: tv}}}"),
        ("slots", "{one: {show: [{hide: yes}]}}"),
        ("blocks", "{one: {text: hello}}"),
        ("goals", "{one: {did: Order Completed}}"),
        ("promotions", "{one: {slots: {hero: {hide: yes}}}}"),
        ("topics", "{one: {keywords: bird}}"),
        ("places", "{one: {lat: 1, lon: 2}}"),
        ("site", "{currency: EUR}"),
    ],
)
def test_what_two_files_define_is_an_error_that_names_both(section: str, body: str) -> None:
    text = f"{section}: {body}\n".encode()
    found, problems = read({"a.yaml": text, "b.yaml": text})
    assert found is None
    (problem,) = [problem for problem in problems if problem.severity is Severity.ERROR]
    assert problem.code == "defined-twice"
    assert problem.file == "b.yaml"
    assert "a.yaml:1:" in problem.message


def test_an_entry_says_who_when_how_often_and_what() -> None:
    found = ruleset_of("""
site: {timezone: Europe/Berlin}
segments: {a: {when: {device: tv}}}
blocks:
  spring: {template: offers/coupon.html, with: {code: SPRING20}, at_most: [1 per visit, 5 ever], stop_after: click}
slots:
  hero:
    show:
      - {to: a, block: spring, rest: 1 day, priority: 5, from: 2027-01-01, until: 2027-01-31}
      - {block: hero/new.html, once_per_page: offers}
""")
    content = Content("template", "spring", "offers/coupon.html", {"code": "SPRING20"})
    assert found.blocks["spring"].content == content
    assert found.blocks["spring"].limits == Limits(caps=(Cap(1, "visit"), Cap(5, "ever")), stop_after=("click",))
    assert found.slots["hero"].show == (
        Entry(
            to=("a",),
            limits=Limits(rest=86400.0, schedule=Schedule(1798758000.0, 1801436400.0)),
            priority=5.0,
            content=content,
            where="r.yaml:9",
        ),
        Entry(
            limits=Limits(once_per_page="offers"),
            content=Content("template", "hero/new.html", "hero/new.html"),
            where="r.yaml:10",
        ),
    )


def test_content_without_a_name_gets_one_from_itself_and_a_warning() -> None:
    rules = "slots: {hero: {show: [{to: a, text: hello}, {block: a/b.html, with: {x: y}}]}}\n"
    rules += "segments: {a: {when: {device: tv}}}\n"
    assert codes(rules) == [("warning", "no-name", 1), ("warning", "no-name", 1)]
    first, second = ruleset_of(rules).slots["hero"].show
    assert first.content is not None
    assert second.content is not None
    assert first.content.name.startswith("text-")
    assert second.content.name.startswith("a/b.html-")
    assert ruleset_of(rules).slots["hero"].show[0].content == first.content


def test_a_goal_is_a_condition_with_what_it_is_worth() -> None:
    goal = ruleset_of("goals: {order: {did: Order Completed, value: revenue, within: 7 days}}\n").goals["order"]
    assert (goal.value, goal.within, goal.when.written) == ("revenue", 7 * 86400.0, "did: Order Completed")


def test_personalize_no_turns_everything_off() -> None:
    assert not ruleset_of("site: {personalize: no}\n").site.personalize


@pytest.mark.parametrize(
    ("rules", "code", "line"),
    [
        ("segments: {a: {when: {device: tv}}}\n", "unused-segment", 1),
        ("slots: {hero: {pages: [home], show: [{hide: yes}]}}\n", "no-page", 1),
        ("slots:\n  hero:\n    show:\n      - hide: yes\n      - {name: x, text: hello}\n", "unreachable", 5),
        ("slots: {hero: {place: replace, show: [{hide: yes}]}}\n", "place", 1),
        ("slots: {hero: {show: [{when: {page: {type: hom}}, hide: yes}]}}\n", "unknown-page-type", 1),
    ],
)
def test_what_is_probably_not_meant_is_a_warning_and_no_error(rules: str, code: str, line: int) -> None:
    assert ("warning", code, line) in codes(rules)
    ruleset_of(rules)


def test_an_entry_below_one_with_a_limit_can_be_reached() -> None:
    blocks = "blocks: {a: {text: hello, at_most: 1 ever}}\n"
    elsewhere = "  foot: {show: [{block: a}]}\n"
    for first in ("{hide: yes, at_most: 1 per day}", "{block: a}", "{name: x, text: 'Hello {{ visitor.city }}'}"):
        assert codes(f"{blocks}slots:\n  hero:\n    show:\n      - {first}\n      - hide: yes\n{elsewhere}") == []


def test_a_schedule_that_is_over_is_a_warning_where_the_time_is_known() -> None:
    rules = "blocks: {a: {text: hello, until: 2026-01-31}}\nslots: {foot: {show: [{block: a}]}}\n"
    assert codes(rules) == []
    assert codes(rules, checks=Checks(now=1_769_904_000.0)) == [("warning", "over", 1)]
    assert codes(rules, checks=Checks(now=1_769_903_999.0)) == []


def test_templates_inline_texts_and_selectors_are_judged_by_the_caller() -> None:
    rules = """
blocks: {a: {template: a.html, with: {x: "{{ b }}"}}}
slots: {hero: {at: "a + b", place: after, show: [{block: a}]}}
"""
    asked: list[tuple[str, ...]] = []

    def note(*what: str) -> Judgement:
        asked.append(what)
        return Judgement(f"bad {what[0]}", "mend it", warning=what[0] == "a.html")

    found = codes(rules, checks=Checks(note, note, note))
    assert asked == [("{{ b }}", "value"), ("a.html",), ("a + b", "after")] or sorted(asked) == sorted(
        [("{{ b }}", "value"), ("a.html",), ("a + b", "after")]
    )
    assert found == [("warning", "template", 2), ("error", "template", 2), ("error", "selector", 3)]


def test_a_template_that_is_not_in_the_folder_is_an_error_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "templates" / "hero").mkdir(parents=True)
    (tmp_path / "templates" / "hero" / "birds.html").write_text("<p>", encoding="utf-8")
    (tmp_path / "rules" / "a.yaml").write_text("slots: {hero: {show: [{block: hero/bird.html}]}}\n", encoding="utf-8")
    found, problems = check(tmp_path / "rules", tmp_path / "templates")
    assert found is None
    assert [(problem.code, problem.hint) for problem in problems] == [
        ("unknown-template", "did you mean hero/birds.html?")
    ]


def test_the_version_tells_contents_apart_and_nothing_else(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yaml").write_text("site: {currency: EUR}\n", encoding="utf-8")
    assert load(tmp_path / "one").version == load(tmp_path / "two").version
    (tmp_path / "two" / "a.yaml").write_text("site: {currency: EUR} \n", encoding="utf-8")
    assert load(tmp_path / "one").version != load(tmp_path / "two").version
    before = load(tmp_path / "one", tmp_path / "two").version
    (tmp_path / "two" / "b.html").write_text("x", encoding="utf-8")
    assert load(tmp_path / "one", tmp_path / "two").version != before


@pytest.mark.parametrize(
    ("content", "code", "line", "column"),
    [
        (b"site:\n  currency: \xff\n", "encoding", 2, 13),
        ("site: {}\n".encode("utf-16"), "encoding", 1, 1),
        (b"x" * 1_000_001, "too-large", 1, 1),
        ("a: b\nc: d\u2028e\n".encode(), "control-character", 2, 5),
        (b"a: b\r\nc: \x00\r\n", "control-character", 2, 4),
    ],
)
def test_bytes_that_are_no_rule_file_are_one_problem(content: bytes, code: str, line: int, column: int) -> None:
    found, problems = read({"r.yaml": content})
    assert found is None
    assert [(problem.code, problem.line, problem.column) for problem in problems] == [(code, line, column)]


def test_line_ends_and_a_byte_order_mark_do_not_count() -> None:
    plain = b"site:\n  currency: EURO\n"
    expected = read({"r.yaml": plain})[1]
    for content in (b"\xef\xbb\xbf" + plain, plain.replace(b"\n", b"\r\n"), plain.replace(b"\n", b"\r")):
        assert read({"r.yaml": content})[1] == expected


def test_a_file_that_cannot_be_read_makes_no_name_unknown() -> None:
    rules = {"a.yaml": b"segments:\n  vip: @x\n", "b.yaml": b"slots: {hero: {show: [{to: vip, hide: yes}]}}\n"}
    assert [(p.file, p.code) for p in read(rules)[1]] == [("a.yaml", "unquoted")]


def test_names_are_known_by_kind(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes((CASES / "cookbook.yaml").read_bytes())
    names = names_of(tmp_path)
    assert "employees" in names["segment"]
    assert names["price tier"] == ["high", "low", "middle"]
    assert names["topic"] == ["bargains", "wildlife"]
    assert names["goal"] == ["order", "signup"]


def test_a_problem_is_one_line() -> None:
    assert str(Problem("r.yaml", 3, 5, "x", "this is wrong", "write that")) == "r.yaml:3:5: this is wrong; write that"
    assert str(Problem("r.yaml", 3, 5, "x", "this is wrong")) == "r.yaml:3:5: this is wrong"
