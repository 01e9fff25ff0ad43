"""Why a request is not taken: a status, one sentence, and the fields it is about."""

from collections.abc import Sequence

from msgspec import Struct

from floorwalker.collect.limits import MOST_FAULTS
from floorwalker.errors import FloorwalkerError


class Fault(Struct, frozen=True):
    """What is wrong with one field, such as `batch[3].event`."""

    field: str
    detail: str


class Refused(FloorwalkerError):
    """Nothing of the request is stored. status: of the answer. faults: the first 20. retry_after_s: 0 is never."""

    def __init__(self, status: int, detail: str, faults: Sequence[Fault] = (), *, retry_after_s: int = 0) -> None:
        self.status, self.detail, self.retry_after_s = status, detail, retry_after_s
        self.faults = tuple(faults[:MOST_FAULTS])
        super().__init__(detail)


def refused_for(faults: Sequence[Fault], status: int) -> Refused:
    """The refusal of a body with these faults."""
    count = "one field" if len(faults) == 1 else f"{len(faults)} fields"
    told = f"; the first {MOST_FAULTS} are told" if len(faults) > MOST_FAULTS else ""
    return Refused(status, f"Nothing was stored: {count} cannot be taken{told}.", faults)
