"""Store addresses: one line of text that says which server keeps the profiles, and whose keys are meant."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from floorwalker.errors import StoreAddressError

FORMS = (
    "embedded:FOLDER, redis://HOST[:PORT][/DB], rediss://… (TLS), unix:///PATH/TO/SOCKET, "
    "redis+sentinel://HOST[,HOST…]/SERVICE[/DB] or redis+cluster://HOST[,HOST…], "
    "each with ?namespace=NAME where two sites share one; all but the first with ?replicas=NUMBER, "
    "which are to have what is committed; with sentinels ?sentinel_username=… and "
    "?sentinel_password=… where they ask for them, and ?sentinel_tls=no where only the servers speak TLS"
)
REDIS_PORT = 6379
SENTINEL_PORT = 26379
_NAMESPACE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MOST_REPLICAS = 9
_SENTINEL_OPTIONS = ("sentinel_username", "sentinel_password", "sentinel_tls")
_HARMLESS = "namespace|replicas|db"
_TLS_OPTIONS = frozenset({"ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_cert_reqs", "ssl_check_hostname"})

HostPort = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Who we are to the server; neither part is ever shown."""

    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class EmbeddedAddress:
    """The bundled server, its data in `folder`."""

    folder: Path
    namespace: str = ""


@dataclass(frozen=True, kw_only=True)
class ServerAddress:
    """One Redis or Valkey server: over TCP, over TLS, or over a Unix socket (`socket` set, `host` None).

    replicas: so many are to have what is committed before it counts as stored.
    """

    host: HostPort | None = None
    socket: str | None = None
    db: int = 0
    credentials: Credentials = Credentials()
    tls: dict[str, str] | None = None
    namespace: str = ""
    replicas: int = field(default=0, repr=False)


@dataclass(frozen=True, kw_only=True)
class GroupAddress:
    """Several hosts that tell where the data is: sentinels of one service, or nodes of one cluster.

    replicas: as of a server. sentinel_credentials: who we are to sentinels, which have users of their own.
    sentinel_tls: whether they speak TLS where the servers do.
    """

    kind: Literal["sentinel", "cluster"]
    hosts: tuple[HostPort, ...]
    service: str = ""
    db: int = 0
    credentials: Credentials = Credentials()
    tls: dict[str, str] | None = None
    namespace: str = ""
    replicas: int = field(default=0, repr=False)
    sentinel_credentials: Credentials = field(default=Credentials(), repr=False)
    sentinel_tls: bool = field(default=True, repr=False)


Address = EmbeddedAddress | ServerAddress | GroupAddress


def read_address(text: str) -> Address:
    """What a store address names. Raises StoreAddressError, in one sentence that never shows a password."""
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise _unreadable(text, str(error)) from error
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    namespace = options.pop("namespace", "")
    if namespace and not _NAMESPACE.fullmatch(namespace):
        raise _unreadable(text, "a namespace is up to 64 letters, digits, dots, dashes and underscores")
    try:
        return _by_scheme(parts, options, namespace)
    except ValueError as error:
        raise _unreadable(text, str(error)) from error


def _by_scheme(parts: SplitResult, options: dict[str, str], namespace: str) -> Address:
    replicas = 0 if parts.scheme == "embedded" else _replicas(options.pop("replicas", "0"))
    match parts.scheme:
        case "embedded":
            return _embedded(parts, options, namespace)
        case "redis" | "rediss" | "unix":
            return replace(_server(parts, options, namespace), replicas=replicas)
        case "redis+sentinel" | "rediss+sentinel":
            return replace(_sentinel(parts, options, namespace), replicas=replicas)
        case "redis+cluster" | "rediss+cluster":
            return replace(_cluster(parts, options, namespace), replicas=replicas)
        case "":
            raise ValueError("it names no kind of store")
        case other:
            raise ValueError(f"{other}: is no kind of store")


def _embedded(parts: SplitResult, options: dict[str, str], namespace: str) -> EmbeddedAddress:
    _refuse_others(options, frozenset())
    if parts.netloc or not parts.path:
        raise ValueError("embedded: is followed by a folder, as in embedded:var/floorwalker")
    return EmbeddedAddress(folder=Path(unquote(parts.path)), namespace=namespace)


def _server(parts: SplitResult, options: dict[str, str], namespace: str) -> ServerAddress:
    if parts.scheme == "unix":
        _refuse_others(options, frozenset({"db"}))
        if parts.netloc.rpartition("@")[2] or not parts.path.startswith("/"):
            raise ValueError("unix: is followed by an absolute path, as in unix:///run/redis.sock")
        db = _database(options.get("db", ""))
        return ServerAddress(socket=unquote(parts.path), db=db, credentials=_credentials(parts), namespace=namespace)
    tls = _tls(parts, options)
    hosts = _hosts(parts, REDIS_PORT)
    if len(hosts) != 1:
        raise ValueError("it names more than one host")
    db = _database(parts.path.removeprefix("/"))
    return ServerAddress(host=hosts[0], db=db, credentials=_credentials(parts), tls=tls, namespace=namespace)


def _sentinel(parts: SplitResult, options: dict[str, str], namespace: str) -> GroupAddress:
    username, password, speaks_tls = (options.pop(name, "") for name in _SENTINEL_OPTIONS)
    tls = _tls(parts, options)
    if speaks_tls not in ("", "yes", "no") or (speaks_tls == "yes" and tls is None):
        raise ValueError("sentinel_tls is yes or no, and yes only with rediss")
    service, _, db = parts.path.removeprefix("/").partition("/")
    if not service:
        raise ValueError("it names no service after the sentinels")
    return GroupAddress(
        kind="sentinel",
        hosts=_hosts(parts, SENTINEL_PORT),
        service=unquote(service),
        db=_database(db),
        credentials=_credentials(parts),
        tls=tls,
        namespace=namespace,
        sentinel_credentials=Credentials(username=username or None, password=password or None),
        sentinel_tls=speaks_tls != "no",
    )


def _cluster(parts: SplitResult, options: dict[str, str], namespace: str) -> GroupAddress:
    tls = _tls(parts, options)
    if parts.path.strip("/"):
        raise ValueError("a cluster has no numbered databases")
    hosts = _hosts(parts, REDIS_PORT)
    return GroupAddress(kind="cluster", hosts=hosts, credentials=_credentials(parts), tls=tls, namespace=namespace)


def _tls(parts: SplitResult, options: dict[str, str]) -> dict[str, str] | None:
    secure = parts.scheme.startswith("rediss")
    _refuse_others(options, _TLS_OPTIONS if secure else frozenset())
    return options if secure else None


def _hosts(parts: SplitResult, default_port: int) -> tuple[HostPort, ...]:
    listed = parts.netloc.rpartition("@")[2]
    return tuple(_host(one, default_port) for one in listed.split(","))


def _host(text: str, default_port: int) -> HostPort:
    one = urlsplit(f"//{text}")
    if not one.hostname or one.path:
        raise ValueError("it names no host")
    return one.hostname, one.port or default_port


def _credentials(parts: SplitResult) -> Credentials:
    user, has_password, password = parts.netloc.rpartition("@")[0].partition(":")
    return Credentials(username=unquote(user) or None, password=unquote(password) if has_password else None)


def _database(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()):
        raise ValueError("the database is a number, as in redis://localhost/0")
    return int(text)


def _replicas(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= _MOST_REPLICAS):
        raise ValueError(f"replicas is a number from 0 to {_MOST_REPLICAS}")
    return int(text)


def _refuse_others(options: dict[str, str], allowed: frozenset[str]) -> None:
    for name in sorted(options.keys() - allowed):
        raise ValueError(f"it knows no option {name!r}")


def _unreadable(text: str, why: str) -> StoreAddressError:
    return StoreAddressError(f"The store address {shown(text)!r} cannot be read ({why}); allowed are {FORMS}.")


def shown(text: str) -> str:
    """The address as it may be shown: without users, passwords and paths of keys, and of bounded length."""
    if "@" in text.partition("?")[2]:  # which of it belongs to a password is not to be told
        return f"{text.partition('//')[0]}//…"[:120]
    masked = re.sub(r"//.*@", "//…@", text)
    return re.sub(rf"(?<=[?&])(?!(?:{_HARMLESS})=)([^=&]*=)[^&]*", r"\1…", masked)[:120]
