"""Rules, templates, the database of places, and folders that are written to."""

import os
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from floorwalker.asgi.places import open_places
from floorwalker.asgi.rules.rule_checks import content_checks
from floorwalker.cli.diagnosis.finding import Finding, fine, look, wrong
from floorwalker.cli.reports.paper import counted
from floorwalker.errors import ConfigurationError, FloorwalkerError
from floorwalker.html.blocks import BlockRenderer, template_sources
from floorwalker.rulefile import Severity, read, read_files

_RULES: Final = "rules"
_PLACES: Final = "places"
_FOLDERS: Final = "folders"
OLD_DAYS: Final = 60  # MaxMind makes a new database twice a week
_LEAST_FREE_BYTES: Final = 1 << 30
_DAY_S: Final = 86_400


def rule_findings(rules: Path, templates: Path) -> Iterator[Finding]:
    """What `floorwalker check` says of the folder, in a word."""
    again = f"`floorwalker check {rules} --templates {templates}` says where, and what to write."
    try:
        files = read_files(rules, templates if templates.is_dir() else None)
        renderer = BlockRenderer(template_sources(files.templates or {}))
        ruleset, problems = read(files.rules, files.templates, checks=content_checks(renderer, now=time.time()))
    except FloorwalkerError as failure:
        yield wrong(_RULES, str(failure), "The site does not start without its rules.", "Name the folder: --rules.")
        return
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if ruleset is None:
        why = "A site that runs keeps the rules before; one that starts does not start."
        yield wrong(_RULES, f"The rules in {rules} have {counted(errors, 'error')}.", why, again)
        return
    if problems:
        what = f"The rules in {rules} are readable, with {counted(len(problems), 'warning')}."
        yield look(_RULES, what, "Something in them cannot do what it seems to.", again)
        return
    if not (ruleset.segments or ruleset.slots):
        yield look(
            _RULES, f"{rules} holds no rules.", "Every page stays as the app makes it.", "See `floorwalker new`."
        )
        return
    held = f"{counted(len(ruleset.segments), 'segment')}, {counted(len(ruleset.slots), 'slot')}"
    yield fine(_RULES, f"The rules in {rules} have no problems: {held}.")


def place_findings(places: Path | None, *, now: float) -> Iterator[Finding]:
    """now: seconds since 1970."""
    if places is None:
        return
    try:
        open_places(places)
    except ConfigurationError as failure:
        yield wrong(_PLACES, f"{failure}.", "The site does not start with it.", "Correct places, or leave it unset.")
        return
    days = int((now - places.stat().st_mtime) // _DAY_S)
    if days > OLD_DAYS:
        why = "Addresses change hands: more and more visitors are placed where they are not."
        yield look(_PLACES, f"The database of places is {days} days old.", why, "Download a new one every month.")
    else:
        yield fine(_PLACES, f"The database of places is {counted(days, 'day')} old.")


def folder_findings(folder: Path, name: str) -> Iterator[Finding]:
    """A folder that the site writes to. name: the setting that names it."""
    there = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        what = f"This user cannot write to {folder} ({name})."
        yield wrong(_FOLDERS, what, "What belongs there is lost.", f"Give it to the user of the site: chown … {there}")
        return
    if folder.exists() and stat.S_IMODE(folder.stat().st_mode) & 0o077:
        why = "What visitors did lies in it."
        yield wrong(_FOLDERS, f"Others on this machine can look into {folder} ({name}).", why, f"chmod 700 {folder}")
    free = shutil.disk_usage(there).free
    if free < _LEAST_FREE_BYTES:
        why = "On a full disk nothing more is written."
        yield look(_FOLDERS, f"{free >> 20:,} MB are free for {folder} ({name}).", why, "Make room, or move it.")
    else:
        yield fine(_FOLDERS, f"{folder} ({name}) can be written, with {free >> 30:,} GB free.")
