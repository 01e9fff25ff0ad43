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

_PASSING = (ReadOnlyError, OutOfMemoryError, MasterDownError, ClusterDownError, ClusterError, TryAgainError, AskError)
_PASSING_WORDS = ("BUSY", "LOADING", "MISCONF", "NOREPLICAS", "UNBLOCKED", "NOTBUSY")


class ScriptUnknown(StoreError):
    """The server has not seen this script yet, or has forgotten it."""


class NotPermitted(StoreUnavailable):
    """The server does not know us, or its access rules do not let us do this."""


def refusal(error: RedisError) -> StoreError:
    """Our error for what redis-py raised; StoreUnavailable wherever the same command may succeed later."""
    match error:
        case NoScriptError():
            return ScriptUnknown(str(error))
        case AuthenticationError() | NoPermissionError():
            return NotPermitted(f"The store refuses us: {error}")
        case ResponseError() if isinstance(error, (MovedError, *_PASSING)) or str(error).startswith(_PASSING_WORDS):
            return StoreUnavailable(f"The store is not ready: {error}")
        case ResponseError():
            return StoreError(f"The store refused a command: {error}")
        case _:
            return StoreUnavailable(f"The store does not answer: {error}")
