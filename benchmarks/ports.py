"""Ports for servers of tests and benchmarks."""

import random
import socket
from itertools import cycle

_NEVER_TAKEN_BY_CLIENTS = range(10_000, 32_768)  # below those that Linux gives to whoever connects
_ports = cycle(random.SystemRandom().sample(_NEVER_TAKEN_BY_CLIENTS, len(_NEVER_TAKEN_BY_CLIENTS)))


def free_port() -> int:
    """A port of the loopback interface on which nobody listens now, given out once: nobody takes it before the server
    that it is for does."""
    return next(port for port in _ports if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
