"""What visitors weigh is what the server takes with them beyond what it took without."""

from pathlib import Path

from benchmarks.million.server import Server
from floorwalker.store.bundled.embedded import EmbeddedServer


def test_what_was_there_before_does_not_make_lighter_what_comes_after(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path / "data") as embedded:
        server = Server(str(embedded.start()))
        with server.alone():
            fill(server, 100_000)
        with server.alone() as before:
            fill(server, 1_000)
            took = server.used_bytes - before
            assert took >= 1_000 * server.key_bytes("key:1")
        embedded.stop()


def fill(server: Server, keys: int) -> None:
    pipe = server.redis.pipeline(transaction=False)
    for number in range(keys):
        pipe.set(f"key:{number}", b"x" * 500)
    pipe.execute()
