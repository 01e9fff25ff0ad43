"""Two editions of a small site's rules, and a log of its visitors."""

from pathlib import Path

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1"
)
GOOGLE = "https://www.google.com/search?q=cheap+tripod"

OLD = """
pages: [{path: /, type: home}, {path: "/{category}", type: category}]
goals: {order: {did: Order Completed}}
segments:
  reader: {when: {viewed: {category: learn, at_least: 2}}}
  on-a-phone: {when: {device: mobile}}
  from-search: {when: {referrer: {medium: search}}}
  someday: {draft: yes, when: {viewed: {at_least: 3}}}
slots:
  hero:
    pages: [home, category]
    goal: order
    show:
      - {to: reader, block: hero/reader.html}
      - {to: from-search, name: hello, html: "<p>Hello</p>", at_most: 1 ever}
  help:
    show:
      - {to: on-a-phone, name: call, html: "<p>Call us</p>"}
"""
NEW = (
    OLD.replace("category: learn, at_least: 2", "category: learn, at_least: 1")
    .replace("at_most: 1 ever", "at_most: 2 ever")
    .replace("<p>Call us</p>", "<p>Ring us</p>")
    .replace("from-search", "searching")
)


def write_site(folder: Path, rules: str, *, template: str = "<p>Read on</p>") -> Path:
    """A folder of rules, templates beside it."""
    (folder / "rules").mkdir(parents=True)
    (folder / "rules" / "rules.yaml").write_text(rules)
    (folder / "templates" / "hero").mkdir(parents=True)
    (folder / "templates" / "hero" / "reader.html").write_text(template)
    return folder / "rules"


def line(day: int, visitor: int, target: str, *, referrer: str = "-", agent: str = CHROME) -> str:
    asked = f'"GET {target} HTTP/1.1" 200 512 "{referrer}" "{agent}"'
    return f"203.0.113.{visitor} - - [{day:02}/May/2026:10:05:03 +0000] {asked}"


def write_log(path: Path) -> Path:
    """Forty visitors over a month: every third searches, every fourth has a phone, every second reads."""
    lines = []
    for visitor in range(40):
        agent, day = PHONE if visitor % 4 == 0 else CHROME, 1 + visitor % 28
        lines.append(line(day, visitor, "/", referrer=GOOGLE if visitor % 3 == 0 else "-", agent=agent))
        pages = ["/learn", "/learn", "/tripods"][: visitor % 4] if visitor % 2 else ["/tripods"]
        lines += [line(day, visitor, page, referrer="https://shop.test/", agent=agent) for page in pages]
        lines.append(line(day, visitor, "/style.css", referrer="https://shop.test/", agent=agent))
    path.write_text("\n".join(lines) + "\n")
    return path
