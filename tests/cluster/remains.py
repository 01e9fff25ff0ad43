"""What a server that died had written, read by another that is given its files."""

import shutil
from pathlib import Path

from floorwalker import open_store
from tests.cluster.nodes import Node
from tests.faults.audit import names_in


async def remains_of(folders: list[Path], product: str) -> set[str]:
    """The names of events and orders in what servers left behind."""
    names: set[str] = set()
    for folder in folders:
        node = Node(product)
        shutil.copytree(folder / "appendonlydir", node.folder / "appendonlydir")
        node.start()
        store = open_store(f"redis://{node.address}")
        async for one in store.profiles():
            if one.profile is not None:
                names.update(names_in(one.profile))
        await store.close()
        node.close()
    return names
