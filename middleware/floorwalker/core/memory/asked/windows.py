"""Windows: when the part of the past begins that a condition asks for."""

from floorwalker.core.calendar import Calendar
from floorwalker.core.conditions.model import Window
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.visits import is_running


def beginning(window: Window, profile: Profile, at: int, calendar: Calendar) -> float:
    """When the window that ends at `at` begins, in seconds since 1970; what happened at that second is in it."""
    match window.kind:
        case "seconds":
            return at - window.seconds
        case "visit":
            visit = profile.visit
            return visit.started if visit and is_running(profile, at) else at + 1
        case "today":
            return calendar.day_begins(calendar.day(at))
        case "week":
            return calendar.day_begins(calendar.week_begins(calendar.day(at)))
        case "month":
            return calendar.day_begins(calendar.month_begins(calendar.month(calendar.day(at))))
        case _:
            return 0
