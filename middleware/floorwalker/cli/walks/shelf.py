"""The versions of the rules that a store keeps, as commands look them up."""

import os
import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct

from floorwalker.errors import ConfigurationError
from floorwalker.rulefile import read
from floorwalker.store import KeptRules, Publication, Store, StoreSettings, open_store
from floorwalker.store.link.address import EmbeddedAddress, read_address

DEFAULT_STORE = "embedded:var/floorwalker"
DATA_KEYS = "FLOORWALKER_DATA_KEYS"
PATIENT = StoreSettings(reply_timeout_s=30.0)
"""For what walks over all of a store: while it works on what it read, replies wait."""
_VERSION = re.compile(r"[0-9a-f]{4,16}")
_DAYS = {"today": 0, "yesterday": -1}


class Shelf(Struct, frozen=True):
    """What is known of the versions, the newest publication first. zone: the site's."""

    publications: tuple[Publication, ...]
    zone: tzinfo

    @property
    def in_force(self) -> Publication | None:
        """What came into force last."""
        return next((one for one in self.publications if not one.aside), None)

    def named(self, name: str) -> Publication:
        """The newest publication of a version, by its first digits. Raises ConfigurationError."""
        found = [one for one in self.publications if one.version.startswith(name)]
        versions = sorted({one.version for one in found})
        if not _VERSION.fullmatch(name) or not versions:
            raise ConfigurationError(
                f"the store knows no version {name}; `floorwalker rules history` lists them, four digits are enough"
            )
        if len(versions) > 1:
            raise ConfigurationError(f"{name} may be {' or '.join(versions)}; write more of it")
        return found[0]

    def at(self, moment: str, *, now: float) -> Publication:
        """What was in force then: a day means its end. Raises ConfigurationError."""
        before, last = self._instant(moment, now)
        found = [one for one in self.publications if not one.aside and (one.at < before or (last and one.at == before))]
        if not found:
            began = self.publications[-1].at if self.publications else None
            known = f"; the history begins at {shown_at(began, self.zone)}" if began is not None else ""
            raise ConfigurationError(f"nothing is known of {moment}{known}")
        return found[0]

    def before(self, version: str) -> Publication:
        """The version before this one, or what is in force where this one never was. Raises ConfigurationError."""
        found = next((one for one in self.publications if not one.aside and one.version != version), None)
        if found is None:
            raise ConfigurationError("there is no version before this one; `floorwalker rules history` lists them")
        return found

    def _instant(self, moment: str, now: float) -> tuple[float, bool]:
        """Seconds since 1970, and whether what came into force at that very instant counts."""
        today = datetime.fromtimestamp(now, self.zone).date()
        try:
            if moment in _DAYS or len(moment) <= len("2026-11-21"):
                days = _DAYS.get(moment)
                day = today + timedelta(days=days) if days is not None else datetime.fromisoformat(moment).date()
                return datetime.combine(day + timedelta(days=1), time(), self.zone).timestamp(), False
            given = datetime.fromisoformat(moment)
            return (given if given.tzinfo else given.replace(tzinfo=self.zone)).timestamp(), True
        except (ValueError, OverflowError) as error:
            raise ConfigurationError(f"{moment} is no time; write 2026-11-21, 2026-11-21T18:00 or yesterday") from error


async def open_shelf(store: Store) -> Shelf:
    """The history, and the site's zone as the rules in force say it."""
    publications = tuple(await store.rules_history())
    latest = next((one for one in publications if one.kept and not one.aside), None)
    kept = await store.rules(latest.version) if latest is not None else None
    return Shelf(publications, _zone(kept))


async def take(store: Store, publication: Publication) -> KeptRules:
    """The files of a publication's version. Raises ConfigurationError where they are not kept."""
    kept = await store.rules(publication.version)
    if kept is None:
        raise ConfigurationError(
            f"the store knows when {publication.version} was in force, but does not keep its files: it keeps those of "
            "the latest versions, and none that are very large"
        )
    return kept


def open_existing(address: str, *, settings: StoreSettings | None = None) -> Store:
    """The store at an address; none is made for the asking."""
    read_to = read_address(address)
    if isinstance(read_to, EmbeddedAddress) and not Path(read_to.folder).is_dir():
        raise ConfigurationError(
            f"there is no store in {read_to.folder}; run this where the site runs, or say --store with its address"
        )
    return open_store(address, settings=settings, data_keys=data_keys_of(os.environ))


def data_keys_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The data keys of the environment, the newest first."""
    return tuple([key.strip() for key in environ.get(DATA_KEYS, "").split(",") if key.strip()])


def shown_at(at: float, zone: tzinfo) -> str:
    """A moment, in the site's zone."""
    return f"{datetime.fromtimestamp(at, zone):%a %Y-%m-%d %H:%M:%S}"


def files_of(kept: KeptRules) -> dict[str, bytes]:
    """Its files by a name that tells rules from templates."""
    rules = {f"rules/{name}": content for name, content in kept.rules.items()}
    return rules | {f"templates/{name}": content for name, content in kept.templates.items()}


def _zone(kept: KeptRules | None) -> tzinfo:
    ruleset = None if kept is None else read(kept.rules, kept.templates)[0]
    return ZoneInfo(ruleset.site.timezone if ruleset is not None else "UTC")
