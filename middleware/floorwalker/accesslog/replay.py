"""Replay: a log walks the same corridor as live traffic, and what would have happened is counted.

A log shows neither cookies nor which slots a page holds: a visitor is an address with a user agent, and a slot counts
as shown on every page that it is meant for.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from zlib import crc32

from msgspec import Struct, field

from floorwalker.accesslog.hits import LogHit, as_file, hit_of
from floorwalker.accesslog.lines import LogLine, Rejected
from floorwalker.core.advance import Corridor
from floorwalker.core.deciding.decide import PageDecisions, showing_of
from floorwalker.core.decision import Reason
from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.hashing import seed_of
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.profile import Profile
from floorwalker.core.signals import Signals

Choose = Callable[[Profile, Signals], PageDecisions]
OnPage = Callable[[str, PageDecisions], None]
Step = Callable[[Profile | None], tuple[Profile, Effects]]
_REJECTED_KEPT = 1000


class Summary(Struct):
    """What a log tells.

    lines: all of them; rejected, robots (requests of theirs), hits (pages that people asked for) and other (files and
    feeds that people asked for) add up to it. media, sources, devices: of visits. searches: requests that came from a
    search, keywords of those whose words survive. segments: visitors who were ever in one. slots: how often each block
    would have been shown, `default` where the page kept its own.
    """

    lines: int = 0
    rejected: int = 0
    rejected_lines: list[Rejected] = field(default_factory=list)
    hits: int = 0
    other: int = 0
    robots: int = 0
    visitors: int = 0
    returning: int = 0
    visits: int = 0
    searches: int = 0
    first_at: float | None = None
    last_at: float | None = None
    media: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    keywords: Counter[str] = field(default_factory=Counter)
    devices: Counter[str] = field(default_factory=Counter)
    pages: Counter[str] = field(default_factory=Counter)
    robot_names: Counter[str] = field(default_factory=Counter)
    segments: Counter[str] = field(default_factory=Counter)
    slots: dict[str, Counter[str]] = field(default_factory=dict)


class Share(Struct, frozen=True):
    """One of several equal shares of a log's visitors: each has all lines of its own visitors."""

    number: int = 0
    of: int = 1

    def has(self, line: LogLine | Rejected) -> bool:
        """Whether this share takes the line; exactly one of them does."""
        if self.of == 1:
            return True
        if isinstance(line, Rejected):
            return line.number % self.of == self.number
        name = f"{line.address} {line.user_agent}".encode("utf-8", "surrogatepass")
        return crc32(name) % self.of == self.number


ALL = Share()


def merged(parts: Sequence[Summary]) -> Summary:
    """The summary of a whole log, of the summaries of all its shares."""
    whole = Summary()
    for name in ("lines", "rejected", "hits", "other", "robots", "visitors", "returning", "visits", "searches"):
        setattr(whole, name, sum(getattr(part, name) for part in parts))
    for name in ("media", "sources", "keywords", "devices", "pages", "robot_names", "segments"):
        setattr(whole, name, sum((getattr(part, name) for part in parts), Counter()))
    for slot in dict.fromkeys(slot for part in parts for slot in part.slots):
        whole.slots[slot] = sum((part.slots.get(slot, Counter()) for part in parts), Counter())
    rejected = sorted((line for part in parts for line in part.rejected_lines), key=lambda line: line.number)
    whole.rejected_lines = rejected[:_REJECTED_KEPT]
    whole.first_at = min((part.first_at for part in parts if part.first_at is not None), default=None)
    whole.last_at = max((part.last_at for part in parts if part.last_at is not None), default=None)
    return whole


class Replay:
    """Walks lines, in the order of the log, and keeps every visitor's profile.

    corridor: reads and folds. choose: decides a page for one visitor; what it decides counts as shown. host: the
    site's own, where the lines do not name it. keep_hits: whether every visitor's hits are kept too, for a store.
    share: whose lines are walked; the others are passed by. on_page: is told of every page view, its visitor first.
    """

    def __init__(
        self,
        corridor: Corridor,
        *,
        choose: Choose,
        host: str = "",
        keep_hits: bool = False,
        share: Share = ALL,
        on_page: OnPage | None = None,
    ) -> None:
        self.summary = Summary()
        self.profiles: dict[str, Profile] = {}
        self.hits: dict[str, list[Hit]] = {}
        self._corridor, self._choose, self._host, self._keep_hits = corridor, choose, host, keep_hits
        self._share, self._on_page = share, on_page
        self._robots: dict[str, str | None] = {}
        self._segments_of: dict[str, frozenset[str]] = {}

    def walk(self, lines: Iterable[LogLine | Rejected]) -> Summary:
        """Every line; then the summary."""
        for line in lines:
            if self._share.has(line):
                self.take(line)
        return self.finished()

    def take(self, line: LogLine | Rejected) -> None:
        """One line: rejected, a robot's, a page's, or any other file's."""
        summary = self.summary
        summary.lines += 1
        if isinstance(line, Rejected):
            self._reject(line)
            return
        summary.first_at = line.at if summary.first_at is None else min(summary.first_at, line.at)
        summary.last_at = line.at if summary.last_at is None else max(summary.last_at, line.at)
        if (robot := self._robot(line)) is not None:
            summary.robots += 1
            summary.robot_names[robot] += 1
        elif (found := hit_of(line, host=self._host)) is not None:
            summary.hits += 1
            self._take_hit(found)
        else:
            summary.other += 1
            if line.referrer:
                self._count_search(self._corridor.read(as_file(line, host=self._host)))

    def finished(self) -> Summary:
        """The summary, with the counts that are known only at the end."""
        summary, profiles = self.summary, self.profiles.values()
        summary.visitors = len(self.profiles)
        summary.returning = sum(profile.visits > 1 for profile in profiles)
        summary.visits = sum(profile.visits for profile in profiles)
        summary.segments = Counter(name for names in self._segments_of.values() for name in names)
        return summary

    def _reject(self, line: Rejected) -> None:
        self.summary.rejected += 1
        if len(self.summary.rejected_lines) < _REJECTED_KEPT:
            self.summary.rejected_lines.append(line)

    def _robot(self, line: LogLine) -> str | None:
        """The robot's name, asked once for each user agent: nothing else in a log tells."""
        agent = line.user_agent
        if agent not in self._robots:
            robot = self._corridor.read(as_file(line, host=self._host)).robot
            self._robots[agent] = robot.name if robot else None
        return self._robots[agent]

    def step_of(self, visitor: str) -> Step:
        """The visitor's hits as a step for a store (`keep_hits`). What a record has seen already is not folded again.

        A log has no ids of its lines: a hit that is not later than the record's last one counts as seen.
        """
        hits = tuple(self.hits.get(visitor, ()))

        def step(base: Profile | None) -> tuple[Profile, Effects]:
            profile, effects = base or Profile(seed=seed_of(visitor)), NOTHING
            for hit in hits:
                if base is None or hit.at > base.last_seen:
                    profile, more, _ = self._walk(profile, hit, self._corridor.read(hit))
                    effects = effects.then(more)
            return profile, effects

        return step

    def _take_hit(self, found: LogHit) -> None:
        visitor, hit = found.visitor, found.hit
        if self._keep_hits:
            self.hits.setdefault(visitor, []).append(hit)
        signals = self._corridor.read(hit)
        self._count_search(signals)
        before = self.profiles.get(visitor) or Profile(seed=seed_of(visitor))
        profile, _, page = self._walk(before, hit, signals)
        self.profiles[visitor] = profile
        if profile.visits > before.visits:
            self._count_visit(profile, signals)
        if hit.kind is HitKind.VIEW:
            self.summary.pages[signals.page.path or signals.path] += 1
        if page is not None:
            self._count_page(visitor, page)
            if self._on_page is not None:
                self._on_page(visitor, page)

    def _walk(self, profile: Profile, hit: Hit, signals: Signals) -> tuple[Profile, Effects, PageDecisions | None]:
        """One hit down the corridor: advance, decide, and remember what was shown."""
        profile, effects = self._corridor.advance(profile, hit, signals)
        if hit.kind not in (HitKind.VIEW, HitKind.ERROR):
            return profile, effects, None
        page = self._choose(profile, signals)
        rules = page.moment.ruleset.version
        changed = [one for one in page.values() if one.changes_page or one.kept_counts]
        if not changed:
            return profile, effects, page
        shown = [showing_of(decision, rules=rules) for decision in changed]
        profile, more = self._corridor.show(profile, shown, at=signals.at, segments=lambda: page.segments)
        return profile, effects.then(more), page

    def _count_search(self, signals: Signals) -> None:
        if signals.search is not None:
            self.summary.searches += 1
            if signals.search.keywords:
                self.summary.keywords[signals.search.keywords] += 1

    def _count_visit(self, profile: Profile, signals: Signals) -> None:
        touch = profile.visit.touch if profile.visit else None
        if touch is not None:
            self.summary.media[touch.referrer.medium] += 1
            if touch.referrer.source or touch.referrer.domain:
                self.summary.sources[touch.referrer.source or touch.referrer.domain or ""] += 1
        self.summary.devices[signals.device.type or "unknown"] += 1

    def _count_page(self, visitor: str, page: PageDecisions) -> None:
        self._segments_of[visitor] = self._segments_of.get(visitor, frozenset()) | page.segments
        for slot, decision in page.items():
            if decision.reason is not Reason.OTHER_PAGE:
                shown = decision.block if decision.changes_page else decision.content.kind
                self.summary.slots.setdefault(slot, Counter())[shown] += 1
