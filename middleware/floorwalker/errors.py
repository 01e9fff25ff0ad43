"""The error tree.

FloorwalkerError
├── ConfigurationError      a setting is missing, short, unknown or contradictory; refuse to start
├── RuleErrors              a rule folder has errors; holds every problem
├── TemplateUnknown         a block's template uses something unknown about this visitor; pass the entry over
├── TemplateFailed          a block's template cannot be compiled or rendered
├── BodyUndecodable         a body is not encoded as its Content-Encoding says
└── StoreError
    ├── StoreUnavailable    the store does not answer; a retry may help
    ├── StoreAddressError   the store address cannot be read
    └── RecordTooNew        a newer release wrote this record; leave it to that release
"""

from collections.abc import Sequence
from typing import Protocol


class FloorwalkerError(Exception):
    """The root of everything that floorwalker raises on purpose."""


class ConfigurationError(FloorwalkerError):
    """A setting is missing, short, unknown or contradictory; the message names it and what to write."""


class ProblemLike(Protocol):
    """What a rule problem shows of itself; the full type lives in `rulefile`."""

    def __str__(self) -> str: ...


class RuleErrors(FloorwalkerError):
    """A rule folder that cannot be used; `problems` holds every error and warning found, in file order."""

    def __init__(self, problems: Sequence[ProblemLike]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(
            "\n".join([f"{count} problem{'s' if count != 1 else ''} in the rules:", *map(str, self.problems)])
        )


class TemplateUnknown(FloorwalkerError):
    """A block's template uses a value that is unknown about this visitor; its entry is passed over."""

    def __init__(self, template: str, variable: str) -> None:
        self.template, self.variable = template, variable
        super().__init__(f"{template}: {variable} is unknown about this visitor")


class TemplateFailed(FloorwalkerError):
    """A block's template cannot be found, compiled or rendered; `line` is 1-based where it is known."""

    def __init__(self, template: str, reason: str, line: int | None = None) -> None:
        self.template, self.reason, self.line = template, reason, line
        place = template if line is None else f"{template}:{line}"
        super().__init__(f"{place}: {reason}")


class BodyUndecodable(FloorwalkerError):
    """A body is not encoded as its Content-Encoding says, or ends too early."""

    def __init__(self, coding: str, reason: str) -> None:
        self.coding, self.reason = coding, reason
        super().__init__(f"{coding}: {reason}")


class StoreError(FloorwalkerError):
    """The root of what the store raises."""


class StoreUnavailable(StoreError):
    """The store does not answer, or not in time; a retry may help.

    server: which one of a cluster it is about; empty where it is the whole store.
    """

    server = ""


class StoreAddressError(StoreError, ConfigurationError):
    """The store address cannot be read; the message says which forms can."""


class RecordTooNew(StoreError):
    """A newer release wrote this record; this one must not touch it."""
