"""What follows from conditions without asking anybody: for warnings of rules that cannot do what they seem to."""

from floorwalker.core.reasoning.plain import plain
from floorwalker.core.reasoning.reasoning import Reasoning, contradicts, implies
from floorwalker.core.reasoning.search import Clash

__all__ = ["Clash", "Reasoning", "contradicts", "implies", "plain"]
