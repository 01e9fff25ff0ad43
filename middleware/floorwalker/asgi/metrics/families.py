"""The metrics, by name: what figures of workers are called, and what each means."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from floorwalker.asgi.metrics.figures import Figures
from floorwalker.asgi.tallies import WAITS_S

Workers = Mapping[str, Figures]

_Counts = Callable[[Figures], Mapping[str, int]]
_COUNTERS: Final[Sequence[tuple[str, str, str, _Counts]]] = (
    (
        "floorwalker_pages",
        "Whole HTML pages that went out: a slot was changed, all slots were kept, they passed by, or we failed.",
        "outcome",
        lambda one: one.pages,
    ),
    (
        "floorwalker_loads",
        "What became of asking the store for a visitor: came, late, away, unreadable, not asked.",
        "outcome",
        lambda one: one.loads,
    ),
    (
        "floorwalker_commits",
        "Steps that were settled, by what became of them.",
        "outcome",
        lambda one: one.store.commits,
    ),
    ("floorwalker_lost", "Steps that were not stored, by why.", "reason", lambda one: one.store.lost),
    (
        "floorwalker_budget_overruns",
        "Responses that went on without us since the time budget was spent, by what they waited for.",
        "waited_for",
        lambda one: one.late,
    ),
    ("floorwalker_failures", "What failed of ours unforeseen, by place.", "place", lambda one: one.failed),
)
_Number = Callable[[Figures], float]
_TOTALS: Final[Sequence[tuple[str, str, _Number]]] = (
    ("floorwalker_robots", "Requests of robots, which see the page as the app made it.", lambda one: one.robots),
    (
        "floorwalker_turned_away",
        "Requests and events beyond a limit, of an address, a visitor or wrong keys; never pages.",
        lambda one: one.turned_away,
    ),
    (
        "floorwalker_spool_lost",
        "Steps that lay on disk and could not be stored; floorwalker_lost has them too.",
        lambda one: one.store.spool_lost,
    ),
    (
        "floorwalker_uncopied",
        "Commits that fewer replicas have than the store's address asks for.",
        lambda one: one.store.uncopied,
    ),
    (
        "floorwalker_rules_publications",
        "How often changed rules came into force.",
        lambda one: one.rules.publications,
    ),
    ("floorwalker_rules_refusals", "How often changed rules were refused.", lambda one: one.rules.refusals),
)
_GAUGES: Final[Sequence[tuple[str, str, _Number]]] = (
    ("floorwalker_steps_waiting", "Steps that wait for the store in memory.", lambda one: one.store.waiting),
    ("floorwalker_steps_spooled", "Steps that wait for the store on disk.", lambda one: one.store.spooled),
    ("floorwalker_store_away", "1 while the store is away.", lambda one: one.store.away),
    (
        "floorwalker_store_servers_away",
        "How many servers of a cluster are away by themselves.",
        lambda one: one.store.servers_away,
    ),
    ("floorwalker_circuit_open", "1 while nobody waits for the store.", lambda one: one.store.circuit_open),
    (
        "floorwalker_rules_published_timestamp_seconds",
        "When the rules in force came into force here; 0 where they are no files.",
        lambda one: one.rules.published_at,
    ),
    (
        "floorwalker_rules_refused",
        "1 while changed rules are refused and those before stay.",
        lambda one: one.rules.refused,
    ),
    ("floorwalker_rules_errors", "Errors in the rules that are refused now.", lambda one: one.rules.errors),
)


class WorkersCollector(Collector):
    """Figures of workers as metrics, each with its `worker`."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    def collect(self) -> Iterator[Metric]:
        """Every metric there is."""
        yield self._infos()
        yield from self._counters()
        yield self._slots()
        yield self._waits()
        yield from self._gauges()
        yield from self._processes()

    def _infos(self) -> Metric:
        told = GaugeMetricFamily(
            "floorwalker_info", "The release and the rules in force.", labels=["worker", "release", "rules"]
        )
        for worker, one in self._workers.items():
            told.add_metric([worker, one.release, one.rules.version], 1)
        return told

    def _counters(self) -> Iterator[Metric]:
        for name, about, label, counts in _COUNTERS:
            told = CounterMetricFamily(name, about, labels=["worker", label])
            for worker, one in self._workers.items():
                for value, count in counts(one).items():
                    told.add_metric([worker, value], count)
            yield told
        for name, about, number in _TOTALS:
            told = CounterMetricFamily(name, about, labels=["worker"])
            for worker, one in self._workers.items():
                told.add_metric([worker], number(one))
            yield told

    def _slots(self) -> Metric:
        about = "What became of slots in pages, by slot and outcome."
        told = CounterMetricFamily("floorwalker_slots", about, labels=["worker", "slot", "outcome"])
        for worker, one in self._workers.items():
            for slot, outcomes in one.slots.items():
                for outcome, count in outcomes.items():
                    told.add_metric([worker, slot, outcome], count)
        return told

    def _waits(self) -> Metric:
        about = "How long pages waited for what is remembered of their visitor, beyond the app's own time."
        told = HistogramMetricFamily("floorwalker_load_wait_seconds", about, labels=["worker"])
        for worker, one in self._workers.items():
            whole, buckets = 0, []
            for end, count in zip([*map(str, WAITS_S), "+Inf"], one.waits, strict=True):
                whole += count
                buckets.append((end, whole))
            told.add_metric([worker], buckets, one.waits_sum_s)
        return told

    def _gauges(self) -> Iterator[Metric]:
        for name, about, number in _GAUGES:
            told = GaugeMetricFamily(name, about, labels=["worker"])
            for worker, one in self._workers.items():
                told.add_metric([worker], number(one))
            yield told

    def _processes(self) -> Iterator[Metric]:
        found: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
        for worker, one in self._workers.items():
            for figure in one.process:
                family = CounterMetricFamily if figure.kind == "counter" else GaugeMetricFamily
                told = found.setdefault(figure.name, family(figure.name, figure.about, labels=["worker"]))
                told.add_metric([worker], figure.value)
        yield from found.values()
