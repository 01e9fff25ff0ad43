"""What is noted about somebody, name by name, and what they may change of it themselves."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from math import isfinite
from typing import Final, assert_never

from msgspec import Struct

from floorwalker.core.bounds import NAME_BYTES, TEXT_BYTES
from floorwalker.core.events import Event, Scalar
from floorwalker.core.happening import event_of, identified_of
from floorwalker.core.memory.profile import Profile
from floorwalker.errors import FloorwalkerError
from floorwalker.me.reasons import in_words

CORRECTED: Final = "Trait Corrected"
"""Says that somebody changed or took away a trait on their own page. properties: trait, and `removed`; no value."""
PERSONAL: Final = "personal"
"""Stands for these traits in a setting."""
_PERSONAL: Final = (
    "name", "first_name", "last_name", "firstName", "lastName", "title", "gender", "birthday", "age", "email", "phone",
    "address", "address.*", "street", "postcode", "postal_code", "zip", "city", "country", "company", "company.*",
    "website", "language", "description",
)  # fmt: skip
"""What somebody knows better than any site; what a site concludes itself is not among them."""
CLAIMS: Final = ("email", "phone", "username")
"""By these a site finds people, so who is known by name changes them where the site itself looks whether it is true."""
_NUMBER: Final = re.compile(r"[+-]?\d{1,15}([.,]\d{1,6})?", re.ASCII)


class NotTaken(FloorwalkerError):
    """A correction cannot be taken; it says why, to the visitor."""


class TraitRow(Struct, frozen=True):
    """A trait as the page shows it. kind: of the field that changes it: text, number or choice; empty where it cannot
    be changed here. may_go: whether it can be taken away here."""

    name: str
    label: str
    value: str
    kind: str
    may_go: bool


def own_traits(names: Sequence[str]) -> tuple[str, ...]:
    """The names of traits that a setting means; `*` in them is any part."""
    return tuple(one for name in names for one in (_PERSONAL if name == PERSONAL else (name,)))


def trait_rows(profile: Profile, own: Sequence[str]) -> list[TraitRow]:
    """Every trait. own: names of those that may be changed, as `own_traits` gives them."""
    return list(_rows(profile, own))


def correction_of(profile: Profile, form: Mapping[str, str], own: Sequence[str], *, at: float) -> tuple[Event, ...]:
    """The events that a form asks for: what is true of one trait now, and word to the site that it was changed.

    form: `trait`, and `value`, or `remove`. None at all where nothing changes. Raises NotTaken.
    """
    name = form.get("trait", "")
    if name not in profile.traits:
        raise NotTaken("There is no such entry any more.")
    is_claim = bool(profile.user) and name in CLAIMS
    if not _is_own(name, own):
        raise NotTaken("This entry is not yours to change here. Please ask those who run this site.")
    if "remove" in form:
        return _told(name, "", at)
    if is_claim:
        raise NotTaken("Please change this in your account, where it can be checked.")
    before = profile.traits[name]
    after = _read(form.get("value", ""), before)
    return () if after == before and type(after) is type(before) else _told(name, after, at)


def _told(name: str, value: Scalar, at: float) -> tuple[Event, ...]:
    """An empty value takes the trait away."""
    said = event_of(CORRECTED, {"trait": name, "removed": value == ""}, at=at)
    return identified_of("", {name: value}, at=at), said


def _rows(profile: Profile, own: Sequence[str]) -> Iterator[TraitRow]:
    for name, value in profile.traits.items():
        is_own = _is_own(name, own)
        may_change = is_own and not (profile.user and name in CLAIMS)
        yield TraitRow(
            name, in_words(name.replace(".", " ")), _shown(value), _kind(value) if may_change else "", is_own
        )


def _is_own(name: str, own: Sequence[str]) -> bool:
    return len(name.encode()) <= NAME_BYTES and any(fnmatchcase(name, pattern) for pattern in own)


def _kind(value: Scalar) -> str:
    match value:
        case bool():
            return "choice"
        case int() | float():
            return "number"
        case str():
            return "text"
        case _:
            assert_never(value)


def _shown(value: Scalar) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def _read(written: str, before: Scalar) -> Scalar:
    """What was written, as the kind of value that it was before. Raises NotTaken."""
    text = " ".join(written.split())
    if not text:
        raise NotTaken("Nothing was written. To take the entry away, use its own button.")
    if len(text.encode("utf-8", "surrogatepass")) > TEXT_BYTES:
        raise NotTaken(f"That is too long: up to {TEXT_BYTES} letters are kept.")
    match before:
        case bool():
            return _choice(text)
        case int() | float():
            return _number(text)
        case _:
            return text


def _choice(text: str) -> bool:
    if text not in ("yes", "no"):
        raise NotTaken("This is yes or no.")
    return text == "yes"


def _number(text: str) -> Scalar:
    if not _NUMBER.fullmatch(text):
        raise NotTaken("This is a number.")
    number = float(text.replace(",", "."))
    if not isfinite(number):
        raise NotTaken("This is a number.")
    return int(number) if number.is_integer() else number
