"""The distributions that come with floorwalker and its extras, as they are installed here."""

from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = "floorwalker"

Find = Callable[[str], Distribution]


class NotInstalled(Exception):
    """Something that comes with floorwalker is not installed here, so nothing can be said of it."""


def shipped(find: Find = distribution, root: str = ROOT) -> Mapping[str, Distribution]:
    """All that the wheel and every extra of it bring, by name, without the root itself. Raises NotInstalled."""
    first = _found(find, root)
    extras = first.metadata.get_all("Provides-Extra") or []
    found: dict[str, Distribution] = {}
    waiting = list(_wanted(first, ["", *extras]))
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        one = found.get(name) or _found(find, wanted.name)
        if name not in found or wanted.extras:
            found[name] = one
            waiting += [more for more in _wanted(one, ["", *wanted.extras]) if _is_new(more, found)]
    return dict(sorted(found.items()))


def _wanted(one: Distribution, extras: Iterable[str]) -> Iterable[Requirement]:
    for text in one.requires or ():
        wanted = Requirement(text)
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in extras):
            yield wanted


def _is_new(wanted: Requirement, found: Mapping[str, Distribution]) -> bool:
    return canonicalize_name(wanted.name) not in found


def _found(find: Find, name: str) -> Distribution:
    try:
        return find(name)
    except PackageNotFoundError as missing:
        raise NotInstalled(f"{name} is not installed here; `make audit` installs all extras") from missing
