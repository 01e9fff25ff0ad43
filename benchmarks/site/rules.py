"""A folder of a hundred rules, three slots and their blocks, as a busy site would have them."""

from pathlib import Path

from benchmarks.site.pages import SLOTS

_CONDITIONS = (
    "viewed: {{category: category-{n}, at_least: 3, within: 30 days}}",
    "referrer: {{source: partner-{n}}}",
    "searched: [cheap lens {n}, second hand {n}]",
    "any: [{{device: tablet}}, {{browser: browser-{n}}}, {{country: [NO, SE]}}]",
    "did: {{event: Event {n}, at_least: 2, within: 7 days}}",
    "campaign: {{name: spring-{n}-*}}",
    "visits: {{at_least: {n}, within: 90 days}}",
    "page: {{path: /offers/{n}/**}}",
    "time: {{from: 18:00, until: 01:00, days: [friday, saturday, sunday]}}",
    "viewed: {{type: product, at_least: {n}, within: 90 days}}",
)
_BLOCK = '<section class="offer"><h2>{{ headline }}</h2><p>You have been here {{ visitor.visits }} times.</p></section>'


def write_rules(folder: Path, *, segments: int = 100, slots: int = 3) -> tuple[Path, Path]:
    """Write `rules/` and `templates/` under `folder` and give both; every slot changes for everyone."""
    rules, templates = folder / "rules", folder / "templates"
    rules.mkdir(parents=True, exist_ok=True)
    templates.mkdir(exist_ok=True)
    (templates / "offer.html").write_text(_BLOCK)
    (rules / "segments.yaml").write_text("segments:\n" + "".join(_segment(number) for number in range(1, segments + 1)))
    names = [SLOTS[number] if number < len(SLOTS) else f"slot-{number}" for number in range(slots)]
    pages = "[/static10, /static50, /jinja50, /awaiting]"
    marked = "".join(_slot(name, pages, "", segments) for name in names)
    found = "".join(_slot(f"{name}-at", "[/selectors]", f"#{name}", segments) for name in names)
    (rules / "slots.yaml").write_text("slots:\n" + marked + found)
    (rules / "pages.yaml").write_text('pages:\n  - path: "/{category}"\n    type: category\n')
    return rules, templates


def _segment(number: int) -> str:
    condition = _CONDITIONS[number % len(_CONDITIONS)].format(n=number)
    return f"  segment-{number}:\n    when: {{{condition}}}\n"


def _slot(name: str, pages: str, selector: str, segments: int) -> str:
    at = f'    at: "section{selector}"\n' if selector else ""
    entries = "".join(
        f"      - {{to: segment-{number}, block: offer.html, name: {name}-{number}, with: {{headline: For some}}}}\n"
        for number in range(1, min(segments, 3) + 1)
    )
    last = f"      - {{block: offer.html, name: {name}-all, with: {{headline: For everyone}}}}\n"
    return f"  {name}:\n    pages: {pages}\n{at}    show:\n{entries}{last}"
