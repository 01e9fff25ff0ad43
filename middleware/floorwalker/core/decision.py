"""A Decision: what one slot shows to one visitor, and why."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct

from floorwalker.core.ruleset import Content


class Arm(StrEnum):
    TREATMENT = "treatment"
    CONTROL = "control"


class Keeper(StrEnum):
    """Whose control group it is that keeps something back."""

    SITE = "site"
    PROMOTION = "promotion"
    SLOT = "slot"


class Reason(StrEnum):
    """Why a slot shows what it shows."""

    ENTRY = "entry"  # an entry that fitted
    OTHERWISE = "otherwise"  # nothing fitted
    CONTROL = "control"  # an entry fitted, but this visitor is in a control group
    OTHER_PAGE = "other page"  # the slot is not for this page
    OFF = "off"  # the site says personalize: no
    EXCLUDED = "excluded"  # the visitor is in an excluded segment
    ROBOT = "robot"  # robots see the page as the app made it


class Explanation(Struct, frozen=True):
    """One node of a why-tree. holds: None is unknown. observed: what was found, in words or as a value."""

    condition: str
    observed: Any
    holds: bool | None
    of: tuple["Explanation", ...] = ()


class Because(Struct, frozen=True, eq=False):
    """How a decision is explained, once somebody asks. No part of what was decided: all are equal."""

    explain: Callable[..., Sequence[Explanation]]
    of: tuple[Any, ...] = ()

    def __call__(self) -> Sequence[Explanation]:
        """The entries that were read, each with its why."""
        return self.explain(*self.of)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Because)

    def __hash__(self) -> int:
        return hash(Because)


NOTHING_READ = Because(tuple)


class Decision(Struct, frozen=True):
    """What a slot shows. content.kind `default` leaves the page's own content.

    block: the name in caps and counts; in control, the block that would have been shown. rendered: the text, where the
    caller gave a renderer. entry: its place, such as `hero[2]`. because: leads to `why`. promotion: the promotion whose
    entry it is. kept_counts: that the page's own content stays is one side of a comparison: a block is held back, or
    a weighted choice fell on it. kept_by: the control groups that hold the block back; fitted: an entry fitted, so
    that it is compared at all.
    """

    slot: str
    content: Content
    arm: Arm
    reason: Reason
    block: str = ""
    rendered: str | None = None
    entry: str = ""
    place: str = "inside"
    because: Because = NOTHING_READ
    promotion: str = ""
    kept_counts: bool = False
    kept_by: tuple[Keeper, ...] = ()
    fitted: bool = False

    @property
    def changes_page(self) -> bool:
        return self.content.kind != "default"

    @property
    def why(self) -> Explanation:
        """Why the slot shows this: every entry that was read, condition by condition. Worked out when it is asked."""
        shown = self.block or self.content.kind
        return Explanation(f"{self.slot}: {self.reason}", shown, self.reason is Reason.ENTRY, tuple(self.because()))


Decisions = Mapping[str, Decision]
