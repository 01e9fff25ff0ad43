"""Figures of all workers of one machine, each in a file of its own: whichever is scraped answers for all."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import DecodeError, json

from floorwalker.asgi.metrics.figures import Figures

logger = logging.getLogger(__name__)

EVERY_S: Final = 5.0
GONE_AFTER_S: Final = 30.0
_SUFFIX: Final = ".json"


class FiguresFolder:
    """One worker's place in the folder. clock: seconds since 1970, as the file system has them."""

    def __init__(self, folder: Path, worker: str, *, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._own = folder / f"{worker}{_SUFFIX}"
        self._clock = clock
        self._said = False

    async def keep_writing(self, figures: Callable[[], Figures]) -> None:
        """Write every few seconds, until cancelled; then the file goes."""
        try:
            while True:
                await asyncio.to_thread(self.write, figures())
                await asyncio.sleep(EVERY_S)
        finally:
            with suppress(OSError):
                self._own.unlink(missing_ok=True)

    def write(self, figures: Figures) -> None:
        """Put these figures in the place of the ones before, whole. A folder that cannot be written is said once."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            begun = self._own.with_suffix(".tmp")
            begun.write_bytes(json.encode(figures))
            begun.replace(self._own)
            self._said = False
        except OSError as failure:
            if not self._said:
                logger.warning("the figures of this worker cannot be written: %s", failure.strerror)
            self._said = True

    def others(self) -> dict[str, Figures]:
        """What the other workers wrote last, by worker. Who has written nothing for 30 seconds is gone."""
        found = {}
        for file in sorted(self._folder.glob(f"*{_SUFFIX}")):
            if file == self._own:
                continue
            with suppress(OSError, DecodeError):  # it went, or another release wrote it
                if file.stat().st_mtime >= self._clock() - GONE_AFTER_S:
                    found[file.name.removesuffix(_SUFFIX)] = json.decode(file.read_bytes(), type=Figures)
        return found
