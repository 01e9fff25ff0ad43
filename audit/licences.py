"""Under which licences we may ship, and under which everything that comes with us stands."""

import re
from collections.abc import Mapping
from importlib.metadata import Distribution
from typing import Final

ALLOWED: Final = frozenset(
    (
        *("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MPL-2.0"),
        *("PSF-2.0", "Unlicense", "Zlib"),
    )
)
"""By their SPDX names; `BSD` where a distribution does not say which of them."""

_CLASSIFIED: Final = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "zlib/libpng License": "Zlib",
}
_WRITTEN: Final = {"Apache 2.0": "Apache-2.0", "MIT License": "MIT"}
_LONGEST_NAME: Final = 60
HEAD: Final = """# Licences

What is installed with floorwalker and all of its extras, on Linux. Written by `python -m audit --write`; `make audit`
fails where something comes under a licence that is not one of these: {allowed}.

| distribution | licence |
|---|---|
"""


def licence_of(one: Distribution) -> str:
    """The licence as the distribution names it: an SPDX expression, else by its classifiers, else as it is written.

    Empty where it names none.
    """
    expression = _only(one, "License-Expression")
    if expression:
        return expression
    classified = [line.split("::")[-1].strip() for line in one.metadata.get_all("Classifier") or [] if _is_one(line)]
    if classified:
        return " AND ".join(sorted({_CLASSIFIED.get(name, name) for name in classified}))
    written = _only(one, "License")
    return _WRITTEN.get(written, written) if len(written) <= _LONGEST_NAME else ""


def is_allowed(licence: str, allowed: frozenset[str] = ALLOWED) -> bool:
    """Whether we may ship under it: all that `AND` joins, one of what `OR` joins."""
    if not licence:
        return False
    alternatives = re.split(r"\s+OR\s+", licence.replace("(", " ").replace(")", " "))
    mixed = " OR " in licence and " AND " in licence
    parts = [re.split(r"\s+AND\s+", one.strip()) for one in alternatives]
    judged = [all(part.strip() in allowed for part in each) for each in parts]
    return all(judged) if mixed else any(judged)


def refused(found: Mapping[str, Distribution]) -> list[str]:
    """What may not be shipped, and why."""
    problems = []
    for name, one in found.items():
        licence = licence_of(one)
        if not is_allowed(licence):
            problems.append(f"{name} comes under {licence or 'no licence that it names'}, which is not allowed")
    return problems


def page(found: Mapping[str, Distribution]) -> str:
    """`docs/licences.md`."""
    head = HEAD.format(allowed=", ".join(sorted(ALLOWED)))
    return head + "".join(f"| {name} | {licence_of(one)} |\n" for name, one in found.items())


def _is_one(classifier: str) -> bool:
    return classifier.startswith("License ::") and classifier != "License :: OSI Approved"


def _only(one: Distribution, field: str) -> str:
    return str((one.metadata.get_all(field) or [""])[0]).strip()
