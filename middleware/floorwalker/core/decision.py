"""A Decision: what one slot shows to one visitor, and why."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from floorwalker.core.ruleset import Content


class Arm(StrEnum):
    TREATMENT = "treatment"
    CONTROL = "control"


class Reason(StrEnum):
    """Why a slot shows what it shows."""

    ENTRY = "entry"  # the first entry that fitted
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


class Decision(Struct, frozen=True):
    """What a slot shows. content.kind `default` leaves the page's own content.

    block: the name in caps and counts; in control, the block that would have been shown. rendered: the text, where the
    caller gave a renderer. entry: its place, such as `hero[2]`.
    """

    slot: str
    content: Content
    arm: Arm
    reason: Reason
    block: str = ""
    rendered: str | None = None
    entry: str = ""
    place: str = "inside"

    @property
    def changes_page(self) -> bool:
        return self.content.kind != "default"


Decisions = Mapping[str, Decision]
