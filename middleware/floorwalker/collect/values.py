"""The fields of one JSON object, read by type; what has another type is noted as a fault of that field."""

from collections.abc import Mapping
from typing import Any

from floorwalker.collect.refusals import Fault


class Fields:
    """where: what stands before a field's name in a fault, such as `batch[3].`. Null is taken as missing."""

    def __init__(self, values: Mapping[str, Any], where: str, faults: list[Fault]) -> None:
        self._values = values
        self._where = where
        self._faults = faults

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def value(self, name: str) -> Any:
        """As it came."""
        return self._values.get(name)

    def fault(self, name: str, detail: str) -> None:
        """Note what is wrong with a field."""
        self._faults.append(Fault(f"{self._where}{name}", detail))

    def text(self, name: str, *, most: int) -> str:
        """A text of at most so many characters; empty where there is none."""
        value = self._values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.fault(name, "is no text")
            return ""
        if len(value) > most:
            self.fault(name, f"has more than {most} characters")
            return ""
        return value

    def object(self, name: str) -> Mapping[str, Any]:
        """An object; empty where there is none."""
        value = self._values.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.fault(name, "is no object")
            return {}
        return value

    def inner(self, name: str) -> "Fields":
        """The fields of an object in this one."""
        return Fields(self.object(name), f"{self._where}{name}.", self._faults)

    def names(self) -> list[str]:
        """What is there."""
        return list(self._values)
