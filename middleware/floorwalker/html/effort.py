"""How much work a template makes: its rounds of loops, and the texts and lists that its filters and operators consume.

One step is what a filter takes for a character; 1.28 million are done in about a fifth of a second at worst.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from typing import Any, Final

MOST_ROUNDS: Final = 20_000
LONGEST_TEXT: Final = 262_144
ROUND_STEPS: Final = 64
_ITEM_STEPS: Final = 16
_MOST_STEPS: Final = MOST_ROUNDS * ROUND_STEPS
SMALL_TEXT: Final = 64
_LONGEST_OPTION: Final = 1_024
_OF_ONE_STEP: Final = frozenset([str, int, float, bool, type(None)])
_TEXT: Final = (str, bytes)
_ITEMS: Final = (list, tuple, set, frozenset, range)
_FREE: Final = frozenset(["abs", "count", "d", "default", "first", "length", "round"])
_BOUND_THEMSELVES: Final = frozenset(["format", "join", "replace"])
_COSTLY: Final = {"urlize": 8, "wordwrap": 4, "sort": 4, "dictsort": 4, "unique": 4, "groupby": 4}
_READING_TESTS: Final = frozenset(
    [
        *("in", "lower", "upper", "eq", "ne", "lt", "le", "gt", "ge", "equalto", "greaterthan", "lessthan"),
        *("==", "!=", "<", "<=", ">", ">="),
    ]
)


class BoundExceeded(Exception):
    """A template runs too long or makes too much."""


class Effort(threading.local):
    """The steps that the rendering under way in this thread has left."""

    def __init__(self) -> None:
        self.left = _MOST_STEPS

    def begin(self) -> None:
        """A rendering begins."""
        self.left = _MOST_STEPS

    def spend(self, steps: int) -> None:
        """Raises BoundExceeded where the steps are not left."""
        self.left -= steps
        if self.left < 0:
            raise BoundExceeded(f"its loops and filters do more work than {MOST_ROUNDS:,} rounds of a loop")

    def consume(self, value: Any, weight: int = 1) -> Any:
        """The value, once its size is paid for; small texts are free."""
        if isinstance(value, _TEXT):
            if len(value) > SMALL_TEXT:
                self.spend(len(value) * weight)
        elif isinstance(value, _ITEMS):
            self.spend(len(value) * _ITEM_STEPS * weight)
            if not isinstance(value, range):
                self._consume_items(value, weight)
        elif isinstance(value, dict):
            self.spend(len(value) * _ITEM_STEPS * weight)
            self._consume_items(value.values(), weight)
        return value

    def _consume_items(self, items: Iterable[Any], weight: int) -> None:
        for item in items:
            if item.__class__ not in _OF_ONE_STEP or (item.__class__ is str and len(item) > SMALL_TEXT):
                self.consume(item, weight)

    def count(self, items: Iterable[Any], text_chars: int = 0) -> Iterator[Any]:
        """The items of a loop whose body holds so much text, while there are steps left."""
        steps = ROUND_STEPS + text_chars // 8
        for item in items:
            self.spend(steps)
            yield item

    def paid(self, functions: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
        """The filters, each of which pays for what it reads."""
        return {name: function if name in _FREE else self._paid(name, function) for name, function in functions.items()}

    def paid_tests(self, functions: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
        """The tests, of which those pay that read a text or list."""
        return {
            name: self._paid(name, function) if name in _READING_TESTS else function
            for name, function in functions.items()
        }

    def _paid(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        consume, weight = self.consume, _COSTLY.get(name, 1)
        first = 1 if hasattr(function, "jinja_pass_arg") else 0
        options = first + 1
        pay_for_option = consume if name in _BOUND_THEMSELVES or name in _READING_TESTS else self._consume_option

        @wraps(function)
        def pays(*args: Any, **kwargs: Any) -> Any:
            if args[first].__class__ is not str or len(args[first]) > SMALL_TEXT:
                consume(args[first], weight)
            for option in args[options:]:
                if option.__class__ is not int:
                    pay_for_option(option)
            for option in kwargs.values():
                pay_for_option(option)
            return function(*args, **kwargs)

        return pays

    def _consume_option(self, option: Any) -> None:
        check_option(option)
        self.consume(option)


def check_option(option: Any) -> None:
    """Raises BoundExceeded for a text beside the one that is worked on, where the two lengths may multiply."""
    if isinstance(option, _TEXT) and len(option) > _LONGEST_OPTION:
        raise BoundExceeded(f"a filter or method is given a text longer than {_LONGEST_OPTION:,} beside its own")


def check_length(length: int) -> None:
    """Raises BoundExceeded for a text or list of this length."""
    if length > LONGEST_TEXT:
        raise BoundExceeded(f"it makes a text or list longer than {LONGEST_TEXT:,}")
