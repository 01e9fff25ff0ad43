"""What an owner may tune about the store; every default is fit for a shop of a million visitors."""

from dataclasses import dataclass

from floorwalker.core.memory.retention import Lives

DAY_S = 86_400


@dataclass(frozen=True, kw_only=True)
class StoreSettings:
    """Times are in seconds.

    profile_life_s: how long a profile stays after its last commit. unconfirmed_life_s: the same before the cookie
    came back. passing_life_s: the same of whoever came for one visit only, and is known by nothing else.
    spool_life_s: how long a step may wait for a store that is away; older ones are dropped and counted.
    stone_life_s: how long an erased visitor cannot come back; never below twice spool_life_s. counters_life_s: how
    long the counters of a day stay after the first was written.
    events_kept: entries of all streams together, about. events_life_s: how long an entry stays at most. notes_life_s,
    orders_life_s, searches_life_s: how long a note, a single order and the words of a search stay in a profile, from
    when they came. traits_life_s: how long traits stay of whom nothing is heard any more.
    new_profiles_per_s: how many unconfirmed visitors one worker stores; a burst may be ten times that. rules_kept,
    rules_kept_bytes: of how many versions of the rules the files are kept, and how much that may be, packed; the latest
    is always kept. messages_life_s, messages_kept: how long senders' ids are known, and how many of one visitor.
    steps_waiting, bytes_waiting: what one worker holds in memory for a store that is away. spool_bytes: of all files in
    the spool. replicas_within_s: how long a commit waits for the replicas that the store's address asks for.
    partitions: for a keyspace used for the first time only.
    """

    profile_life_s: int = 400 * DAY_S
    unconfirmed_life_s: int = 3600
    passing_life_s: int = 90 * DAY_S
    spool_life_s: int = DAY_S
    stone_life_s: int = 30 * DAY_S
    counters_life_s: int = 800 * DAY_S
    events_kept: int = 1_000_000
    events_life_s: int = 90 * DAY_S
    notes_life_s: int = 730 * DAY_S
    orders_life_s: int = 1100 * DAY_S
    searches_life_s: int = 400 * DAY_S
    traits_life_s: int = 800 * DAY_S
    new_profiles_per_s: float = 100.0
    rules_kept: int = 50
    rules_kept_bytes: int = 33_554_432
    messages_life_s: int = 30 * DAY_S
    messages_kept: int = 10_000
    steps_waiting: int = 10_000
    bytes_waiting: int = 67_108_864
    spool_bytes: int = 268_435_456
    steps_per_commit: int = 128
    commits_in_flight: int = 256
    commands_in_flight: int = 4096
    connect_timeout_s: float = 2.0
    reply_timeout_s: float = 2.0
    redial_after_s: float = 0.1
    replicas_within_s: float = 0.1
    probe_first_s: float = 0.05
    probe_longest_s: float = 2.0
    partitions: int | None = None

    @property
    def lives(self) -> Lives:
        """How long single things stay in a profile."""
        return Lives(self.notes_life_s, self.orders_life_s, self.searches_life_s, self.traits_life_s)

    @property
    def stone_s(self) -> int:
        """How long a stone stays."""
        return max(self.stone_life_s, 2 * self.spool_life_s)
