"""What one worker has to tell at a moment: plain values that can lie in a file for another worker to read."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from prometheus_client import ProcessCollector

from floorwalker.asgi.health import release
from floorwalker.asgi.keeping.keeper import Keeper
from floorwalker.asgi.rules.publishing import Publisher
from floorwalker.asgi.setup import Setup


class RuleFigures(Struct, frozen=True):
    """Of the rules in force. published_at: seconds since 1970, 0 where they are no files. errors: in files that are
    refused now."""

    version: str
    published_at: float
    refused: bool
    errors: int
    publications: int
    refusals: int
    failures: int


class StoreFigures(Struct, frozen=True):
    """Of the store, as far as it is known here."""

    away: bool
    circuit_open: bool
    waiting: int
    spooled: int
    commits: dict[str, int]
    lost: dict[str, int]
    spool_lost: int
    servers_away: int = 0
    uncopied: int = 0


class ProcessFigure(Struct, frozen=True):
    """One metric of the process. kind: `gauge` or `counter`."""

    name: str
    about: str
    kind: str
    value: float


class Figures(Struct, frozen=True):
    """Everything. pages, loads, failed: by outcome or place. slots: by slot, by outcome. waits: how many pages waited
    in each class of `WAITS_S`."""

    release: str
    pages: dict[str, int]
    robots: int
    turned_away: int
    slots: dict[str, dict[str, int]]
    loads: dict[str, int]
    waits: list[int]
    waits_sum_s: float
    late: dict[str, int]
    failed: dict[str, int]
    rules: RuleFigures
    store: StoreFigures
    process: list[ProcessFigure]


def figures_of(setup: Setup, keepers: Sequence[Keeper]) -> Figures:
    """What this worker has to tell now. keepers: of all its event loops."""
    tallies, publisher = setup.tallies, setup.publisher
    failed = dict(tallies.failed)
    if publisher.failures:
        failed["rules"] = publisher.failures
    return Figures(
        release=release(),
        pages={
            "changed": tallies.pages_changed,
            "kept": tallies.pages_kept,
            "passed by": tallies.pages_passed,
            "failed": tallies.pages_failed,
        },
        robots=tallies.robots,
        turned_away=setup.limits.turned_away,
        slots=tallies.by_slot(),
        loads={
            "came": tallies.loads_came,
            "late": tallies.loads_late,
            "away": tallies.loads_away,
            "unreadable": tallies.loads_unreadable,
            "not asked": tallies.loads_not_asked,
        },
        waits=list(tallies.waits.counts),
        waits_sum_s=tallies.waits.sum_s,
        late={"load": tallies.loads_late, "commit": tallies.commits_late},
        failed=failed,
        rules=_rules(publisher),
        store=_store(keepers),
        process=_process(),
    )


def _rules(publisher: Publisher) -> RuleFigures:
    published, refused = publisher.published, publisher.refused
    return RuleFigures(
        version=publisher.rulebook.ruleset.version,
        published_at=published.at if published is not None else 0.0,
        refused=refused is not None,
        errors=refused.errors if refused is not None else 0,
        publications=publisher.publications,
        refusals=publisher.refusals,
        failures=publisher.failures,
    )


def _store(keepers: Sequence[Keeper]) -> StoreFigures:
    found = [keeper.health() for keeper in keepers]
    return StoreFigures(
        away=any(health.away for health in found),
        circuit_open=any(keeper.circuit_is_open for keeper in keepers),
        waiting=sum(health.pending for health in found),
        spooled=sum(health.spooled for health in found),
        commits=_added(keeper.store.commits() for keeper in keepers),
        lost=_added(health.lost for health in found),
        spool_lost=sum(health.spool_lost for health in found),
        servers_away=max((len(health.servers_away) for health in found), default=0),
        uncopied=sum(health.uncopied for health in found),
    )


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    whole: dict[str, int] = {}
    for one in counts:
        for name, count in one.items():
            whole[name] = whole.get(name, 0) + count
    return whole


def _process() -> list[ProcessFigure]:
    """Memory, processor time and open files, as prometheus-client finds them; nothing where the system has no /proc."""
    return [
        ProcessFigure(metric.name, metric.documentation, metric.type, metric.samples[0].value)
        for metric in ProcessCollector(registry=None).collect()
    ]
