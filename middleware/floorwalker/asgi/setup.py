"""What all requests of one middleware share: the settings made ready. It holds no request and no visitor."""

import logging
from collections.abc import Callable

from floorwalker.asgi.cookie import VisitorCookie
from floorwalker.asgi.http.address import Proxies
from floorwalker.asgi.limits import Limits
from floorwalker.asgi.permitting.terms import Terms
from floorwalker.asgi.places import open_places
from floorwalker.asgi.rules.publishing import Publisher
from floorwalker.asgi.rules.rulebook import Rulebook, load_rulebook, rulebook_of
from floorwalker.asgi.settings import TEMPLATES, Settings
from floorwalker.asgi.tallies import Tallies
from floorwalker.errors import ConfigurationError
from floorwalker.rulefile import RuleFiles
from floorwalker.store import open_store

logger = logging.getLogger(__name__)

_PATHS_KNOWN = 4096
_WARNINGS_SAID = 64


class Setup:
    """other_paths: where the latest answer was no page. Raises what its parts raise: ConfigurationError, RuleErrors."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock: Callable[[], float] = settings.clock
        self.budget_s = settings.budget_ms / 1000
        self.cookie = VisitorCookie(settings.secret_keys, random=settings.random)
        self.proxies = Proxies(settings.trusted_proxies)
        self.terms = terms_of(settings)
        self.limits = limits_of(settings, self.proxies)
        self.publisher = publisher_of(settings)
        if settings.templates != TEMPLATES and not settings.templates.is_dir():
            logger.warning("there is no folder of templates at %s", settings.templates)
        self.tallies = Tallies()
        if isinstance(settings.store, str):
            # Sends nothing, and says now whether it can ever be asked.
            open_store(settings.store, data_keys=settings.data_keys)
        elif settings.data_keys and not settings.store.has_data_keys:
            raise ConfigurationError("The store is open already, without data_keys: give them to open_store.")
        self._traces: bool | None = None
        self.other_paths: set[str] = set()
        self._said: set[tuple[object, ...]] = set()

    @property
    def rulebook(self) -> Rulebook:
        """The rules in force; another one a moment later, so whoever serves a page takes it once."""
        return self.publisher.rulebook

    def is_known_as_other(self, path: str) -> bool:
        """Whether the latest answer at this path was no page."""
        return path in self.other_paths

    def learn(self, path: str, *, is_page: bool) -> None:
        """Remember what a path answers with, so that requests for data are left alone and nobody is loaded for them."""
        if is_page:
            self.other_paths.discard(path)
            return
        if path in self.other_paths:
            return
        if len(self.other_paths) >= _PATHS_KNOWN:
            self.other_paths.clear()
        self.other_paths.add(path)

    def traces(self, found: Callable[[], bool]) -> bool:
        """Whether somebody takes spans: looked at once, at the first request, when the app has set up what it wants."""
        if self._traces is None:
            self._traces = found()
        return self._traces

    def say_once(self, warning: str, *values: object) -> None:
        """Log what is true of many responses, the first time. values: for the placeholders in it."""
        said = (warning, *values)
        if said not in self._said and len(self._said) < _WARNINGS_SAID:
            self._said.add(said)
            logger.warning(warning, *values)


def terms_of(settings: Settings) -> Terms:
    """On which terms these settings let anything be kept."""
    return Terms(
        settings.consent,
        policy=settings.consent_policy,
        sources=settings.consent_from,
        signals=settings.browser_signals,
    )


def limits_of(settings: Settings, proxies: Proxies) -> Limits:
    """How much one visitor may have stored, and how often one address may ask."""
    return Limits(
        visitor_limit=settings.visitor_limit,
        address_limit=settings.address_limit,
        proxies=proxies,
        clock=settings.clock,
        random=settings.random,
    )


def publisher_of(settings: Settings) -> Publisher:
    """What puts the rules of these settings in force. Raises what reading them raises."""
    return Publisher(
        _loader(settings),
        rules=settings.rules,
        templates=settings.templates,
        reload_s=settings.reload_s,
        now=settings.clock,
    )


def _loader(settings: Settings) -> Callable[[RuleFiles | None], Rulebook]:
    """Makes a rulebook of files, or of the rules that are no files; the database of places is opened once."""
    places = open_places(settings.places) if settings.places is not None else None
    rules, templates, now, network = settings.rules, settings.templates, settings.clock, settings.geo_headers
    visit = settings.agents == "as-visitors"

    def load(files: RuleFiles | None) -> Rulebook:
        if files is None:
            return load_rulebook(rules, templates, now=now(), places=places, geo_headers=network, agents_visit=visit)
        return rulebook_of(files, now=now(), places=places, geo_headers=network, agents_visit=visit)

    return load
