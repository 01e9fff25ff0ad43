"""What the store answers, and what its refusals mean to us."""

from redis.exceptions import (
    AskError,
    AuthenticationError,
    ClusterDownError,
    ClusterError,
    MasterDownError,
    MovedError,
    NoPermissionError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from floorwalker.errors import StoreError, StoreUnavailable

Reply = bytes | int | None | list["Reply"]
Word = bytes | str | int

_PASSING = (MasterDownError, ClusterDownError, ClusterError)
_PASSING_WORDS = ("BUSY", "LOADING", "UNBLOCKED", "NOTBUSY")
_WRITES_REFUSED = (ReadOnlyError, OutOfMemoryError)
_WRITES_REFUSED_WORDS = ("MISCONF", "NOREPLICAS")


class ScriptUnknown(StoreError):
    """The server has not seen this script yet, or has forgotten it."""


class WritesRefused(StoreUnavailable):
    """The server is there and takes no writes for now; what it holds may be read."""


class Elsewhere(StoreUnavailable):
    """A slot lies on another server of the cluster. for_now: until it has moved, for those keys that went already."""

    def __init__(self, message: str, *, slot: int, server: tuple[str, int], for_now: bool) -> None:
        super().__init__(message)
        self.slot, self.server_there, self.for_now = slot, server, for_now


class SlotMoves(StoreUnavailable):
    """Some keys of a slot are on one server of the cluster, others still on another; in a moment they are not."""


class NotPermitted(WritesRefused):
    """The server does not know us, or its access rules do not let us do this."""


def refusal(error: RedisError) -> StoreError:
    """Our error for what redis-py raised; StoreUnavailable wherever the same command may succeed later."""
    match error:
        case NoScriptError():
            return ScriptUnknown(str(error))
        case AuthenticationError() | NoPermissionError():
            return NotPermitted(f"The store refuses us: {error}")
        case ResponseError() if isinstance(error, _WRITES_REFUSED) or str(error).startswith(_WRITES_REFUSED_WORDS):
            return WritesRefused(f"The store takes no writes: {error}")
        case AskError():
            there, for_now = (error.host, error.port), not isinstance(error, MovedError)
            return Elsewhere(f"The store is not ready: {error}", slot=error.slot_id, server=there, for_now=for_now)
        case TryAgainError():
            return SlotMoves(f"The store is not ready: {error}")
        case ResponseError() if isinstance(error, _PASSING) or str(error).startswith(_PASSING_WORDS):
            return StoreUnavailable(f"The store is not ready: {error}")
        case ResponseError():
            return StoreError(f"The store refused a command: {error}")
        case _:
            return StoreUnavailable(f"The store does not answer: {error}")
