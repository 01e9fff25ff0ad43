"""Somebody's life on the site, as who forgets nothing would tell it: visits, arrivals, windows, what came after what.
Nothing of the package is used here: this is one half of the oracle in `naive`."""

from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from tests.core.evaluation.naive_values import seconds

Plain = dict[str, Any]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEK = 7 * 86400


class Life:
    """What happened, in order of arrival; the last is the page at hand. Times are whole seconds and never step back."""

    def __init__(self, site: Plain, past: list[Plain]) -> None:
        self.site, self.zone = site, ZoneInfo(site["timezone"])
        self.clock = int(past[-1]["at"])
        self.all: list[Plain] = []
        self.visits: list[Plain] = []
        latest = 0
        for number, one in enumerate(past):
            latest = max(latest, int(one["at"]))
            self.all.append({**one, "at": latest, "number": number})
            self._visit(self.all[-1])
        self.now = latest

    def _visit(self, one: Plain) -> None:
        """30 minutes of silence end a visit; only a page begins one."""
        at, is_page = one["at"], one["kind"] in ("view", "error")
        runs = bool(self.visits) and at - self.visits[-1]["last"] < 1800
        if is_page and not runs:
            self.visits.append({"began": at, "last": at, "pages": [], "arrivals": [_counted_arrival(one)]})
        elif is_page and _comes_anew(one["told"]):
            self.visits[-1]["arrivals"].append(_counted_arrival(one))
        if runs or is_page:
            self.visits[-1]["last"] = at
        if is_page:
            self.visits[-1]["pages"].append(one)

    @property
    def arrivals(self) -> list[Plain]:
        return [arrival for visit in self.visits for arrival in visit["arrivals"]]

    def begin(self, window: str | None) -> float:
        midnight = datetime.fromtimestamp(self.now, self.zone).replace(hour=0, minute=0, second=0, fold=0)
        starts = WEEKDAYS.index(self.site["week_starts"])
        match window:
            case None:
                return 0
            case "this visit":
                return float(self.visits[-1]["began"])
            case "today":
                return midnight.timestamp()
            case "this week":
                return (midnight - timedelta(days=(midnight.weekday() - starts) % 7)).timestamp()
            case "this month":
                return midnight.replace(day=1).timestamp()
            case _:
                return self.now - seconds(window)

    def since(self, window: str | None) -> list[Plain]:
        return [one for one in self.all if one["at"] >= self.begin(window)]


def _comes_anew(told: Plain) -> bool:
    """A plain link back into a running visit, as from a payment, is no arrival; nor is a click inside the site."""
    medium = told.get("referrer", {}).get("medium", "direct")
    return bool(told.get("campaign") or told.get("ad")) or medium not in ("direct", "internal", "referral")


def _counted_arrival(one: Plain) -> Plain:
    """What was clicked inside the site counts as direct."""
    told = {"channel": "Direct", **one["told"], "landing_page": one["page"]["path"]}
    if told.get("referrer", {}).get("medium") == "internal":
        told["referrer"] = {}
        told["channel"] = "Direct"
    return told


def is_direct(arrival: Plain) -> bool:
    medium = arrival.get("referrer", {}).get("medium", "direct")
    return medium == "direct" and not arrival.get("campaign") and not arrival.get("ad")


def weeks_with(times: list[int], until: float, of: int) -> int:
    """In how many of the `of` spans of seven days that end with `until` something happened."""
    ages = [until - at for at in times if at <= until]
    return len({max(0, ceil(age / WEEK) - 1) for age in ages if age <= of * WEEK})


def comebacks(times: list[int], silence: float) -> list[int]:
    """When it happened again after such a silence."""
    return [after for before, after in pairwise(times) if after - before >= silence]


def ends_of(steps: list[list[Plain]], gap: float | None) -> list[Plain]:
    """The last events of every way through the steps."""
    ends = steps[0]
    for step in steps[1:]:
        ends = [after for after in step if any(_follows(before, after, gap) for before in ends)]
    return ends


def _follows(before: Plain, after: Plain, gap: float | None) -> bool:
    return bool(after["number"] > before["number"]) and (gap is None or after["at"] - before["at"] <= gap)


def runs_through(steps: list[list[Plain]], gap: float | None) -> int:
    """How often all steps were done, one run ending before the next begins."""
    count, after = 0, -1
    while ends := ends_of([[one for one in step if one["number"] > after] for step in steps], gap):
        count, after = count + 1, min(end["number"] for end in ends)
    return count


def latest_pass(all_events: list[Plain], steps: list[list[Plain]]) -> list[int]:
    """When each step of the latest pass through a funnel last was."""
    numbers = [{one["number"] for one in step} for step in steps]
    far: dict[int, int] = {}
    for one in all_events:
        fitting = [step for step, found in enumerate(numbers) if one["number"] in found]
        if len(far) == len(steps) and 0 in fitting and len(steps) - 1 not in fitting:
            far = {0: one["at"]}
            continue
        fitting = [step for step in fitting if step <= len(far)]
        if fitting and (len(far) < len(steps) or fitting[-1] == len(steps) - 1):
            far[fitting[-1]] = one["at"]
    return [far[step] for step in range(len(far))]
