"""What fails of ours while a handler speaks of its visitor is logged, and the handler goes on."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

logger = logging.getLogger(__name__)

Method = TypeVar("Method", bound=Callable[..., Any])


def spared(otherwise: Callable[[], Any]) -> Callable[[Method], Method]:
    """A method that gives `otherwise` where it fails. A call with arguments that it does not take is still an error."""

    def sparing(method: Method) -> Method:
        @wraps(method)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            try:
                return method(*args, **kwargs)
            except Exception as failure:
                if failure.__traceback__ is None or failure.__traceback__.tb_next is None:  # the call itself
                    raise
                logger.exception("what a handler said or asked of a visitor goes nowhere")
                return otherwise()

        return cast(Method, guarded)

    return sparing


def nothing() -> None:
    """What is said goes nowhere."""
