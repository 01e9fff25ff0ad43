"""What is shown: the section `blocks`, and the content and limits that blocks, entries and slots share."""

import re
from hashlib import sha256

from floorwalker.core.ruleset import Block, Content, Limits, Schedule
from floorwalker.rulefile.fields import Fields, as_mapping, free_text, one_text
from floorwalker.rulefile.nodes import Mapping, Node, Scalar
from floorwalker.rulefile.problems import did_you_mean, one_of
from floorwalker.rulefile.reading import Ending, Reading
from floorwalker.rulefile.tables.sections import BLOCK_KEYS
from floorwalker.rulefile.values import cap, moment

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
TAKEN_VALUES = ("visitor", "page", "segments", "nonce")
"""What every template is told; a value under `with` of such a name would never be seen."""
_SIMPLE = ("hide", "default")


def read_blocks(pairs: list[tuple[Scalar, Node]], reading: Reading) -> dict[str, Block]:
    """Named content with its own limits."""
    found: dict[str, Block] = {}
    for name, value in pairs:
        node = as_mapping(value, name.text, reading.findings, "template: offers/coupon.html")
        if node is None:
            continue
        fields = Fields(node, BLOCK_KEYS, f"the block {name.text}", reading.findings, reading.names)
        fields.text("about")
        limits = read_limits(fields, f"the block {name.text}", reading)
        kind = one_kind(fields, ("template", "html", "text"), name, f"the block {name.text}")
        content = None if kind is None else _block_content(kind, name.text, fields, reading)
        if content is not None:
            found[name.text] = Block(name.text, content, limits)
    return found


def _block_content(kind: str, name: str, fields: Fields, reading: Reading) -> Content | None:
    source = _template(fields, reading) if kind == "template" else inline(kind, fields, reading)
    return Content(kind, name, source, read_values(fields, reading)) if source else None


def one_kind(fields: Fields, kinds: tuple[str, ...], owner: Scalar | Mapping, what: str) -> str | None:
    """The one of these keys that is written; none or several are reported."""
    written = [kind for kind in kinds if kind in fields]
    if len(written) == 1:
        return written[0]
    if not written and (fields.node.lost or fields.meant & {*kinds, "show"}):
        return None
    if not written:
        fields.findings.error(owner.at, "missing", f"{what} shows nothing", f"write one of {one_of(kinds)}")
    else:
        message = f"{what} has both {written[0]} and {written[1]}"
        fields.findings.error(fields.key(written[1]).at, "twice", message, "keep one of them")
    return None


def _template(fields: Fields, reading: Reading) -> str:
    node = fields.get("template")
    scalar = None if node is None else one_text(node, reading.findings, fields.example("template"))
    return "" if scalar is None else template_path(scalar, reading)


def template_path(scalar: Scalar, reading: Reading) -> str:
    """A template's path, if it can be used; what is wrong with it is reported."""
    path = free_text(scalar, reading.findings)
    if path.startswith("/") or ".." in path.split("/") or "\\" in path:
        message = f"{path[:60]} does not lie in the templates folder"
        hint = "write its path below that folder, such as hero/new.html"
        reading.findings.error(scalar.at, "template", message, hint)
        return ""
    known = list(reading.names.known("template"))
    if known and path not in known:
        hint = did_you_mean(path, known, instead="add it to the templates folder, or correct the path")
        reading.findings.error(scalar.at, "unknown-template", f"there is no template {path[:80]}", hint)
        return path
    if reading.check_template is not None:
        reading.report(scalar.at, "template", reading.check_template(path))
    return path


def inline(kind: str, fields: Fields, reading: Reading) -> str:
    """The Jinja2 source that stands at `html` or `text`."""
    node = fields.get(kind)
    scalar = None if node is None else one_text(node, reading.findings, fields.example(kind))
    return "" if scalar is None else _source(scalar, kind, reading)


def _source(scalar: Scalar, kind: str, reading: Reading) -> str:
    source = free_text(scalar, reading.findings)
    if reading.check_source is not None:
        reading.report(scalar.at, "template", reading.check_source(source, kind))
    return source


def read_values(fields: Fields, reading: Reading) -> dict[str, str]:
    """The `with` values: variables of the template, themselves Jinja2."""
    node = fields.mapping("with")
    found: dict[str, str] = {}
    for name, value in node or ():
        if not _VARIABLE.fullmatch(name.text):
            message = f"{name.text[:40]} is no name that a template can use"
            reading.findings.error(name.at, "value", message, "write letters, digits and _, such as headline")
        elif name.text in TAKEN_VALUES:
            message = f"every template knows {name.text} already, so this value is never seen"
            reading.findings.error(name.at, "value", message, f"take another name, such as my_{name.text}")
        elif not isinstance(value, Scalar):
            hint = f"write one text: {fields.example('with')}"
            reading.findings.error(value.at, "type", f"{name.text} takes one value", hint)
        else:
            found[name.text] = _source(value, "value", reading)
    return found


def read_limits(fields: Fields, what: str, reading: Reading) -> Limits:
    """When and how often."""
    return Limits(
        caps=fields.many("at_most", cap),
        rest=fields.duration("rest", 0.0),
        stop_after=fields.choices("stop_after"),
        once_per_page=fields.label("once_per_page"),
        schedule=read_schedule(fields, what, reading),
        draft=fields.yes_no("draft", False),
    )


def read_schedule(fields: Fields, what: str, reading: Reading) -> Schedule:
    """`from` and `until`, on the site's clock; where it ends is noted, for whoever knows the time."""
    start = fields.read("from", lambda text: moment(text, reading.zone), None)
    end = fields.read("until", lambda text: moment(text, reading.zone, end=True), None)
    until = fields.get("until")
    if until is None or end is None:
        return Schedule(start, None)
    if start is not None and end <= start:
        reading.findings.error(until.at, "range", "until lies before from, so it is never shown", "exchange them")
    else:
        reading.endings.append(Ending(until.at, end, what))
    return Schedule(start, end)


def is_draft(node: Mapping) -> bool:
    """Whether `draft: yes` stands here; what else stands there is judged where the key is read."""
    draft = node.get("draft")
    return isinstance(draft, Scalar) and draft.text.strip().lower() in ("yes", "true", "on")


def flag(name: str, fields: Fields) -> bool:
    """`hide: yes` or `default: yes`; `no` says nothing and is reported."""
    if fields.yes_no(name, True):
        return True
    fields.findings.error(fields.key(name).at, "value", f"{name}: no says nothing", f"take {name} out")
    return False


def read_content(fields: Fields, owner: Mapping, what: str, reading: Reading) -> Content | None:
    """What an entry or `otherwise` shows: exactly one of block, html, text, hide, default."""
    kind = one_kind(fields, ("block", "html", "text", *_SIMPLE), owner, what)
    name = fields.label("name")
    values = read_values(fields, reading)
    if kind is None:
        return None
    if values and kind in _SIMPLE:
        reading.findings.error(fields.key("with").at, "with", f"with beside {kind} means nothing", "take it out")
    match kind:
        case "hide" | "default":
            return Content(kind, name or kind) if flag(kind, fields) else None
        case "block":
            return _block(fields, name, values, reading)
        case _:
            source = inline(kind, fields, reading)
            return Content(kind, _inline_name(kind, name, source, values, fields, reading), source, values)


def _block(fields: Fields, name: str, values: dict[str, str], reading: Reading) -> Content | None:
    """A name of `blocks`, or a template's path, which is its name."""
    node = fields.get("block")
    scalar = None if node is None else one_text(node, reading.findings, fields.example("block"))
    if scalar is None:
        return None
    if scalar.text in reading.names.known("block"):
        _refuse_beside(fields, scalar.text, reading)
        reading.names.refer("block", scalar.text, scalar.at)
        block = reading.blocks.get(scalar.text)
        return None if block is None else block.content
    if not re.search(r"[./]", scalar.text):
        known = [*reading.names.known("block"), *reading.names.known("template")]
        hint = did_you_mean(scalar.text, known, instead="define it in blocks:, or write a template's path")
        reading.findings.error(scalar.at, "unknown-block", f"there is no block {scalar.text[:60]}", hint)
        return None
    path = template_path(scalar, reading)
    if not path:
        return None
    if values and not name:
        name = _content_name(path, path, values)
        message = f"{path} with values of its own has no name; it is called {name} until they change"
        reading.findings.warn(scalar.at, "no-name", message, "write name: and a word")
    reading.shown.add(name or path)
    return Content("template", name or path, path, values)


def _refuse_beside(fields: Fields, block: str, reading: Reading) -> None:
    for key in ("with", "name"):
        if key in fields:
            message = f"the block {block} brings its own {'values' if key == 'with' else 'name'}"
            reading.findings.error(fields.key(key).at, "with", message, f"take {key} out, or put it into the block")


def _inline_name(kind: str, name: str, source: str, values: dict[str, str], fields: Fields, reading: Reading) -> str:
    if name in reading.names.known("block"):
        message = f"{name} is already a block of blocks:"
        reading.findings.error(fields.key("name").at, "twice", message, f"write block: {name}, or another name")
    if not name:
        name = _content_name(kind, source, values)
        message = f"this {kind} has no name; it is called {name} until its content changes"
        reading.findings.warn(fields.key(kind).at, "no-name", message, "write name: and a word")
    reading.shown.add(name)
    return name


def _content_name(stem: str, source: str, values: dict[str, str]) -> str:
    content = "\0".join([source, *(f"{name}={values[name]}" for name in sorted(values))])
    return f"{stem}-{sha256(content.encode(errors='surrogatepass')).hexdigest()[:8]}"
