"""Publishing by saving: changed files are found, judged as a whole, and put in force in place of the rules before."""

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Final, assert_never

from msgspec import Struct

from floorwalker.asgi.rulebook import Rulebook
from floorwalker.core.ruleset import Ruleset
from floorwalker.errors import FloorwalkerError, RuleErrors
from floorwalker.rulefile import Problem, Severity, folder_version

logger = logging.getLogger(__name__)

SETTLE_S: Final = 0.25
_PROBLEMS_SAID: Final = 20

_Mark = tuple[str, int, int, int, int, int]


class _Seen(Struct, frozen=True):
    """What can be told of the files without reading them: names, times, sizes, identities."""

    rules: tuple[_Mark, ...]
    templates: tuple[_Mark, ...]


class Refusal(Struct, frozen=True):
    """Files that are not put in force. version: of their content, empty where it could not be read."""

    version: str
    errors: int
    why: str


class Publisher:
    """The rules in force, and how changed files take their place: whole, or not at all.

    A change is judged once its files have been left alone for SETTLE_S, so that half-written files are waited for.
    While the files have errors, cannot be read or are gone, the rules before stay in force; that is logged once.
    reload_s: how often to look; 0 is never, and rules that are no files are never looked at. clock: seconds of any
    origin. `look` may be called from any thread. Making one raises what `load` raises.
    """

    def __init__(
        self,
        load: Callable[[], Rulebook],
        *,
        rules: Path | Ruleset,
        templates: Path,
        reload_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rulebook = load()
        self.refused: Refusal | None = None
        self._load = load
        self._rules = rules if isinstance(rules, Path) and reload_s > 0 else None
        self._templates = templates
        self._reload_s = reload_s
        self._settle_s = min(SETTLE_S, reload_s)
        self._clock = clock
        self._due = clock() + reload_s
        self._lock = Lock()
        self._judged: _Seen | None = None
        self._unsettled: tuple[_Seen, float] | None = None
        self._tasks: dict[asyncio.AbstractEventLoop, asyncio.Task[None]] = {}

    @property
    def looks(self) -> bool:
        """Whether changed files are looked for at all."""
        return self._rules is not None

    @property
    def state(self) -> str:
        """Of the files: `in force`; `refused`, where the rules before stay; or `not looked at`."""
        if not self.looks:
            return "not looked at"
        return "in force" if self.refused is None else "refused"

    def start(self) -> None:
        """Look again and again while the running event loop lives, or until `stop`."""
        loop = asyncio.get_running_loop()
        self._tasks = {known: task for known, task in self._tasks.items() if not known.is_closed()}
        if self.looks and loop not in self._tasks:
            self._tasks[loop] = loop.create_task(self.keep_looking(), name="floorwalker: look for changed rules")

    async def stop(self) -> None:
        """Look no more in this event loop; a look that is under way ends first."""
        task = self._tasks.pop(asyncio.get_running_loop(), None)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def keep_looking(self, *, wait: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Look whenever it is time, in a thread that ends with this."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="floorwalker-rules") as thread:
            while True:
                await wait(max(0.0, self._due - self._clock()))
                await loop.run_in_executor(thread, self.look)

    def look(self) -> None:
        """Look once, and publish what has changed and settled. Blocks for as long as reading takes; raises nothing."""
        if self._rules is None or not self._lock.acquire(blocking=False):
            return
        try:
            self._due = self._clock() + self._reload_s
            self._look_in(self._rules)
        finally:
            self._lock.release()

    def _look_in(self, rules: Path) -> None:
        seen = _seen(rules, self._templates)
        if seen == self._judged:
            self._unsettled = None
            return
        now = self._clock()
        if self._unsettled is None or self._unsettled[0] != seen:
            self._unsettled = (seen, now)
        settled_at = self._unsettled[1] + self._settle_s
        if now < settled_at:
            self._due = settled_at
            return
        verdict = self._judge(rules, seen)
        if _seen(rules, self._templates) != seen:
            self._due = now + self._settle_s  # it changed while it was read
            return
        if not (isinstance(verdict, Refusal) and verdict.version == ""):  # what cannot be read is tried again
            self._judged = seen
        self._put(verdict)

    def _judge(self, rules: Path, seen: _Seen) -> Rulebook | Refusal:
        """The rules to be in force, or why the files' are not."""
        version = ""
        try:
            version = folder_version(rules, self._templates if self._templates.is_dir() else None)
            if version == self.rulebook.ruleset.version:
                return self.rulebook
            if self.refused is not None and version == self.refused.version:
                return self.refused
            if not seen.rules:
                return Refusal(version, 1, f"no rule file is left in {rules}")
            rulebook = self._load()
            rulebook.reader.warm()
        except RuleErrors as failure:
            errors = [p for p in failure.problems if not isinstance(p, Problem) or p.severity is Severity.ERROR]
            return Refusal(version, len(errors), _told(list(map(str, errors)), rules))
        except (FloorwalkerError, OSError) as failure:
            return Refusal(version, 1, str(failure))
        except Exception as failure:
            logger.exception("changed rules cannot be made ready")
            return Refusal(version or "unreadable", 1, repr(failure))
        return rulebook

    def _put(self, verdict: Rulebook | Refusal) -> None:
        before = self.rulebook.ruleset.version
        match verdict:
            case Refusal():
                if verdict != self.refused:
                    logger.error("changed files are not put in force: the rules %s stay; %s", before, verdict.why)
                self.refused = verdict
            case Rulebook():
                if self.refused is not None or verdict.ruleset.version != before:
                    logger.info("changed rules are in force: %s", verdict.ruleset.version)
                self.rulebook, self.refused = verdict, None
            case _:
                assert_never(verdict)


def _told(errors: list[str], rules: Path) -> str:
    more = len(errors) - _PROBLEMS_SAID
    rest = [f"and {more} more; `floorwalker check {rules}` shows them all"] if more > 0 else []
    return "\n".join([f"{len(errors)} error{'s' if len(errors) != 1 else ''}", *errors[:_PROBLEMS_SAID], *rest])


def _seen(rules: Path, templates: Path) -> _Seen:
    found = sorted(_marks(rules, deep=False))
    named = tuple(mark for mark in found if mark[0].endswith((".yaml", ".yml")) or mark[0] == str(rules))
    return _Seen(named, tuple(sorted(_marks(templates, deep=True))))


def _marks(place: str | Path, *, deep: bool) -> Iterator[_Mark]:
    """Each file below a folder that is not hidden, or the file itself; what cannot be looked at counts by its error."""
    try:
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if not entry.is_dir():
                    yield _mark(entry.path)
                elif deep and not entry.is_symlink():
                    yield from _marks(entry.path, deep=True)
    except OSError:
        yield _mark(str(place))


def _mark(path: str) -> _Mark:
    try:
        found = Path(path).stat()
    except OSError as error:
        return (path, 0, 0, 0, 0, error.errno or 1)
    return (path, found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, 0)
