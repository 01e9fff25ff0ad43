"""One server that a site uses, and that is given a replica meanwhile: the second step on the way to a cluster."""

from pathlib import Path

from tests.cluster.nodes import Node, until


class Alone:
    """A server by itself; `follow` gives it a replica."""

    def __init__(self, product: str) -> None:
        self.product = product
        self.server, self.replica = Node(product), Node(product)
        self.remains: list[Path] = []
        self.stays = True

    @property
    def url(self) -> str:
        return f"redis://{self.server.address}"

    def start(self) -> None:
        self.server.start()

    def follow(self) -> None:
        """A fresh node becomes the replica, until it has all that the server has."""
        self.replica.start()
        self.replica.tell("REPLICAOF", "127.0.0.1", self.server.port)
        until(lambda: self.replica.asked("replication")["master_link_status"] == "up")

    def is_followed(self) -> bool:
        """Whether the replica has heard of all that was written so far."""
        return bool(self.server.tell("WAIT", 1, 1000))

    def close(self) -> None:
        self.server.close()
        self.replica.close()
