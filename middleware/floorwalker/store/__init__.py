"""Profiles, events and counters in Redis; nothing lost, nothing counted twice."""

from floorwalker.store.attempt import Committed, Outcome, Step
from floorwalker.store.found import Loaded
from floorwalker.store.loading import Loading
from floorwalker.store.open import open_store
from floorwalker.store.settings import StoreSettings
from floorwalker.store.store import Health, Store
from floorwalker.store.streams import StreamEntry

__all__ = [
    "Committed",
    "Health",
    "Loaded",
    "Loading",
    "Outcome",
    "Step",
    "Store",
    "StoreSettings",
    "StreamEntry",
    "open_store",
]
