"""The rules as they are served: one Ruleset with its corridor, its blocks compiled, its slots by page."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from pathlib import Path
from typing import Any

from msgspec import Struct

from floorwalker.asgi.rules.rule_checks import content_checks
from floorwalker.core.advance import Corridor
from floorwalker.core.deciding.menu import menus_of
from floorwalker.core.evaluation.plan import Plan
from floorwalker.core.priors import Priors
from floorwalker.core.reading.place import Places
from floorwalker.core.reading.reader import SignalReader
from floorwalker.core.ruleset import Content, Entry, Ruleset
from floorwalker.core.signals import Signals
from floorwalker.errors import ConfigurationError, RuleErrors, TemplateFailed, TemplateUnknown
from floorwalker.html.blocks import BlockKind, BlockRenderer, FilledBlock, template_sources
from floorwalker.html.selectors import Place, SelectorSlot
from floorwalker.rulefile import RuleFiles, read, read_files, read_templates

logger = logging.getLogger(__name__)


class MayHold(Struct, frozen=True):
    """Which slots a page may hold: whether any by marker, and those that selectors point at.

    although_public: one of them is for pages that the app made public, too.
    """

    marked: bool
    selectors: tuple[SelectorSlot, ...]
    although_public: bool = False


NO_SLOTS = MayHold(False, ())


class Rulebook:
    """One version of the rules, ready to serve. A page is served from one rulebook, from its beginning to its end."""

    def __init__(
        self,
        ruleset: Ruleset,
        templates: Mapping[str, str] | BlockRenderer,
        *,
        places: Places | None = None,
        geo_headers: str = "",
        agents_visit: bool = False,
    ) -> None:
        """templates: their sources by path, or all of them compiled, for this rulebook alone.

        geo_headers: the delivery network whose place headers are believed. agents_visit: AI agents that act for a
        person are visitors like any other. by_script: the slots that are left to the
        script in the page. selected: those that selectors point at. goes_public: whether any slot is for pages that the
        app made public, too. fills_pages: whether any slot is filled on the server, in a page that goes by.
        """
        self.ruleset = ruleset
        site = ruleset.site
        self.reader = SignalReader(
            hosts=site.hosts,
            partners={host: name for name, hosts in site.partners.items() for host in hosts},
            places=places,
            trusted_headers=geo_headers or (),
            agents_visit=agents_visit,
        )
        self.corridor = Corridor(ruleset, reader=self.reader)
        self._renderer = templates if isinstance(templates, BlockRenderer) else BlockRenderer(templates)
        self._compiled = {id(content): self._compile(content) for content in _contents(ruleset)}
        self._selectors = {
            slot.name: SelectorSlot(slot.name, slot.at, Place(slot.place)) for slot in ruleset.slots.values() if slot.at
        }
        self.by_script = tuple([slot for slot in ruleset.slots.values() if slot.deliver == "script"])
        self.selected = frozenset(self._selectors)
        self.goes_public = any(slot.deliver == "page" for slot in ruleset.slots.values())
        self.fills_pages = site.personalize and len(self.by_script) < len(ruleset.slots)
        self._by_page: dict[tuple[str, str], MayHold] = {}
        self._failed: set[str] = set()

    def warm(self) -> None:
        """Pay now what the first page would have to wait for: thousands of conditions take half a second."""
        self.reader.warm()
        self.ruleset.once(Plan)
        self.ruleset.once(menus_of)

    def deciding_by(self, ruleset: Ruleset) -> "Rulebook":
        """The same blocks and places under rules that differ in who sees what, such as those with their drafts.

        The contents of those rules must be the very ones of these.
        """
        other = copy(self)
        other.ruleset = ruleset
        other.corridor = Corridor(ruleset, reader=self.reader, priors=self.corridor.priors)
        other._by_page = {}
        return other

    def with_priors(self, priors: Priors) -> "Rulebook":
        """The same rules, with what is known of the population now."""
        other = copy(self)
        other.corridor = self.corridor.with_priors(priors)
        return other

    def may_hold(self, signals: Signals) -> MayHold:
        """Which slots this page may hold, whoever sees it."""
        if not self.ruleset.site.personalize:
            return NO_SLOTS
        key = (signals.page.type, signals.page.path or signals.path)
        found = self._by_page.get(key)
        if found is None:
            if len(self._by_page) >= _PAGES_KNOWN:
                self._by_page.clear()
            menus = self.ruleset.once(menus_of)
            slots = [
                slot
                for slot in self.ruleset.slots.values()
                if slot.deliver != "script" and menus[slot.name].pages.hold(signals)
            ]
            selectors = tuple(self._selectors[slot.name] for slot in slots if slot.at)
            found = self._by_page[key] = MayHold(bool(slots), selectors, any(slot.deliver == "page" for slot in slots))
        return found

    def render(self, content: Content, context: Mapping[str, Any]) -> str | None:
        """A block's markup; None where it uses something unknown about this visitor, or fails: that is logged once."""
        try:
            return self._compiled[id(content)].render(context)
        except TemplateUnknown:
            return None
        except TemplateFailed as failure:
            if failure.template not in self._failed:
                self._failed.add(failure.template)
                logger.error("a block cannot be shown: %s", failure)
            return None

    def check_document(self, path: str) -> None:
        """Raises TemplateFailed where the templates do not hold this one, or it does not compile."""
        self._renderer.block(path)

    def document(self, path: str, context: Mapping[str, Any]) -> str | None:
        """A whole page of the templates' folder; None where it is not there or fails: that is logged once."""
        try:
            return self._renderer.render(path, context)
        except (TemplateFailed, TemplateUnknown) as failure:
            if path not in self._failed:
                self._failed.add(path)
                logger.error("a page of the templates cannot be shown: %s", failure)
            return None

    def _compile(self, content: Content) -> FilledBlock:
        values = {
            name: self._renderer.compile_inline(source, name=name, kind="value") if "{" in source else source
            for name, source in content.values.items()
        }
        if content.kind == "template":
            return FilledBlock(self._renderer.block(content.source), values)
        kind: BlockKind = "text" if content.kind == "text" else "html"
        return FilledBlock(self._renderer.compile_inline(content.source, name=content.name, kind=kind), values)


_PAGES_KNOWN = 4096
_RENDERED = ("template", "html", "text")


def load_rulebook(
    rules: Path | Ruleset,
    templates: Path,
    *,
    now: float,
    places: Places | None = None,
    geo_headers: str = "",
    agents_visit: bool = False,
) -> Rulebook:
    """Rules and templates from their folders. A templates folder that does not exist holds none.

    Raises RuleErrors with every problem, or ConfigurationError where a folder cannot be read.
    """
    if not isinstance(rules, Ruleset):
        files = read_site_files(rules, templates)
        return rulebook_of(files, now=now, places=places, geo_headers=geo_headers, agents_visit=agents_visit)
    sources = template_sources(read_templates(templates)) if templates.is_dir() else {}
    try:
        return Rulebook(rules, sources, places=places, geo_headers=geo_headers, agents_visit=agents_visit)
    except TemplateFailed as failed:
        raise ConfigurationError(f"The rules need a template that cannot be used: {failed}.") from failed


def read_site_files(rules: Path, templates: Path) -> RuleFiles:
    """The files of a site. A templates folder that does not exist holds none; raises ConfigurationError."""
    return read_files(rules, templates if templates.is_dir() else None)


def rulebook_of(
    files: RuleFiles,
    *,
    now: float,
    places: Places | None = None,
    geo_headers: str = "",
    agents_visit: bool = False,
) -> Rulebook:
    """The rulebook of files that were read; raises RuleErrors, and TemplateFailed for a template that is no text."""
    renderer = BlockRenderer(template_sources(files.templates or {}))
    ruleset, problems = read(files.rules, files.templates, checks=content_checks(renderer, now=now))
    if ruleset is None:
        raise RuleErrors(problems)
    return Rulebook(ruleset, renderer, places=places, geo_headers=geo_headers, agents_visit=agents_visit)


def _contents(ruleset: Ruleset) -> Iterator[Content]:
    """Every content that is rendered, wherever it is written."""
    found = [block.content for block in ruleset.blocks.values()]
    for slot in ruleset.slots.values():
        found += (slot.otherwise, *_shown(slot.show))
    return (content for content in found if content.kind in _RENDERED)


def _shown(entries: Iterable[Entry]) -> Iterator[Content]:
    for entry in entries:
        if entry.content is not None:
            yield entry.content
        yield from _shown(entry.show)
