"""What an owner may tune about a relay; every default is fit for a shop of a million visitors."""

from dataclasses import dataclass

DAY_S = 86_400


@dataclass(frozen=True, kw_only=True)
class RelaySettings:
    """Times are in seconds.

    idle_s: between two looks while nothing comes. claim_after_s: after which silence another relay counts as dead, and
    what it had is taken over. gaps_every_s: between two looks for streams that were trimmed too early. at_once:
    deliveries of one webhook. timeout_s: of one delivery, as a whole. lease_s: how long nobody else tries what is being
    delivered. again_first_s, again_longest_s: before the second try, and at most between two. give_up_after_s: since
    the first try. longest_pause_s: what a webhook may ask for by Retry-After.
    """

    idle_s: float = 0.5
    claim_after_s: float = 60.0
    gaps_every_s: float = 60.0
    at_once: int = 16
    timeout_s: float = 10.0
    lease_s: float = 60.0
    again_first_s: float = 5.0
    again_longest_s: float = 6 * 3600.0
    give_up_after_s: float = 3.0 * DAY_S
    longest_pause_s: float = DAY_S
