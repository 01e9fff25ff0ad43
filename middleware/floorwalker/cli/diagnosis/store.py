"""What a store's servers say of themselves, judged."""

from collections.abc import Iterator
from typing import Final

from floorwalker.cli.diagnosis.finding import Finding, fine, look, wrong
from floorwalker.store.inspection import NodeFacts, StoreFacts

AREA: Final = "store"
OLDEST: Final = (6, 2)
NEARLY_FULL: Final = 0.85
_SLOW_S: Final = 0.01
_CLOCK_S, _CLOCK_WRONG_S = 2.0, 60.0
_PERSISTENCE: Final = "appendonly yes"


def store_findings(facts: StoreFacts, *, budget_s: float, ours: bool) -> Iterator[Finding]:
    """budget_s: how long a page waits for it. ours: it is the bundled server, whose configuration is ours."""
    if facts.failure:
        remedy = "Start it, or correct the address, user and password in FLOORWALKER_STORE."
        if ours:
            remedy = "Look into server.log in that folder."
        yield wrong(AREA, facts.failure, "Pages go out as the app made them, and what visitors do waits.", remedy)
        return
    for node in facts.nodes:
        yield from _node(node, budget_s=budget_s, ours=ours)
        yield from _copies(node, facts)
    if facts.cluster_state not in ("", "ok"):
        why = "Part of the visitors can neither be loaded nor stored."
        yield wrong(AREA, f"The cluster's state is {facts.cluster_state}.", why, "See CLUSTER INFO and CLUSTER NODES.")
    if facts.refused:
        named = ", ".join(facts.refused)
        remedy = (
            f"Allow it all of these on its keys: ACL SETUSER … ~fw:* {' '.join(f'+{n.lower()}' for n in facts.refused)}"
        )
        yield wrong(AREA, f"The server does not let us send {named}.", "Commits fail, or parts of us do.", remedy)
    if facts.silent:
        what = f"The server does not tell us {', '.join(facts.silent)}."
        yield look(AREA, what, "So not everything could be looked at here.", "Run this as a user who may ask for it.")


def _node(node: NodeFacts, *, budget_s: float, ours: bool) -> Iterator[Finding]:
    version = ".".join(map(str, node.version)) or "of an unknown version"
    if node.product == "Redis" and (0,) < node.version < OLDEST:
        why = "Older ones lack commands that we send."
        yield wrong(AREA, f"It is Redis {version}.", why, "Take Redis 6.2 or newer, or Valkey.")
    else:
        yield fine(AREA, f"{node.product} {version} answers in {_shown_s(node.round_trip_s)}.")
    yield from _slowness(node, budget_s)
    yield from _clock(node)
    yield from _role(node)
    yield from _memory(node, ours=ours)
    yield from _persistence(node, ours=ours)


def _slowness(node: NodeFacts, budget_s: float) -> Iterator[Finding]:
    trip = _shown_s(node.round_trip_s)
    if node.round_trip_s >= budget_s:
        why = f"Pages wait {_shown_s(budget_s)} for it and then go out as the app made them."
        yield wrong(AREA, f"A round trip takes {trip}.", why, "Move it nearer to the site, or raise budget_ms.")
    elif node.round_trip_s >= _SLOW_S:
        why = "Every page of a known visitor waits for one, as far as the app does not take longer itself."
        yield look(AREA, f"A round trip takes {trip}.", why, "Move it nearer to the site.")


def _clock(node: NodeFacts) -> Iterator[Finding]:
    apart = abs(node.ahead_s)
    if apart < _CLOCK_S:
        yield fine(AREA, f"Its clock and ours are {_shown_s(apart)} apart.")
        return
    what = f"Its clock is {_shown_s(apart)} {'ahead of' if node.ahead_s > 0 else 'behind'} ours."
    why = "What time alone changes, and what is kept for a time, comes too early or too late."
    found = wrong if apart >= _CLOCK_WRONG_S else look
    yield found(AREA, what, why, "Let chrony or systemd-timesyncd keep the time on both machines.")


def _role(node: NodeFacts) -> Iterator[Finding]:
    if node.is_replica:
        why = "It takes no commit: what visitors do waits for ever."
        yield wrong(AREA, "It is a replica.", why, "Name the master, or the sentinels: redis+sentinel://…")
    if node.is_loading:
        yield look(AREA, "It is still reading its files.", "Until then it refuses commands.", "Wait a moment.")


def _memory(node: NodeFacts, *, ours: bool) -> Iterator[Finding]:
    if node.policy not in ("", "noeviction"):
        what = f"When memory is full it throws keys away (maxmemory-policy {node.policy})."
        why = "Visitors and counters vanish without a word; every key of a visitor has an expiry, so volatile-… too."
        remedy = "CONFIG SET maxmemory-policy noeviction, and the same in its configuration file."
        yield (wrong if node.most_bytes else look)(AREA, what, why, remedy)
    elif node.policy:
        yield fine(AREA, "It never throws keys away.")
    if node.most_bytes and node.used_bytes >= NEARLY_FULL * node.most_bytes:
        what = f"{node.used_bytes / node.most_bytes:.0%} of its memory is in use."
        why = "When it is full, commits wait and in the end are dropped."
        yield wrong(AREA, what, why, "Raise maxmemory, or shorten profile_life_s and events_kept.")
    elif not node.most_bytes and node.policy and not ours:
        why = "It grows until the system kills it, or something else on that machine."
        yield look(AREA, "Its memory has no limit.", why, "Set maxmemory below what the machine has to spare.")


def _persistence(node: NodeFacts, *, ours: bool) -> Iterator[Finding]:
    for problem in node.problems:
        why = "A restart brings back an old state, or nothing; Redis may refuse commits until it is mended."
        yield wrong(AREA, f"It says {problem} went wrong.", why, "Look for a full disk and into its log.")
    if node.appends and node.fsync == "no":
        why = "A crash of its machine forgets what the system had not written yet, half a minute or so."
        yield look(AREA, "It leaves it to the system when its append-only file is written.", why, _EVERYSEC)
    elif node.appends:
        yield fine(AREA, f"It writes every change to its append-only file{_WHEN.get(node.fsync, '')}.")
    elif node.saves is None:
        why = "Without one, a restart forgets every visitor."
        yield look(AREA, "It has no append-only file, and does not say whether it saves.", why, _persist())
    elif node.saves:
        why = "A crash forgets what came since the last snapshot, minutes or more."
        yield look(AREA, "It saves snapshots alone.", why, _persist())
    elif not ours:
        why = "A restart forgets every visitor, every counter and what they were shown."
        yield wrong(AREA, "It writes nothing to disk.", why, _persist())


def _copies(node: NodeFacts, facts: StoreFacts) -> Iterator[Finding]:
    """Of those that others take over from."""
    if facts.replicas > node.replicas:
        what = f"The address says replicas={facts.replicas}, and it has {node.replicas}."
        yield wrong(AREA, what, "Every commit waits for them in vain.", "Add replicas, or lower ?replicas= there.")
    elif facts.takes_over and not node.replicas:
        why = "If its machine dies, what it holds is not to be had until it is back."
        yield look(AREA, "It has no replica.", why, "Add one on another machine.")
    elif facts.takes_over and not facts.replicas and node.least_replicas == 0:
        why = "If it dies or is cut off, what it answered and its replica had not heard of is gone, and nobody is told."
        yield look(AREA, "It answers commits that no replica has yet.", why, _COPIED)
    elif facts.takes_over:
        yield fine(AREA, "Its replicas have what it answers, or it is told or refused.")
    if node.needs_all_slots:
        why = "While one master is away and nobody has taken over, nobody at all is loaded or stored."
        yield look(AREA, "It refuses everything while any slot has no server.", why, _PARTS)


_EVERYSEC: Final = "CONFIG SET appendfsync everysec, and the same in its configuration file."
_WHEN: Final = {
    "everysec": ", once a second: a power cut costs a second or two",
    "always": " before it answers: a power cut costs nothing",
}
_COPIED: Final = "Add ?replicas=1 to the address, or CONFIG SET min-replicas-to-write 1; see docs/scaling.md."
_PARTS: Final = "CONFIG SET cluster-require-full-coverage no, and the same in its configuration file."


def _persist() -> str:
    return f"CONFIG SET {_PERSISTENCE}, and the same in its configuration file."


def _shown_s(seconds: float) -> str:
    if seconds < 0.001:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:,.0f} s"
