"""A shop's counter: its rules, its store, and the command `floorwalker visitor` on both."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from floorwalker.cli import main
from floorwalker.core.advance import Corridor
from floorwalker.core.memory.profile import Profile
from floorwalker.rulefile import read
from floorwalker.store import Store, open_store

T = TypeVar("T")
RULES = """
site: {timezone: Europe/Berlin, currency: EUR}
segments:
  lately-bought: {when: {spent: {at_least: 10, within: 1 year}}}
  bags-in-june: {when: {did: {event: Product Viewed, where: {category: bags}}}}
  on-a-phone: {when: {device: mobile}}
"""


class Shop:
    """What the commands are told, and what the store holds then."""

    def __init__(self, folder: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.url = folder, url
        self._capsys = capsys
        (folder / "rules").mkdir(exist_ok=True)
        (folder / "rules" / "rules.yaml").write_text(RULES)

    def say(self, what: str, *arguments: object) -> tuple[int, str, str]:
        """The exit status, and what was printed."""
        self._capsys.readouterr()
        options = ["--rules", str(self.folder / "rules"), "--store", self.url]
        status = main(["visitor", what, *map(str, arguments), *options])
        printed = self._capsys.readouterr()
        return status, printed.out, printed.err

    def told(self, what: str, *arguments: object, status: int = 0) -> Any:
        """What is printed as JSON."""
        found, out, err = self.say(what, *arguments, "--json")
        assert found == status, err
        return json.loads(out)

    def rewritten(self, *options: str) -> tuple[int, dict[str, int]]:
        """`visitor rewrite`: its exit status, and what it did."""
        self._capsys.readouterr()
        status = main(["visitor", "rewrite", "--store", self.url, "--json", *options])
        told = json.loads(self._capsys.readouterr().out)
        return status, {name: told[name] for name in ("renewed", "locked")}

    def file(self, name: str, *lines: str) -> Path:
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def stored(self, ask: Callable[[Store], Awaitable[T]]) -> T:
        """What the store answers."""

        async def asked() -> T:
            store = open_store(self.url)
            try:
                await store.ping()
                return await ask(store)
            finally:
                await store.close()

        return asyncio.run(asked())

    def profile(self, user: str) -> Profile | None:
        async def load(store: Store) -> Profile | None:
            return (await store.load(await store.person(user))).profile

        return self.stored(load)

    def profiles(self) -> dict[str, Profile]:
        """All there are, by the site's own ids."""

        async def every(store: Store) -> dict[str, Profile]:
            return {one.profile.user: one.profile async for one in store.profiles() if one.profile is not None}

        return self.stored(every)


def corridor() -> Corridor:
    ruleset, problems = read({"rules.yaml": RULES.encode()})
    assert ruleset is not None, problems
    return Corridor(ruleset)
