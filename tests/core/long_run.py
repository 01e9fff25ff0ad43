"""How long laws of the whole are tried: FLOORWALKER_LONG_RUN=20 tries twenty times as much (make test-long)."""

import os
from typing import Any

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("FLOORWALKER_LONG_RUN", "1"))


def law(examples: int) -> Any:
    """So many examples, or that many times more."""
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(max_examples=examples * TIMES, deadline=None, suppress_health_check=checks)
