"""Settings: keyword arguments, else FLOORWALKER_* environment variables; checked once, at start-up."""

import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

from floorwalker.asgi.permitting.elsewhere import Source, read_sources
from floorwalker.asgi.permitting.options import SIGNALS, read_asking, read_browser_signals, read_policy
from floorwalker.console.passwords import Operator, read_operators
from floorwalker.core.consent import NOBODY_ASKED, Asking
from floorwalker.core.reading.place import TRUSTED_HEADERS
from floorwalker.core.ruleset import Ruleset
from floorwalker.errors import ConfigurationError
from floorwalker.me.colours import read_colour
from floorwalker.me.traits import PERSONAL
from floorwalker.store.link.address import read_address
from floorwalker.store.store import Store

ENVIRONMENT_PREFIX = "FLOORWALKER_"
SHORTEST_KEY = 32
TEMPLATES = Path("templates")
SHORTEST_METRICS_KEY = 16
MAKE_A_KEY = 'python -c "import secrets; print(secrets.token_urlsafe(32))"'

# A Kubernetes service called `floorwalker` puts these names into every container; they are not ours to refuse. Nor
# are the secrets of webhooks, which the relay reads and which stand in one file with the site's settings; nor is
# FLOORWALKER_LOG, which commands read.
_NOT_SETTINGS = re.compile(
    r"(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT|PORT_\d+_(TCP|UDP)\w*|TEST_\w+|REQUIRE_ALL|LOG|DEMO_\w+|WEBHOOK_\w+)\Z"
)


class Options(TypedDict, total=False):
    """The keyword arguments of the middleware; `Settings` says what each one is."""

    rules: str | Path | Ruleset
    templates: str | Path
    reload_s: float
    store: str | Store
    secret_key: str | Sequence[str]
    data_keys: str | Sequence[str]
    spool: str | Path | None
    prefix: str
    budget_ms: float
    exclude: str | Sequence[str]
    places: str | Path | None
    trusted_proxies: str | Sequence[str]
    geo_headers: str
    agents: str
    write_keys: str | Sequence[str]
    public_keys: str | Sequence[str]
    operators: str | Sequence[str] | Mapping[str, str]
    metrics_key: str | Sequence[str]
    metrics_folder: str | Path | None
    preview: bool | str
    consent: str | Mapping[str, str]
    consent_policy: str
    consent_from: str | Sequence[str]
    visitor_limit: int | str
    address_limit: int | str
    browser_signals: str | Sequence[str]
    me: bool | str
    me_name: str
    me_accent: str
    me_template: str
    me_traits: str | Sequence[str]
    script: str
    clock: Callable[[], float]
    random: Callable[[int], bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything that a site owner sets, checked.

    rules, templates: folders; rules may be a loaded Ruleset. reload_s: seconds between two looks for changed files, 0
    is never; a loaded Ruleset is never looked at. store: an address, or an open Store. data_keys: seal what is
    personal in the store, newest first. spool: a folder for what waits while the store is away. secret_keys: newest
    first.
    prefix: of our own endpoints. budget_ms: what we may take on top of the app's own time. exclude: paths that are
    left alone; `/x/` and `/x/**` hold all below. places: a MaxMind-format file. trusted_proxies: addresses or
    networks whose forwarding headers are believed. geo_headers: the CDN whose place headers are believed. agents:
    whether AI agents that act for a person count `as-robots` or `as-visitors`. write_keys,
    public_keys: who may send events. operators: who may look visitors up. metrics_key: who may read the metrics;
    metrics_folder: where workers of one machine share them. preview: whether signed links show the site
    as somebody made up. consent: whom the site asks; consent_policy: the version of what they agree to; consent_from:
    where else a choice is read; browser_signals: which general refusals of browsers hold. visitor_limit,
    address_limit: how many steps of one visitor are stored in a minute, and how often one address may ask. me: whether
    visitors have a page of their own; me_name, me_accent: what the site is called and coloured there; me_template: what
    is put around it; me_traits: what may be changed there. script: what personal pages get for client.js, `no`, `mark`
    or `insert`. clock: seconds since 1970. random: n random bytes, for visitors' ids.
    """

    secret_keys: tuple[str, ...]
    rules: Path | Ruleset = Path("rules")
    templates: Path = TEMPLATES
    reload_s: float = 1.0
    store: str | Store = "embedded:var/floorwalker"
    data_keys: tuple[str, ...] = ()
    spool: Path | None = None
    prefix: str = "/_floorwalker"
    budget_ms: float = 50.0
    exclude: tuple[str, ...] = ()
    places: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
    geo_headers: str = ""
    agents: str = "as-robots"
    write_keys: tuple[str, ...] = ()
    public_keys: tuple[str, ...] = ()
    operators: tuple[Operator, ...] = ()
    metrics_key: tuple[str, ...] = ()
    metrics_folder: Path | None = None
    preview: bool = True
    consent: Asking = NOBODY_ASKED
    consent_policy: str = ""
    visitor_limit: int = 600
    address_limit: int = 6_000
    consent_from: tuple[Source, ...] = ()
    browser_signals: tuple[str, ...] = SIGNALS
    me: bool = True
    me_name: str = ""
    me_accent: str = ""
    me_template: str = ""
    me_traits: tuple[str, ...] = (PERSONAL,)
    script: str = "no"
    clock: Callable[[], float] = time.time
    random: Callable[[int], bytes] = secrets.token_bytes


def read_settings(options: Mapping[str, Any], environ: Mapping[str, str], *, signs: bool = True) -> Settings:
    """Settings from keyword arguments, and from the environment where an argument is missing.

    `secret_key` in either may be a list, newest first (in the environment: separated by commas). signs: whether
    cookies are signed at all. Raises ConfigurationError with one sentence for an unknown name, a wrong value, or a
    secret key that is missing or short.
    """
    _refuse_unknown(options, "", "setting")
    given = {**_from_environment(environ), **options}
    values: dict[str, Any] = {}
    for name, value in given.items():
        try:
            values["secret_keys" if name == "secret_key" else name] = _READERS[name](value)
        except (ValueError, TypeError) as error:
            raise ConfigurationError(f"The setting {name} cannot be {_shown(name, value)}: {error}.") from error
    if values.get("spool") is not None and isinstance(values.get("store"), Store):
        raise ConfigurationError("The setting spool goes with an address: give it to open_store instead.")
    if signs:
        _check_keys(values.get("secret_keys", ()))
    return Settings(**{"secret_keys": (), **values})


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    found = {
        name.removeprefix(ENVIRONMENT_PREFIX): value
        for name, value in environ.items()
        if name.startswith(ENVIRONMENT_PREFIX) and not _NOT_SETTINGS.match(name.removeprefix(ENVIRONMENT_PREFIX))
    }
    lowered = {name.lower(): value for name, value in found.items()}
    _refuse_unknown(lowered, ENVIRONMENT_PREFIX, "environment variable")
    for name in ("clock", "random"):
        if name in lowered:
            raise ConfigurationError(f"{ENVIRONMENT_PREFIX}{name.upper()} is not read: pass {name} as an argument.")
    return lowered


def _refuse_unknown(names: Mapping[str, Any], prefix: str, what: str) -> None:
    for name in names:
        if name in _READERS:
            continue
        near = get_close_matches(name, _READERS, 1)
        nearest = f"; the nearest is {_written(near[0], prefix)}" if near else ""
        raise ConfigurationError(f"There is no {what} {_written(name, prefix)}{nearest}.")


def _written(name: str, prefix: str) -> str:
    return f"{prefix}{name.upper()}" if prefix else name


def _check_keys(keys: tuple[str, ...]) -> None:
    how = f"make one with `{MAKE_A_KEY}` and set it as secret_key or {ENVIRONMENT_PREFIX}SECRET_KEY"
    if not keys:
        raise ConfigurationError(f"A secret key is missing, which signs the visitors' cookie: {how}.")
    for key in keys:
        if len(key) < SHORTEST_KEY:
            raise ConfigurationError(f"A secret key has {len(key)} characters, it needs {SHORTEST_KEY}: {how}.")


def _shown(name: str, value: object) -> str:
    return "that" if name.endswith(("_key", "_keys", "store", "operators")) else repr(value)[:80]


def _texts(value: str | Sequence[str]) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    if not all(isinstance(part, str) for part in parts):
        raise TypeError("it holds something that is no text")
    return tuple(part.strip() for part in parts if part.strip())


def _paths(value: str | Sequence[str]) -> tuple[str, ...]:
    paths = _texts(value)
    for path in paths:
        if not path.startswith("/"):
            bare = path.strip("/*") or "admin"
            raise ValueError(f"paths begin with /, as in /{bare}/**, which is /{bare} and all below")
    return paths


def _folder(value: str | Path) -> Path:
    if not str(value).strip():
        raise ValueError("it is empty")
    return Path(value)


def _optional_file(value: str | Path | None) -> Path | None:
    return Path(value) if value is not None and str(value).strip() else None


def _metrics_keys(value: str | Sequence[str]) -> tuple[str, ...]:
    keys = _texts(value)
    if any(len(key) < SHORTEST_METRICS_KEY or not key.isascii() or not key.isprintable() for key in keys):
        raise ValueError(f"a key has at least {SHORTEST_METRICS_KEY} plain characters")
    return keys


def _rules(value: str | Path | Ruleset) -> Path | Ruleset:
    return value if isinstance(value, Ruleset) else _folder(value)


def _store(value: str | Store) -> str | Store:
    if isinstance(value, str):
        read_address(value)
    elif not isinstance(value, Store):
        raise TypeError("it is no address, and no open Store")
    return value


def _budget(value: float | str) -> float:
    budget = float(value)
    if not 0 < budget <= 60_000:
        raise ValueError("it is a number of milliseconds above 0, up to 60000")
    return budget


def _seconds(value: float | str) -> float:
    seconds = float(value)
    if seconds != 0 and not 0.01 <= seconds <= 3600:
        raise ValueError("it is a number of seconds from 0.01 to 3600, or 0 for never")
    return seconds


def _many_a_minute(value: int | str) -> int:
    many = int(value)
    if not (many == 0 or 10 <= many <= 10_000_000):
        raise ValueError("it is a number a minute of 10 and more, or 0 for no limit")
    return many


def _prefix(value: str) -> str:
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", value):
        raise ValueError("it begins with / and does not end with it, as in /_floorwalker")
    return value


def _text(value: str) -> str:
    if not isinstance(value, str):
        raise TypeError("it is no text")
    return value.strip()


def _geo_headers(value: str) -> str:
    network = _text(value)
    if network and network not in TRUSTED_HEADERS:
        raise ValueError(f"it is one of {', '.join(TRUSTED_HEADERS)}")
    return network


def _yes_or_no(value: bool | str) -> bool:
    if isinstance(value, bool):
        return value
    if value.strip().lower() not in _YES + _NO:
        raise ValueError("it is yes or no")
    return value.strip().lower() in _YES


def _colour(value: str) -> str:
    return read_colour(value.strip()) if _text(value) else ""


def _one_of(words: Sequence[str], value: str) -> str:
    if _text(value) not in words:
        raise ValueError(f"it is one of {', '.join(words)}")
    return value.strip()


def _callable(value: Any) -> Any:
    if not callable(value):
        raise TypeError("it cannot be called")
    return value


AGENTS = ("as-robots", "as-visitors")  # what AI agents count as that act for a person
SCRIPT = ("no", "mark", "insert")  # blocks bear their names, and personal pages bring the script themselves
_YES = ("yes", "true", "on", "1")
_NO = ("no", "false", "off", "0")
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "rules": _rules,
    "templates": _folder,
    "reload_s": _seconds,
    "store": _store,
    "secret_key": _texts,
    "data_keys": _texts,
    "spool": _optional_file,
    "prefix": _prefix,
    "budget_ms": _budget,
    "exclude": _paths,
    "places": _optional_file,
    "trusted_proxies": _texts,
    "geo_headers": _geo_headers,
    "agents": partial(_one_of, AGENTS),
    "write_keys": _texts,
    "public_keys": _texts,
    "operators": read_operators,
    "metrics_key": _metrics_keys,
    "metrics_folder": _optional_file,
    "preview": _yes_or_no,
    "consent": read_asking,
    "consent_policy": read_policy,
    "visitor_limit": _many_a_minute,
    "address_limit": _many_a_minute,
    "consent_from": read_sources,
    "browser_signals": read_browser_signals,
    "me": _yes_or_no,
    "me_name": _text,
    "me_accent": _colour,
    "me_template": _text,
    "me_traits": _texts,
    "script": partial(_one_of, SCRIPT),
    "clock": _callable,
    "random": _callable,
}
