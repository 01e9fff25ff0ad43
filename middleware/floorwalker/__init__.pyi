from floorwalker.asgi.collecting import CollectApp
from floorwalker.asgi.middleware import PersonalizationMiddleware
from floorwalker.asgi.preview.links import preview_link
from floorwalker.asgi.public import Ruleset
from floorwalker.asgi.visitor import Visitor, get_visitor
from floorwalker.core.advance import Corridor, advance
from floorwalker.core.deciding.classify import classify
from floorwalker.core.deciding.decide import decide
from floorwalker.core.decision import Decision
from floorwalker.core.events import Event, Page
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.profile import Profile
from floorwalker.core.merging.merge import merge
from floorwalker.core.priors import Priors
from floorwalker.core.reading import read_signals
from floorwalker.core.signals import Signals
from floorwalker.errors import ConfigurationError, FloorwalkerError, RuleErrors, StoreUnavailable
from floorwalker.store import Store, open_store

__all__ = [
    "CollectApp",
    "ConfigurationError",
    "Corridor",
    "Decision",
    "Event",
    "FloorwalkerError",
    "Hit",
    "HitKind",
    "Page",
    "PersonalizationMiddleware",
    "Priors",
    "Profile",
    "RuleErrors",
    "Ruleset",
    "Signals",
    "Store",
    "StoreUnavailable",
    "Visitor",
    "advance",
    "classify",
    "decide",
    "get_visitor",
    "merge",
    "open_store",
    "preview_link",
    "read_signals",
]
