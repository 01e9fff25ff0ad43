"""What the rule loader cannot judge itself, asked of the room that serves it: templates, inline texts, selectors."""

from typing import Literal, cast

from floorwalker.errors import TemplateFailed
from floorwalker.html.blocks import BlockRenderer
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
            renderer.block(path)
        except TemplateFailed as failed:
            return Judgement(str(failed), _MEND)
        return None

    def source(text: str, kind: str) -> Judgement | None:
        try:
            renderer.compile_inline(text, name="this text", kind=cast(Literal["html", "text", "value"], kind))
        except TemplateFailed as failed:
            place = "" if failed.line in (None, 1) else f", in its line {failed.line}"
            return Judgement(
                f"this text does not compile{place}: {failed.reason}", "mend what stands in {{ }} or {% %}"
            )
        return None

    return Checks(template, source, _selector, now)


def _selector(selector: str, place: str) -> Judgement | None:
    found = check_selector(selector, place)
    return None if found is None else Judgement(found.message, found.hint, found.kind == "warning")
