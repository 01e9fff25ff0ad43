"""Settings that could not serve, or that contradict each other."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from floorwalker.asgi.settings import ENVIRONMENT_PREFIX, MAKE_A_KEY, SHORTEST_KEY, Settings, read_settings
from floorwalker.cli.diagnosis.finding import Finding, fine, look, wrong
from floorwalker.collect.keys import Keyring
from floorwalker.core.conditions.patterns import path_pattern
from floorwalker.errors import ConfigurationError

AREA: Final = "settings"
_KEYS: Final = "keys"
_FEWEST_CHARACTERS: Final = 10  # different ones; a random key of 32 has about 25
_SHORTEST_WRITE_KEY: Final = 16
_LONG_BUDGET_MS: Final = 1000.0
_OUR_WORDS: Final = ("secret", "change", "example", "password", "floorwalker", "test", "demo", "k" * 8)


def read(options: Mapping[str, object], environ: Mapping[str, str]) -> tuple[Settings, list[Finding]]:
    """The settings that can be read, and why the others cannot: those are taken for unset. Raises nothing."""
    found: list[Finding] = []
    named = {name: value for name, value in options.items() if _reads({name: value}, {}, found)}
    told = {name: value for name, value in environ.items() if _reads({}, {name: value}, found)}
    return read_settings(named, told, signs=False), found


def _reads(options: Mapping[str, object], environ: Mapping[str, str], found: list[Finding]) -> bool:
    """Whether one setting can be read; if not, why is found."""
    try:
        read_settings(options, environ, signs=False)
    except ConfigurationError as failure:
        found.append(wrong(AREA, str(failure), "The site does not start with it.", "Correct or remove it."))
        return False
    return True


def setting_findings(settings: Settings) -> Iterator[Finding]:
    """What is wrong with settings that can be read."""
    yield from _secret_keys(settings.secret_keys)
    yield from _data_keys(settings.data_keys)
    yield from _client_keys(settings)
    yield from _contradictions(settings)


def _secret_keys(keys: Sequence[str]) -> Iterator[Finding]:
    remedy = f"Make one with `{MAKE_A_KEY}`, put it first, and keep the old one behind it for some days."
    if not keys:
        what = f"No secret key is set here ({ENVIRONMENT_PREFIX}SECRET_KEY)."
        yield look(_KEYS, what, "The site does not start without one.", "Run this with the site's own environment.")
        return
    weak = [key for key in keys if _is_weak(key)]
    if weak:
        what = f"{'A' if len(keys) == 1 else f'{len(weak)} of {len(keys)}'} secret key can be guessed."
        why = "Whoever guesses it can be any visitor, and open any preview."
        yield wrong(_KEYS, what, why, remedy)
    short = [key for key in keys if len(key) < SHORTEST_KEY]
    if short:
        what = f"A secret key has {len(short[0])} characters; it needs {SHORTEST_KEY}."
        yield wrong(_KEYS, what, "The site does not start with it.", remedy)
    if not weak and not short:
        yield fine(_KEYS, "The secret key is long, and looks random." if len(keys) == 1 else "Secret keys rotate.")


def _data_keys(keys: Sequence[str]) -> Iterator[Finding]:
    if any(_is_weak(key) for key in keys):
        why = "Whoever guesses it reads names, addresses and notes in any copy of the store."
        remedy = f"Make one with `{MAKE_A_KEY}`, put it first, and keep the old one behind it."
        yield wrong(_KEYS, "A data key can be guessed.", why, remedy)


def _is_weak(key: str) -> bool:
    return len(set(key)) < _FEWEST_CHARACTERS or any(word in key.lower() for word in _OUR_WORDS)


def _client_keys(settings: Settings) -> Iterator[Finding]:
    try:
        Keyring(settings.write_keys, settings.public_keys)
    except ConfigurationError as failure:
        yield wrong(_KEYS, str(failure), "The site does not start with it.", "Make another key.")
    kinds = {
        "secret_key": settings.secret_keys,
        "write_keys": settings.write_keys,
        "metrics_key": settings.metrics_key,
        "data_keys": settings.data_keys,
    }
    for (one, keys), (other, others) in combinations(kinds.items(), 2):
        if set(keys) & set(others):
            why = "Who is given it for the one may do the other as well."
            yield wrong(_KEYS, f"One key is in {one} and in {other}.", why, "Make a key of its own for each.")
    if any(len(key) < _SHORTEST_WRITE_KEY for key in settings.write_keys):
        why = "Who guesses it can say anything of any visitor."
        yield wrong(_KEYS, "A write key is shorter than 16 characters.", why, f"Make one with `{MAKE_A_KEY}`.")


def _contradictions(settings: Settings) -> Iterator[Finding]:
    if settings.places is not None and settings.geo_headers:
        why = "The headers win where they say something; the database is read for the rest."
        yield look(AREA, "places and geo_headers are both set.", why, "Keep one, unless that is meant.")
    if settings.consent.by_country and settings.places is None and not settings.geo_headers:
        why = "Without one, nobody's country is known, and everybody is asked as the strictest of them wants it."
        remedy = "Set places or geo_headers."
        yield look(AREA, "consent goes by country, and neither places nor geo_headers is set.", why, remedy)
    if "*" in settings.trusted_proxies:
        why = "Whoever reaches the site past the proxy can pretend to be anywhere, and to speak https."
        yield look(AREA, "trusted_proxies believes whoever connects.", why, "Name the proxy's address or network.")
    if any(path_pattern(path).match("/") and path_pattern(path).match("/any/page") for path in settings.exclude):
        yield look(AREA, "exclude leaves every page alone.", "Nothing is personal, nobody is known.", "Narrow it down.")
    if settings.metrics_folder is not None and not (settings.metrics_key or settings.operators):
        why = "Nobody may read what the workers write there."
        yield look(AREA, "metrics_folder is set, and neither metrics_key nor operators.", why, "Set metrics_key.")
    if settings.budget_ms > _LONG_BUDGET_MS:
        why = "While the store is slow, every page of a known visitor may wait that long."
        yield look(AREA, f"budget_ms is {settings.budget_ms:g}.", why, "50 is the default; take the least that serves.")
