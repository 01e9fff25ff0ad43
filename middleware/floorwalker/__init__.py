"""Real-time web personalization as an ASGI middleware.

from floorwalker import PersonalizationMiddleware, get_visitor

app = PersonalizationMiddleware(app, rules="rules", templates="templates")
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "asgi.collecting": ("CollectApp",),
    "asgi.middleware": ("PersonalizationMiddleware",),
    "asgi.preview.links": ("preview_link",),
    "asgi.public": ("Ruleset",),
    "asgi.visitor": ("Visitor", "get_visitor"),
    "core.advance": ("Corridor", "advance"),
    "core.deciding.classify": ("classify",),
    "core.deciding.decide": ("decide",),
    "core.decision": ("Decision",),
    "core.events": ("Event", "Page"),
    "core.hit": ("Hit", "HitKind"),
    "core.memory.profile": ("Profile",),
    "core.merging.merge": ("merge",),
    "core.priors": ("Priors",),
    "core.reading": ("read_signals",),
    "core.signals": ("Signals",),
    "errors": ("ConfigurationError", "FloorwalkerError", "RuleErrors", "StoreUnavailable"),
    "store": ("Store", "open_store"),
}
__all__ = sorted([name for names in _HOMES.values() for name in names])  # noqa: PLE0605 - the stub lists them
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Public names are fetched when they are first asked for, so that a command pays for nothing it does not use."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
