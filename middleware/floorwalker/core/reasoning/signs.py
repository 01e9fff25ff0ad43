"""What is taken for true of an answer that is yes, no or unknown."""

from enum import Enum


class Sign(Enum):
    """YES and NO are known; NOT_YES is no or unknown, NOT_NO is yes or unknown."""

    YES = "yes"
    NO = "no"
    NOT_YES = "not yes"
    NOT_NO = "not no"

    @property
    def is_positive(self) -> bool:
        return self in (Sign.YES, Sign.NOT_NO)

    @property
    def denied(self) -> "Sign":
        """The same of a condition, said of its `not`."""
        return _DENIED[self]

    @property
    def contradicts(self) -> "frozenset[Sign]":
        """What cannot be so of the same condition at the same time."""
        return _CONTRADICTS[self]


_DENIED = {Sign.YES: Sign.NO, Sign.NO: Sign.YES, Sign.NOT_YES: Sign.NOT_NO, Sign.NOT_NO: Sign.NOT_YES}
_CONTRADICTS = {
    Sign.YES: frozenset({Sign.NO, Sign.NOT_YES}),
    Sign.NO: frozenset({Sign.YES, Sign.NOT_NO}),
    Sign.NOT_YES: frozenset({Sign.YES}),
    Sign.NOT_NO: frozenset({Sign.NO}),
}
