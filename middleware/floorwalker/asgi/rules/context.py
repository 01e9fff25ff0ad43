"""What blocks are told: plain values. None is unknown; a block that shows something unknown is passed over.

Nothing is worked out before a template reads it: most templates read two or three of these values.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

from floorwalker.asgi.rules.variables import PAGE, VISITOR, Variable
from floorwalker.core.deciding.decide import PageDecisions
from floorwalker.core.evaluation.evaluate import Moment


def block_context(page: PageDecisions, *, nonce: str | None) -> Mapping[str, Any]:
    """The variables of a template: visitor, page, segments, and the nonce of the response's content security policy."""
    return {
        "visitor": _Values(VISITOR, page.moment),
        "page": _Values(PAGE, page.moment),
        "segments": _Segments(page),
        "nonce": nonce,
    }


class _Values(Mapping[str, Any]):
    """Values by name, each read when it is asked for."""

    __slots__ = ("_moment", "_variables")

    def __init__(self, variables: Mapping[str, Variable], moment: Moment) -> None:
        self._variables, self._moment = variables, moment

    def __getitem__(self, name: str) -> Any:
        return self._variables[name].read(self._moment)

    def __contains__(self, name: object) -> bool:
        return name in self._variables

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    def __repr__(self) -> str:
        return repr(dict(self))


class _Segments(Sequence[str]):
    """The names of the visitor's segments, in order. Whether one is among them is found without looking at others."""

    __slots__ = ("_page",)

    def __init__(self, page: PageDecisions) -> None:
        self._page = page

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._page.moment.member(name) is True

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        return sorted(self._page.segments)[index]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._page.segments))

    def __len__(self) -> int:
        return len(self._page.segments)

    def __repr__(self) -> str:
        return repr(list(self))


VARIABLES: Mapping[str, frozenset[str]] = {"visitor": frozenset(VISITOR), "page": frozenset(PAGE)}
"""What templates may ask of the visitor and of the page, by name."""
