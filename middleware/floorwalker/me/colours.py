"""The site's colour on the visitor's page: moved towards the ink until it can be read, by day and by night."""

import re
from typing import Final

LEAST_CONTRAST: Final = 4.5  # of text: WCAG 2.2, 1.4.3
DAY: Final = ("#fbf9f5", "#1d1b19")
"""Paper and ink."""
NIGHT: Final = ("#161513", "#efeae2")
_COLOUR: Final = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
_STEPS: Final = 40


def read_colour(text: str) -> str:
    """A colour as `#rrggbb`. Raises ValueError."""
    if not _COLOUR.fullmatch(text):
        raise ValueError("it is written as #c0392b")
    digits = text[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def accent_style(accent: str) -> str:
    """The custom properties of the page's accent in CSS, for light and dark; empty where there is no colour."""
    if not accent:
        return ""
    day, night = (f"--accent: {readable(accent, paper, ink)}; --on-accent: {paper};" for paper, ink in (DAY, NIGHT))
    return f":root {{ {day} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {night} }} }}\n"


def readable(colour: str, paper: str, ink: str) -> str:
    """The colour, or the nearest on the way to the ink that can be read on the paper."""
    for step in range(_STEPS):
        mixed = _mixed(colour, ink, step / _STEPS)
        if contrast(mixed, paper) >= LEAST_CONTRAST:
            return mixed
    return ink


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _mixed(one: str, other: str, share: float) -> str:
    parts = [round(a + (b - a) * share) for a, b in zip(_parts(one), _parts(other), strict=True)]
    return "#" + "".join(f"{part:02x}" for part in parts)


def _luminance(colour: str) -> float:
    shares = [part / 255 for part in _parts(colour)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
