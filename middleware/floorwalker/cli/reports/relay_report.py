"""How relays stand, as text and as JSON."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from floorwalker.cli.reports.paper import Paper, counted, printable, table
from floorwalker.relay.standing import GroupStanding, RelayStanding, WebhookStanding
from floorwalker.store.relaying.outbox import Undelivered


def report(standing: RelayStanding, paper: Paper) -> Iterator[str]:
    """Groups, webhooks, time, what was given up; the last line says what to do next."""
    yield paper.strong("Readers of the stream")
    rows = [("group", "behind", "at work", "missed", "most in"), *map(_group_row, standing.groups)]
    yield from table(rows) if standing.groups else ["  none yet: no relay has run on this store"]
    if standing.webhooks:
        yield ""
        yield paper.strong("Webhooks")
        yield from table([("webhook", "waiting", "overdue", ""), *map(_webhook_row, standing.webhooks)], notes=1)
    yield ""
    yield f"{counted(standing.due, 'visitor')} due now, {standing.later:,} later."
    yield _next(standing)


def told_undelivered(undelivered: Sequence[Undelivered], ids: Sequence[str]) -> Iterator[str]:
    """What was given up, a line each."""
    for one, id_ in zip(undelivered, ids, strict=True):
        message = one.letter.message
        how = "entered" if message.entered else "left"
        told = f"{one.letter.visitor} {how} {printable(message.segment)}"
        yield f"{id_}  {_moment(one.at)}  {one.endpoint}  {told}  (tries: {message.tries}; {message.why})"
    yield "`floorwalker relay --resend ID` tries one again." if undelivered else "Nothing was given up."


def as_json(standing: RelayStanding, ids: Sequence[str]) -> dict[str, Any]:
    """The published shape."""
    return {
        "groups": [_group_json(one) for one in standing.groups],
        "webhooks": [
            {"webhook": one.key, "waiting": one.waiting, "overdue": one.overdue, "stopped": one.stopped or None}
            for one in standing.webhooks
        ],
        "due": {"now": standing.due, "later": standing.later},
        "undelivered": [_undelivered_json(one, id_) for one, id_ in zip(standing.undelivered, ids, strict=True)],
    }


def _group_row(one: GroupStanding) -> tuple[str, ...]:
    behind = "not known" if one.lag is None else f"{one.lag:,}"
    missed = f"{one.missed:,} in {counted(one.gaps, 'gap')}" if one.gaps else "0"
    return one.name, behind, f"{one.pending:,}", missed, f"partition {one.worst[0]}: {one.worst[1]:,}"


def _webhook_row(one: WebhookStanding) -> tuple[str, ...]:
    return one.key, f"{one.waiting:,}", f"{one.overdue:,}", f"stopped since {one.stopped}" if one.stopped else ""


def _next(standing: RelayStanding) -> str:
    if any(one.stopped for one in standing.webhooks):
        return "A webhook that answered 410 is told nothing; `floorwalker relay --resume WEBHOOK` goes on."
    if standing.undelivered:
        given_up = counted(len(standing.undelivered), "webhook")
        return f"{given_up} given up; `floorwalker relay --undelivered` lists them."
    return "Nothing was given up."


def _group_json(one: GroupStanding) -> dict[str, Any]:
    worst = {"partition": one.worst[0], "entries": one.worst[1]}
    told = {"group": one.name, "lag": one.lag, "pending": one.pending, "worst": worst}
    return {**told, "gaps": one.gaps, "missed": one.missed}


def _undelivered_json(one: Undelivered, id_: str) -> dict[str, Any]:
    message = one.letter.message
    return {
        "id": id_,
        "webhook": one.endpoint,
        "visitor": one.letter.visitor,
        "segment": message.segment,
        "event": "entered" if message.entered else "left",
        "at": _moment(message.at),
        "given_up": _moment(one.at),
        "tries": message.tries,
        "why": message.why,
    }


def _moment(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).isoformat().replace("+00:00", "Z")
