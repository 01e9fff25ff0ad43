"""What the rule loader cannot judge itself, asked of the room that serves it: templates, inline texts, selectors."""

from contextlib import suppress
from typing import Literal, cast

from floorwalker.asgi.rules.context import VARIABLES
from floorwalker.core.ruleset import Content
from floorwalker.errors import TemplateFailed
from floorwalker.html.blocks import Block, BlockRenderer
from floorwalker.html.selector_check import check_selector
from floorwalker.rulefile import Checks, Judgement
from floorwalker.rulefile.problems import did_you_mean

_MEND = "mend the template"


def content_checks(renderer: BlockRenderer | None, *, now: float | None = None) -> Checks:
    """The checks of content, for `rulefile.load` and `check`. Without a renderer templates are not looked at.

    now: seconds since 1970; with it, schedules that are over are warned of.
    """
    if renderer is None:
        return Checks(selector=_selector, now=now)

    def template(path: str) -> Judgement | None:
        if path not in renderer.names:
            hint = did_you_mean(path, renderer.names, instead="create it in the templates folder, or correct the name")
            return Judgement(f"there is no template {path}", hint)
        try:
            return _never_ending(path, renderer) or _never_known(renderer.block(path), f"{path}: ")
        except TemplateFailed as failed:
            return Judgement(str(failed), _MEND)

    def source(text: str, kind: str) -> Judgement | None:
        if "{" not in text:
            return None
        try:
            block = renderer.compile_inline(text, name="this text", kind=cast(Literal["html", "text", "value"], kind))
        except TemplateFailed as failed:
            place = "" if failed.line in (None, 1) else f", in its line {failed.line}"
            return Judgement(
                f"this text does not compile{place}: {failed.reason}", "mend what stands in {{ }} or {% %}"
            )
        return _never_known(block, "")

    def is_certain(content: Content) -> bool:
        """Of templates: that it reads nothing but values that stand under `with`, and takes in no other."""
        written = (*content.values.values(), content.source)
        if content.kind != "template" and not any("{" in text for text in written):
            return True
        with suppress(TemplateFailed):
            blocks = [_compiled(content, renderer)]
            blocks += [
                renderer.compile_inline(text, name=name, kind="value")
                for name, text in content.values.items()
                if "{" in text
            ]
            return all(block.references == frozenset() and block.variables <= content.values.keys() for block in blocks)
        return False

    def references(path: str) -> frozenset[str] | None:
        with suppress(TemplateFailed):
            return renderer.block(path).references
        return frozenset()

    return Checks(template, source, _selector, now, is_certain, references)


def _compiled(content: Content, renderer: BlockRenderer) -> Block:
    if content.kind == "template":
        return renderer.block(content.source)
    kind: Literal["html", "text"] = "text" if content.kind == "text" else "html"
    return renderer.compile_inline(content.source, name=content.name, kind=kind)


def _never_ending(path: str, renderer: BlockRenderer) -> Judgement | None:
    """A warning of a template that takes itself in, most often by way of another: it ends at the bound, unshown."""
    ways: list[tuple[str, ...]] = [(path,)]
    known = {path}
    while ways:
        way = ways.pop()
        for other in sorted(_taken_in(way[-1], renderer)):
            if other == path:
                hint = "take one of them out, or make sure with if that it ends"
                return Judgement(f"templates take each other in: {' → '.join((*way, path))}", hint, warning=True)
            if other not in known:
                known.add(other)
                ways.append((*way, other))
    return None


def _taken_in(path: str, renderer: BlockRenderer) -> frozenset[str]:
    """The templates that one extends, includes and imports; none where it does not compile."""
    with suppress(TemplateFailed):
        return renderer.block(path).references or frozenset()
    return frozenset()


def _never_known(block: Block, where: str) -> Judgement | None:
    """A warning of what no visitor has, so that it is never shown. A value under `with` is a text, without a dot."""
    for variable in sorted(block.variables):
        root, *names = variable.split(".")
        if names and (root not in VARIABLES or names[0] not in VARIABLES[root]):
            known = [f"{each}.{name}" for each, of_it in VARIABLES.items() for name in of_it]
            there = ", ".join(sorted(VARIABLES.get(root, ("visitor", "page", "segments", "nonce"))))
            hint = did_you_mean(".".join([root, names[0]]), known, instead=f"there is {there}")
            return Judgement(f"{where}{variable} is never known, so that it cannot be shown", hint, warning=True)
    return None


def _selector(selector: str, place: str) -> Judgement | None:
    found = check_selector(selector, place)
    return None if found is None else Judgement(found.message, found.hint, found.kind == "warning")
