"""The everyday names of browsers and systems: what people write, beside what user-agent parsers say."""

import re
from functools import lru_cache

_VARIANT = re.compile(r"^Mobile | (?:Mobile|iOS|Android|WebView|UI/WKWebView|Beta|Alpha|Touch|Mini|Tablet|GX)\b")
_BROWSERS = {"IE": "Internet Explorer", "Edge": "Microsoft Edge", "Chrome": "Google Chrome"}
_SYSTEMS = {"Mac OS X": ("macOS", "Mac OS", "Mac"), "Chrome OS": ("ChromeOS",), "iOS": ("iPhone OS",)}
_LINUX = frozenset(("Ubuntu", "Debian", "Fedora", "Red Hat", "CentOS", "Mint", "SUSE", "Gentoo", "Arch Linux"))


@lru_cache(256)
def browser_names(name: str | None) -> tuple[str, ...]:
    """A browser's name and the everyday ones: "Mobile Safari" is also Safari, "Chrome Mobile iOS" also Chrome."""
    if name is None:
        return ()
    plain = _VARIANT.sub("", name).strip() or name
    formal = _BROWSERS.get(plain)
    return tuple(dict.fromkeys(filter(None, (name, plain, formal))))


def system_names(name: str | None) -> tuple[str, ...]:
    """A system's name and the everyday ones: "Mac OS X" is also macOS, Ubuntu also Linux."""
    if name is None:
        return ()
    return (name, *_SYSTEMS.get(name, ()), *(("Linux",) if name in _LINUX else ()))
