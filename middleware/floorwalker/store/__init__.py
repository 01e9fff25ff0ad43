"""Profiles, events and counters in Redis; nothing lost, nothing counted twice."""

from floorwalker.store.commits.attempt import Committed, Outcome, Step
from floorwalker.store.loading import Loading
from floorwalker.store.open import open_store
from floorwalker.store.publications import KeptRules, Publication
from floorwalker.store.records.found import Loaded
from floorwalker.store.renewing import Renewal
from floorwalker.store.settings import StoreSettings
from floorwalker.store.store import Health, Store
from floorwalker.store.streams import StreamEntry
from floorwalker.store.survey import Survey
from floorwalker.store.tracing import Sought, Trace, Traces

__all__ = [
    "Committed",
    "Health",
    "KeptRules",
    "Loaded",
    "Loading",
    "Outcome",
    "Publication",
    "Renewal",
    "Sought",
    "Step",
    "Store",
    "StoreSettings",
    "StreamEntry",
    "Survey",
    "Trace",
    "Traces",
    "open_store",
]
