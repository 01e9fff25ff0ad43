"""`floorwalker rules restore`: a version of the rules back into its folders."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from floorwalker.asgi.rules.rule_checks import content_checks
from floorwalker.cli.reports.paper import Paper, counted, printable
from floorwalker.cli.rule_options import templates_of
from floorwalker.cli.walks.shelf import DEFAULT_STORE, Shelf, open_existing, open_shelf, shown_at, take
from floorwalker.errors import ConfigurationError, TemplateFailed
from floorwalker.html.blocks import BlockRenderer, template_sources
from floorwalker.rulefile import Problem, RuleFiles, Severity, read
from floorwalker.rulefile.folders import read_anyway
from floorwalker.rulefile.restoring import Plan, carry_out, plan_restore
from floorwalker.store import KeptRules, Publication, Store

_ERRORS_SAID = 5


async def restore(args: argparse.Namespace, *, now: float, paper: Paper) -> int:
    """Find the version, keep what stands there, write; 1 where the version has errors and is not written."""
    rules, templates = Path(args.rules), templates_of(args)
    store = open_existing(args.store)
    try:
        shelf = await open_shelf(store)
        there = read_anyway(rules, templates if templates.is_dir() else None)
        wanted = _wanted(args, shelf, there, now=now)
        kept = await take(store, wanted)
        plan = plan_restore(kept.version, kept.rules, kept.templates, into=rules, templates_into=templates)
        if plan.changes_nothing:
            print(f"{rules} holds the version {kept.version} already; there is nothing to do.")
            return 0
        errors = _errors(kept, now=now)
        if errors and not wanted.aside:
            print("\n".join(_refused(kept, errors)), file=sys.stderr)
            return 1
        if not args.dry_run:
            await _put_aside(store, there, now=now)
            carry_out(plan)
    finally:
        await store.close()
    print("\n".join(_report(args, shelf, wanted, plan, there, len(errors), paper)))
    return 0


def _wanted(args: argparse.Namespace, shelf: Shelf, there: RuleFiles, *, now: float) -> Publication:
    which = args.at or args.which
    if not shelf.publications:
        raise ConfigurationError("the store keeps no rules yet: a running site keeps what it puts in force")
    if which is None:
        return shelf.before(there.version)
    if args.at or which in ("yesterday", "today") or "-" in which:
        return shelf.at(which, now=now)
    return shelf.named(which)


def _errors(kept: KeptRules, *, now: float) -> list[str]:
    """Why a site of this release would not take it."""
    try:
        checks = content_checks(BlockRenderer(template_sources(kept.templates)), now=now)
        _, problems = read(kept.rules, kept.templates, checks=checks)
    except TemplateFailed as failed:
        return [str(failed)]
    return [str(one) for one in problems if not isinstance(one, Problem) or one.severity is Severity.ERROR]


def _refused(kept: KeptRules, errors: list[str]) -> Iterator[str]:
    yield f"floorwalker rules: the version {kept.version} is not restored, since this release does not take it:"
    yield from errors[:_ERRORS_SAID]
    if len(errors) > _ERRORS_SAID:
        yield f"and {len(errors) - _ERRORS_SAID} more"
    yield f"Its files: floorwalker rules show {kept.version}"


async def _put_aside(store: Store, there: RuleFiles, *, now: float) -> None:
    """What stands in the folders is kept before it is written over, so that a restore can be undone."""
    if not there.rules and not there.templates:
        return
    rules = {Path(path).name: content for path, content in there.rules.items()}
    if not await store.keep_rules(KeptRules(there.version, now, rules, there.templates or {}), aside=True):
        raise ConfigurationError(
            "what stands in the folders now is too large to be kept, so that a restore could not be undone; move it "
            "away and run this again. Nothing was changed"
        )


def _report(
    args: argparse.Namespace,
    shelf: Shelf,
    wanted: Publication,
    plan: Plan,
    there: RuleFiles,
    errors: int,
    paper: Paper,
) -> Iterator[str]:
    would = "would be " if args.dry_run else ""
    rows = [(write.path, "written" if write.was is None else "replaced") for write in plan.writes]
    rows += [(path, "deleted") for path in plan.removals]
    for path, what in sorted(rows):
        yield f"  {printable(str(path))}  {paper.quiet(would + what)}"
    since = f"{'put aside on' if wanted.aside else 'in force since'} {shown_at(wanted.at, shelf.zone)}"
    version = paper.strong(wanted.version)
    if args.dry_run:
        yield f"Nothing was done. Without --dry-run the rules {version}, {since}, would be back in {args.rules}."
        return
    yield f"The rules {version}, {since}, are back in {args.rules}. A running site takes them within two seconds."
    if errors:
        they = f"They have {counted(errors, 'error')}, so a running site keeps what it has"
        yield f"{they}: floorwalker check {args.rules}"
    if there.rules or there.templates:
        yield f"Undo: floorwalker rules restore {there.version}{_options(args)}"


def _options(args: argparse.Namespace) -> str:
    """The options that lead to the same place; an address may hold a password, so it is not repeated."""
    said = "" if args.rules == "rules" else f" --rules {args.rules}"
    said += f" --templates {args.templates}" if args.templates else ""
    return said + ("" if args.store == DEFAULT_STORE else " --store … (as before)")
