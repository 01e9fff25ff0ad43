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

_PASSING = (MasterDownError, ClusterDownError, ClusterError, TryAgainError, AskError)
_PASSING_WORDS = ("BUSY", "LOADING", "UNBLOCKED", "NOTBUSY")
_WRITES_REFUSED = (ReadOnlyError, OutOfMemoryError)
_WRITES_REFUSED_WORDS = ("MISCONF", "NOREPLICAS")


class ScriptUnknown(StoreError):
    """The server has not seen this script yet, or has forgotten it."""


class WritesRefused(StoreUnavailable):
    """The server is there and takes no writes for now; what it holds may be read."""


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
        case ResponseError() if isinstance(error, (MovedError, *_PASSING)) or str(error).startswith(_PASSING_WORDS):
            return StoreUnavailable(f"The store is not ready: {error}")
        case ResponseError():
            return StoreError(f"The store refused a command: {error}")
        case _:
            return StoreUnavailable(f"The store does not answer: {error}")
