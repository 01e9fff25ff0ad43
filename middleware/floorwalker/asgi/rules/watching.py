"""Word of changed files, from the operating system; what it does not tell, the next look finds."""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Final

logger = logging.getLogger(__name__)

STEP_MS: Final = 100
"""How often the watching thread looks whether there is word, or an end: measured, a thousandth of a core."""
_DEBOUNCE_MS: Final = 400


class Watch:
    """Calls back in its event loop soon after something changed in one of the folders that it follows.

    Where the system cannot watch (no such folder, no watches left, a network share), nobody is called; that is said
    once. The thread ends with the watch, with the event loop and with the program, and keeps neither alive.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._followed: Mapping[str, object] = {}
        self._thread: _Thread | None = None
        self._said = False

    def __enter__(self) -> "Watch":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def follow(self, folders: Mapping[str, object]) -> None:
        """Watch these folders, each without those below it; by path, with what tells it from another of that path.

        May be called from any thread, by one at a time.
        """
        if folders != self._followed:
            self._end()
            self._followed = folders
            if folders:
                self._thread = _Thread(self._loop, list(folders), self._changed, self._failed)
                self._thread.start()

    def _end(self) -> None:
        """Nobody waits for it: it ends within a step."""
        if self._thread is not None:
            self._thread.end()
            self._thread = None

    def _failed(self, failure: Exception) -> None:
        if not self._said and not isinstance(failure, FileNotFoundError):
            self._said = True
            logger.warning("changed files cannot be watched, so they are only looked for now and then: %s", failure)


class _Thread(threading.Thread):
    """One watch of the system over some folders."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        folders: Sequence[str],
        changed: Callable[[], None],
        failed: Callable[[Exception], None],
    ) -> None:
        super().__init__(name="floorwalker-watch", daemon=False)  # a daemon would be cut off in the library's own code
        self._loop = loop
        self._folders = folders
        self._changed = changed
        self._failed = failed
        self._begun = False
        self._ended = False
        self._telling = False

    def end(self) -> None:
        """Let it end by itself, within a step."""
        self._ended = True

    def is_set(self) -> bool:
        """Whether nobody needs it any more; what `watch` asks of its event at every step, and first once it watches."""
        if not self._begun:
            self._begun = True
            self._tell()  # something may have changed since the folders were listed
        return self._ended or self._loop.is_closed() or not threading.main_thread().is_alive()

    def run(self) -> None:
        from watchfiles import watch  # 24 ms, which only a running site has to pay

        try:
            for _ in watch(
                *self._folders,
                watch_filter=self._note,
                debounce=_DEBOUNCE_MS,
                step=STEP_MS,
                rust_timeout=0,
                stop_event=self,
                raise_interrupt=False,
                force_polling=False,  # the publisher looks now and then anyway
                recursive=False,
                ignore_permission_denied=True,
            ):
                pass
        except (ImportError, OSError, RuntimeError) as failure:
            self._failed(failure)

    def _note(self, _change: object, _path: str) -> bool:
        """Told of one change; none is let through, for `watch` logs what it gives."""
        self._tell()
        return False

    def _tell(self) -> None:
        """Of a thousand changes at once the loop is told once."""
        if not self._telling:
            self._telling = True
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._heard)

    def _heard(self) -> None:
        self._telling = False
        if not self._ended:
            self._changed()
