"""What a server had written, read by another that is given its files."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from floorwalker import open_store
from tests.cluster.nodes import Node
from tests.faults.audit import names_in

_MANIFEST = "appendonly.aof.manifest"


async def remains_of(folders: list[Path], product: str) -> set[str]:
    """The names of events and orders in what servers left behind."""
    names: set[str] = set()
    for folder in folders:
        for lines in states(folder / "appendonlydir"):
            names |= await _names_in_files(folder / "appendonlydir", lines, product)
    return names


def states(folder: Path) -> Iterator[list[str]]:
    """The files of what a server had in the end, and of all that it had dropped before: each a base and what was
    appended after it, as lines of a manifest. There, the latest history stands first."""
    lines = (folder / _MANIFEST).read_text().splitlines()
    yield [line for line in lines if not _is_history(line)]
    dropped: list[list[str]] = []
    for line in filter(_is_history, reversed(lines)):
        if ".base." in line:
            dropped.append([f"{line.removesuffix('h')}b"])
        else:
            dropped[-1].append(f"{line.removesuffix('h')}i")
    yield from dropped


def _is_history(line: str) -> bool:
    """As the server marks files that it needs no more."""
    return line.endswith("type h")


async def _names_in_files(folder: Path, lines: list[str], product: str) -> set[str]:
    names: set[str] = set()
    with closing(Node(product)) as node:
        (files := node.folder / "appendonlydir").mkdir()
        for line in lines:
            shutil.copy(folder / line.split()[1], files)
        (files / _MANIFEST).write_text("\n".join([*lines, ""]))
        node.start()
        store = open_store(f"redis://{node.address}")
        async for one in store.profiles():
            if one.profile is not None:
                names.update(names_in(one.profile))
        await store.close()
    return names
