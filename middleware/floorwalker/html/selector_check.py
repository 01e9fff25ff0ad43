"""What may be wrong with a selector, told when the rules load rather than on a page."""

import re
from dataclasses import dataclass
from typing import Final, Literal

import lolhtml

from floorwalker.html.selectors import NEEDS_CONTENT, VOID, Place, is_of_lolhtml

_END_OPTIONAL: Final = frozenset(
    [
        *("html", "head", "body", "li", "dt", "dd", "p", "rt", "rp", "optgroup", "option", "colgroup", "caption"),
        *("thead", "tbody", "tfoot", "tr", "td", "th"),
    ]
)
_NEEDS_END: Final = frozenset([Place.INSIDE, Place.REPLACE, Place.HIDE, Place.LAST, Place.AFTER])
_HINTS: Final = {
    "Unsupported combinator": 'use a space or ">", or give the element a class or an id and point at that',
    "Unsupported pseudo-class": (
        "of those only :not(), :nth-child(), :nth-of-type(), :first-child and :first-of-type are served; "
        "give the element a class or an id and point at that"
    ),
    "explicit namespaces": "leave the namespace and its | out",
    "empty": 'write a selector such as "#hero", ".banner" or "section.offers"',
}
_QUOTED: Final = re.compile(r"""\\.|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""", re.DOTALL)
_BRACKETED: Final = re.compile(r"""\[[^\[\]"']*\]|\([^()"']*\)""")
_LONGEST: Final = 1_000  # some thousand brackets within each other end the process
_NOT_IN_NOT: Final = re.compile(r":not\([^)]*:not\(", re.IGNORECASE)
_GAP: Final = re.compile(r"(?<![\s>])(?=\s+[^\s>])")
_LAST_STEP: Final = re.compile(r"[^\s>]*\Z")
_BARE_STEP: Final = re.compile(r"\*|[a-zA-Z][a-zA-Z0-9-]*")
_ALIKE_AT_MOST: Final = 2
_LAST_TAG: Final = re.compile(r"(?:^|[\s>])([a-zA-Z][a-zA-Z0-9-]*)?[^\s>]*\s*$")


@dataclass(frozen=True, slots=True)
class SelectorProblem:
    """What is wrong with a selector, and what to write instead; a warning's selector is served all the same."""

    kind: Literal["error", "warning"]
    message: str
    hint: str


def check_selector(selector: str, place: str = "inside") -> SelectorProblem | None:
    """The first problem of a selector with its place, errors before warnings; None if there is none."""
    if place not in [*Place]:
        return SelectorProblem("error", f'"{place}" is no place', f"write one of {', '.join(Place)}")
    return _check_syntax(selector) or _check_ways(selector) or _check_tags(selector, Place(place))


def descents(selector: str) -> list[list[str]]:
    """Of each selector of a list the steps, such as `div.wide`, within which anything may lie before the next step."""
    return [
        [_LAST_STEP.findall(part[: gap.start()])[0].lower() for gap in _GAP.finditer(part)]
        for part in map(str.strip, _without_brackets(selector).split(","))
    ]


def _check_syntax(selector: str) -> SelectorProblem | None:
    if len(selector) > _LONGEST:
        message = f"the selector is longer than {_LONGEST:,} characters"
        return SelectorProblem("error", message, "give the element a class or an id and point at that")
    bare = _without_brackets(selector)
    if any(bracket in bare for bracket in "[]()\"'"):
        return SelectorProblem("error", f'the selector "{selector}" has a bracket or quote without its pair', "add it")
    if _NOT_IN_NOT.search(_QUOTED.sub("_", selector)):
        message = f'the selector "{selector}" cannot be served: a :not() holds another one'
        return SelectorProblem("error", message, "write it without the inner one, or give the element a class or an id")
    try:
        rewriter = lolhtml.HTMLRewriter(bytes)
        rewriter.on(selector, _Nothing())
        rewriter.write(b"<")  # now it is compiled
    except BaseException as refusal:
        if not (is_of_lolhtml(refusal) or isinstance(refusal, UnicodeEncodeError)):
            raise
        reason = str(refusal).rstrip(".")
        hint = next((hint for sign, hint in _HINTS.items() if sign in reason), _HINTS["empty"])
        return SelectorProblem("error", f'the selector "{selector}" cannot be served: {_as_clause(reason)}', hint)
    return None


def _check_ways(selector: str) -> SelectorProblem | None:
    """Every way to read `div div div` in elements within each other is followed: a thousand of them take seconds."""
    for steps in descents(selector):
        bare = [step for step in steps if _BARE_STEP.fullmatch(step)]
        anything = bare.count("*")
        for step in bare:
            if bare.count(step) + (anything if step != "*" else 0) > _ALIKE_AT_MOST:
                return SelectorProblem(
                    "error",
                    f'the selector "{selector}" takes too long on pages in which many elements lie within each other',
                    'write fewer of these steps, put ">" between them, or give the element a class or an id',
                )
    return None


def _check_tags(selector: str, place: Place) -> SelectorProblem | None:
    tags = [
        match[1].lower()
        for part in _without_brackets(selector).split(",")
        if (match := _LAST_TAG.search(part)) and match[1]
    ]
    for tag in tags:
        if tag in VOID and place in NEEDS_CONTENT:
            return SelectorProblem(
                "error", f"<{tag}> has no inside, so nothing can be put there", "write place: replace, before or after"
            )
    for tag in tags:
        if tag in _END_OPTIONAL and place in _NEEDS_END:
            return SelectorProblem(
                "warning",
                f"the end tag of <{tag}> may be left out; where a page does that, the slot keeps its default",
                f"point at an element within or around it, or make sure that the page writes </{tag}>",
            )
    return None


def _without_brackets(selector: str) -> str:
    """The selector without what stands in quotes and brackets, nor what is escaped."""
    bare = _QUOTED.sub("_", selector)
    while (shorter := _BRACKETED.sub("", bare)) != bare:
        bare = shorter
    return bare


def _as_clause(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


class _Nothing:
    """A handler that lets everything be."""

    def element(self, element: lolhtml.Element) -> None:
        """Never called: nothing is written."""
