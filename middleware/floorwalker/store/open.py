"""From a store address to a store."""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import assert_never

from floorwalker.store.bundled.embedded import EmbeddedServer
from floorwalker.store.commits.deferred import Resume
from floorwalker.store.disk import open_spool
from floorwalker.store.link.address import (
    Address,
    Credentials,
    EmbeddedAddress,
    GroupAddress,
    HostPort,
    ServerAddress,
    read_address,
)
from floorwalker.store.link.cluster import ClusterLink
from floorwalker.store.link.copies import Copies, CopyingLink
from floorwalker.store.link.dial import EmbeddedDial, SentinelDial, server_dial
from floorwalker.store.link.pipe import Dial, Link, Pipe
from floorwalker.store.records.keyring import NO_KEYS, Keyring
from floorwalker.store.settings import StoreSettings
from floorwalker.store.store import Store

PARTITIONS_EMBEDDED = 64
PARTITIONS = 1024
PLACE_CHARACTERS = 16


def open_store(
    url: str,
    *,
    settings: StoreSettings | None = None,
    clock: Callable[[], float] = time.time,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    resume: Resume | None = None,
    data_keys: Sequence[str] = (),
    spool: Path | None = None,
) -> Store:
    """The store at an address (the forms: `address.FORMS`); nothing is sent yet, so a store that is away is no error.

    resume: makes a step of a raw event that an older release put aside. data_keys: seal what is personal, the newest
    first; see `Keyring`. spool: a folder in which steps are written down that wait for a store that is away. Raises
    StoreAddressError, or ConfigurationError where the embedded server cannot run on this machine or a data key cannot
    be used.
    """
    settings = settings or StoreSettings()
    address = read_address(url)
    keyring = Keyring(data_keys, random_bytes) if data_keys else NO_KEYS
    disk = None
    if spool is not None:
        place = place_of(address)
        disk = open_spool(spool, settings, place=place, clock=clock, random_bytes=random_bytes, keyring=keyring)
    copies = copies_of(address, settings)
    return Store(
        open_link(address, settings, copies),
        namespace=address.namespace,
        partitions=PARTITIONS_EMBEDDED if isinstance(address, EmbeddedAddress) else PARTITIONS,
        settings=settings,
        clock=clock,
        random_bytes=random_bytes,
        resume=resume,
        keyring=keyring,
        spool=disk,
        copies=copies,
    )


def place_of(address: Address) -> str:
    """A store's address as a mark on what waits for it: of no use to whoever reads it, and without who we are there."""
    if isinstance(address, EmbeddedAddress):
        told = repr(replace(address, folder=address.folder.absolute()))
    else:
        told = repr(replace(address, credentials=Credentials(), tls=None))
    return sha256(f"place {told}".encode()).hexdigest()[:PLACE_CHARACTERS]


def copies_of(address: Address, settings: StoreSettings) -> Copies:
    """What an address says of replicas."""
    wanted = 0 if isinstance(address, EmbeddedAddress) else address.replicas
    return Copies(wanted, settings.replicas_within_s)


def open_link(address: Address, settings: StoreSettings, copies: Copies | None = None) -> Link:
    """The way to the server that an address names. copies: how commits come to replicas."""
    timeout_s, copies = settings.connect_timeout_s, copies or Copies()
    match address:
        case EmbeddedAddress(folder=folder):
            return _pipe(EmbeddedDial(EmbeddedServer(folder), timeout_s=timeout_s), settings)
        case ServerAddress():
            return _copying(lambda: server_dial(address, timeout_s=timeout_s), settings, copies)
        case GroupAddress(kind="sentinel"):
            return _copying(lambda: SentinelDial(address, timeout_s=timeout_s), settings, copies)
        case GroupAddress():
            return _cluster(address, settings, copies)
        case other:
            assert_never(other)


def _cluster(address: GroupAddress, settings: StoreSettings, copies: Copies) -> ClusterLink:
    def one_server(host: HostPort) -> Link:
        one = ServerAddress(host=host, credentials=address.credentials, tls=address.tls)
        return _copying(lambda: server_dial(one, timeout_s=settings.connect_timeout_s), settings, copies)

    return ClusterLink(address.hosts, one_server, learn_every_s=settings.redial_after_s)


def _copying(dial: Callable[[], Dial], settings: StoreSettings, copies: Copies) -> Link:
    """With a second connection where commits wait for replicas."""
    reads = _pipe(dial(), settings)
    return CopyingLink(reads, _pipe(dial(), settings), copies) if copies.wanted else reads


def _pipe(dial: Dial, settings: StoreSettings) -> Pipe:
    return Pipe(
        dial,
        reply_timeout_s=settings.reply_timeout_s,
        commands_in_flight=settings.commands_in_flight,
        redial_after_s=settings.redial_after_s,
    )
