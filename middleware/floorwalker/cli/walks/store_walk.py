"""Walking over every profile of a store, with a count of them on the terminal."""

from collections.abc import AsyncIterator

from msgspec import Struct
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from floorwalker.asgi.keeping.population import read_priors
from floorwalker.asgi.rules.rulebook import Rulebook
from floorwalker.cli.walks.shelf import PATIENT, open_existing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.priors import Priors
from floorwalker.store import Survey


class Walk(Struct):
    """What a walk over a store met. survey: see there. unconfirmed: visitors whose cookie never came back, left out."""

    survey: Survey
    unconfirmed: int = 0

    def as_json(self) -> dict[str, int]:
        """The published shape: what was passed by, and why."""
        survey = self.survey
        return {
            "unconfirmed": self.unconfirmed,
            "moved": survey.moved,
            "erased": survey.erased,
            "too_new": survey.too_new,
            "unreadable": survey.unreadable,
        }

    def told(self) -> str:
        """The same in words; empty where everybody was counted."""
        words = {
            "unconfirmed": "whose cookie never came back",
            "too_new": "written by a newer release",
            "unreadable": "unreadable",
        }
        found = self.as_json()
        return ", ".join(f"{found[name]:,} {told}" for name, told in words.items() if found[name])


async def each_profile(address: str, walk: Walk) -> AsyncIterator[Profile]:
    """Every confirmed visitor's profile, one at a time. Raises StoreUnavailable, StoreAddressError."""
    store = open_existing(address, settings=PATIENT)
    try:
        await store.ping()
        with _progress() as progress:
            task = progress.add_task("", read=0)
            async for loaded in store.profiles(walk.survey):
                if walk.survey.live % 500 == 0:
                    progress.update(task, read=walk.survey.live)
                if loaded.confirmed and loaded.profile is not None:
                    yield loaded.profile
                else:
                    walk.unconfirmed += 1
    finally:
        await store.close()


async def stored_priors(address: str, rulebook: Rulebook, *, now: float) -> Priors:
    """What the store knows of everybody. Raises StoreUnavailable, StoreAddressError."""
    store = open_existing(address)
    try:
        return await read_priors(store, rulebook.corridor.named_topics, now=now)
    finally:
        await store.close()


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.fields[read]:>10,} profiles"))
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
