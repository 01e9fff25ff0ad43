"""What an export wrote, as a person reads it."""

from collections.abc import Iterator
from pathlib import Path

from floorwalker.cli.reports.paper import counted
from floorwalker.export.events import Exported
from floorwalker.export.profiles import Taken


def events_report(exported: Exported, folder: Path) -> Iterator[str]:
    """The lines to print."""
    if not exported.rows:
        yield f"Nothing new since the last run; {folder} is as it was."
    else:
        days, files = counted(exported.days, "day"), counted(exported.files, "file")
        yield f"{folder}: {counted(exported.rows, 'event')} of {days} in {files}"
    if exported.unreadable:
        yield f"{exported.unreadable:,} entries cannot be read by this release, and are left out."


def profiles_report(taken: Taken, folder: Path) -> Iterator[str]:
    """The lines to print."""
    yield f"{folder / taken.folder}: {counted(taken.rows, 'visitor')}"
    if taken.withheld:
        yield f"{taken.withheld:,} do not allow that they are counted, and are left out."
    if taken.unconfirmed:
        yield f"{taken.unconfirmed:,} have never sent their cookie back, and are left out."
    if taken.removed:
        yield f"Removed: {taken.removed:,} of earlier times."
