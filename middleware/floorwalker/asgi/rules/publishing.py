"""Publishing by saving: changed files are found, judged as a whole, and put in force in place of the rules before."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Final, assert_never

from msgspec import Struct

from floorwalker.asgi.rules.rulebook import Rulebook, read_site_files
from floorwalker.asgi.rules.watching import Watch
from floorwalker.core.priors import NO_PRIORS, Priors
from floorwalker.core.ruleset import Ruleset
from floorwalker.errors import FloorwalkerError, RuleErrors
from floorwalker.rulefile import Mark, Problem, RuleFiles, Severity, list_rules, list_templates
from floorwalker.store import KeptRules

logger = logging.getLogger(__name__)

SETTLE_S: Final = 0.25
_PROBLEMS_SAID: Final = 20

Announce = Callable[[KeptRules], None]


class Refusal(Struct, frozen=True):
    """Files that are not put in force. version: of their content, empty where it could not be read."""

    version: str
    errors: int
    why: str


class Published(Struct, frozen=True):
    """The files of a version, and since when it is in force here, in seconds since 1970."""

    files: RuleFiles
    at: float

    def to_keep(self) -> KeptRules:
        """As the store keeps it."""
        rules = {Path(path).name: content for path, content in self.files.rules.items()}
        return KeptRules(self.files.version, self.at, rules, self.files.templates or {})


class _Ready(Struct, frozen=True):
    rulebook: Rulebook
    files: RuleFiles


class _Seen(Struct, frozen=True):
    """What can be told of the files without reading them: names, times, sizes, identities."""

    rules: tuple[Mark, ...]
    templates: tuple[Mark, ...]


class Publisher:
    """The rules in force, and how changed files take their place: whole, or not at all.

    Word of a change comes from the system, and a look every `reload_s` finds what it did not tell; 0 is neither. A
    change is judged once its files have been left alone for SETTLE_S, so that half-written files are waited for. While
    they have errors, cannot be read or are gone, the rules before stay in force; that is logged once.

    load: makes a rulebook of files, or, given None, of the rules that are no files: those are never looked at.
    clock: seconds of any origin; now: since 1970. Making one raises what `load` and `read_site_files` raise.
    """

    def __init__(
        self,
        load: Callable[[RuleFiles | None], Rulebook],
        *,
        rules: Path | Ruleset,
        templates: Path,
        reload_s: float,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        files = read_site_files(rules, templates) if isinstance(rules, Path) else None
        self.rulebook = load(files)
        self.published = None if files is None else Published(files, now())
        self.refused: Refusal | None = None
        self.publications = self.refusals = self.failures = 0
        self._load = load
        self._rules = rules if isinstance(rules, Path) and reload_s > 0 else None
        self._templates = templates
        self._reload_s = reload_s
        self._settle_s = min(SETTLE_S, reload_s)
        self._clock = clock
        self._now = now
        self._due = clock()
        self._lock = Lock()
        self._swapping = Lock()
        self._priors = NO_PRIORS
        self._judged: _Seen | None = None
        self._unsettled: tuple[_Seen, float] | None = None
        self._tasks: dict[asyncio.AbstractEventLoop, asyncio.Task[None] | None] = {}

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

    def take_priors(self, priors: Priors) -> None:
        """From the next page on this is what is known of the population; rules that come later know it, too."""
        with self._swapping:
            self._priors = priors
            self.rulebook = self.rulebook.with_priors(priors)

    def start(self, announce: Announce) -> None:
        """Look again and again while the running event loop lives, or until `stop`.

        announce: told in this loop what is in force, now and whenever another version has come.
        """
        loop = asyncio.get_running_loop()
        self._tasks = {known: task for known, task in self._tasks.items() if not known.is_closed()}
        if loop in self._tasks:
            return
        self._tasks[loop] = None
        if self.published is not None:
            announce(self.published.to_keep())
        if self.looks:
            looking = self.keep_looking(announce)
            self._tasks[loop] = loop.create_task(looking, name="floorwalker: look for changed rules")

    async def stop(self) -> None:
        """Look no more in this event loop; a look that is under way ends first."""
        task = self._tasks.pop(asyncio.get_running_loop(), None)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def keep_looking(
        self, announce: Announce, *, wait: Callable[[asyncio.Event, float], Awaitable[None]] | None = None
    ) -> None:
        """Look whenever there is word of a change, and when it is time, in a thread that ends with this."""
        loop, word, wait = asyncio.get_running_loop(), asyncio.Event(), wait or _word_or_time
        announced = self.published
        with Watch(word.set) as watch, ThreadPoolExecutor(1, thread_name_prefix="floorwalker-rules") as thread:
            while True:
                await wait(word, max(0.0, self._due - self._clock()))
                word.clear()
                await loop.run_in_executor(thread, self.look, watch)
                if self.published is not None and self.published is not announced:
                    announced = self.published
                    announce(announced.to_keep())

    def look(self, watch: Watch | None = None) -> None:
        """Look once, and publish what has changed and settled; the watch then follows the folders that were found.

        Blocks for as long as reading takes; may be called from any thread; raises nothing.
        """
        if self._rules is None or not self._lock.acquire(blocking=False):
            return
        try:
            self._due = self._clock() + self._reload_s
            self._look_at(self._see(self._rules, watch), self._rules)
        finally:
            self._lock.release()

    def _see(self, rules: Path, watch: Watch | None = None) -> _Seen:
        found, templates = list_rules(rules), list_templates(self._templates)
        if watch is not None:
            watch.follow({mark.path: mark.identity for mark in (*found.folders, *templates.folders)})
        return _Seen(found.files, templates.files)

    def _look_at(self, seen: _Seen, rules: Path) -> None:
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
        verdict = self._judge(rules)
        if self._see(rules) != seen:
            self._due = now + self._settle_s  # it changed while it was read
            return
        if not (isinstance(verdict, Refusal) and verdict.version == ""):  # what cannot be read is tried again
            self._judged = seen
        self._put(verdict)

    def _judge(self, rules: Path) -> _Ready | Refusal:
        """The rules to be in force, or why the files' are not."""
        version = ""
        try:
            files = read_site_files(rules, self._templates)
            version = files.version
            if self.published is not None and version == self.published.files.version:
                return _Ready(self.rulebook, self.published.files)
            if self.refused is not None and version == self.refused.version:
                return self.refused
            if not files.rules:
                return Refusal(version, 1, f"no rule file is left in {rules}")
            rulebook = self._load(files)
            rulebook.warm()
        except RuleErrors as failure:
            errors = [p for p in failure.problems if not isinstance(p, Problem) or p.severity is Severity.ERROR]
            return Refusal(version, len(errors), _told(list(map(str, errors)), rules))
        except (FloorwalkerError, OSError) as failure:
            return Refusal(version, 1, str(failure))
        except Exception as failure:
            logger.exception("changed rules cannot be made ready")
            self.failures += 1
            return Refusal(version or "unreadable", 1, repr(failure))
        return _Ready(rulebook, files)

    def _put(self, verdict: _Ready | Refusal) -> None:
        before = self.rulebook.ruleset.version
        match verdict:
            case Refusal():
                if verdict != self.refused:
                    logger.error("changed files are not put in force: the rules %s stay; %s", before, verdict.why)
                    self.refusals += 1
                self.refused = verdict
            case _Ready(rulebook, files):
                if self.refused is not None or files.version != before:
                    logger.info("changed rules are in force: %s", files.version)
                if rulebook.ruleset is not self.rulebook.ruleset:
                    self.published = Published(files, self._now())
                    self.publications += 1
                    with self._swapping:
                        self.rulebook = rulebook.with_priors(self._priors)
                self.refused = None
            case _:
                assert_never(verdict)


async def _word_or_time(word: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await word.wait()


def _told(errors: list[str], rules: Path) -> str:
    more = len(errors) - _PROBLEMS_SAID
    rest = [f"and {more} more; `floorwalker check {rules}` shows them all"] if more > 0 else []
    return "\n".join([f"{len(errors)} error{'s' if len(errors) != 1 else ''}", *errors[:_PROBLEMS_SAID], *rest])
