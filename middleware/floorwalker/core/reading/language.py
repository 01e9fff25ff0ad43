"""Accept-Language: the languages a browser asks for, in its order of preference."""

import re

LANGUAGE_LIMIT = 10

_RANGE = re.compile(r"([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4})\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*")


def read_languages(header: str) -> tuple[str, ...]:
    """Lower-case BCP 47 tags by falling weight, at most LANGUAGE_LIMIT; refused (q=0) and unreadable ones left out."""
    weighted: list[tuple[float, str]] = []
    for part in header.split(",", LANGUAGE_LIMIT * 2)[: LANGUAGE_LIMIT * 2]:
        match = _RANGE.fullmatch(part.strip())
        if match and (weight := min(float(match[2] or 1), 1.0)) > 0:
            weighted.append((-weight, match[1].lower()))
    weighted.sort(key=lambda entry: entry[0])
    return tuple(dict.fromkeys(tag for _, tag in weighted[:LANGUAGE_LIMIT]))
