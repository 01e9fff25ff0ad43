"""Whether a page's content security policy lets the overlay's script run (W3C CSP 3)."""

from collections.abc import Iterable

_FOR_SCRIPTS = ("script-src-elem", "script-src", "default-src")


def admits_script(policies: Iterable[bytes], *, origin: str) -> bool:
    """Whether a script of the page's own origin may run, with the nonce where there is one; all policies must agree."""
    return all(_admits(part.decode("latin-1"), origin) for policy in policies for part in policy.split(b","))


def _admits(policy: str, origin: str) -> bool:
    directives: dict[str, list[str]] = {}
    for part in policy.split(";"):
        name, *values = part.split() or [""]
        directives.setdefault(name.lower(), [value if "nonce" in value else value.lower() for value in values])
    if "sandbox" in directives and "allow-scripts" not in directives["sandbox"]:
        return False
    sources = next((directives[name] for name in _FOR_SCRIPTS if name in directives), None)
    if sources is None or any(source.startswith("'nonce-") for source in sources):
        return True
    if "'strict-dynamic'" in sources:
        return False
    return any(source in ("'self'", "*") or _names(source, origin) for source in sources)


def _names(source: str, origin: str) -> bool:
    """Whether a host or scheme source names the origin."""
    scheme, _, host = origin.partition("://")
    if source.endswith(":"):
        return source == f"{scheme}:"
    wanted_scheme, separator, rest = source.rpartition("://")
    if separator and wanted_scheme != scheme and (wanted_scheme, scheme) != ("http", "https"):
        return False
    wanted, slash, path = rest.partition("/")
    if slash and path:
        return False  # a path of the site's own assets is not that of ours
    if wanted.startswith("*."):
        return host.endswith(wanted[1:])
    return wanted == host
