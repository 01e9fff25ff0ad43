"""`floorwalker signals`: what we read from one request, or from requests as JSON lines on standard input."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping

from floorwalker.asgi.places import open_places
from floorwalker.cli.reports.paper import Paper, printable
from floorwalker.cli.request import RequestUnreadable, add_request, read_headers, read_moment
from floorwalker.core.reading import SignalReader, read_signals, signals_as_json
from floorwalker.core.reading.clock import is_zone
from floorwalker.core.signals import Signals


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command and its options."""
    p = subparsers.add_parser("signals", help="what we read from a request", description=__doc__)
    add_request(p)
    p.add_argument("--timezone", default="UTC", help="the site's time zone (default UTC)")
    p.add_argument("--host", action="append", default=[], help="another host of the site; repeatable")
    p.add_argument("--partner", action="append", default=[], metavar="HOST=NAME", help="a partner; repeatable")
    p.add_argument("--places", metavar="FILE", help="a city database in MaxMind's format")
    p.add_argument("--trust", action="append", default=[], metavar="PRESET", help="believe these place headers")
    p.add_argument("--json", action="store_true", help="one JSON object instead of text")
    p.add_argument("--jsonl", action="store_true", help="requests from standard input, one JSON object a line")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what the request tells. Exit status: 0, or 2 where the request itself cannot be read."""
    if not is_zone(args.timezone):
        raise RequestUnreadable(f"--timezone {args.timezone!r} is unknown; write Europe/Berlin, say")
    reader = _reader(args)
    if args.jsonl:
        return _print_lines(sys.stdin.buffer, reader, args)
    if not args.url:
        raise RequestUnreadable("--url is missing; write --url https://shop.example/ (or --jsonl)")
    request = {"url": args.url, "referrer": args.referrer, "user_agent": args.user_agent}
    request |= {"headers": read_headers(args.header), "at": args.at, "address": args.address}
    signals = _signals(request, reader, args.timezone)
    if args.json:
        print(json.dumps(signals_as_json(signals), ensure_ascii=not _speaks_unicode(), indent=2))
    else:
        print("\n".join(as_text(signals, Paper(sys.stdout))))
    return 0


def _print_lines(stream: Iterable[bytes], reader: SignalReader, args: argparse.Namespace) -> int:
    """One line out for each filled line in, in order; what cannot be read becomes an error in its place."""
    for line in stream:
        if not line.strip():
            continue
        try:
            shape = signals_as_json(_signals(_request(line), reader, args.timezone))
        except RequestUnreadable as error:
            shape = {"error": str(error)}
        print(json.dumps(shape, ensure_ascii=not _speaks_unicode()))
    return 0


def _reader(args: argparse.Namespace) -> SignalReader:
    partners = {host: name or host for host, _, name in (entry.partition("=") for entry in args.partner)}
    places = open_places(args.places) if args.places else None
    return SignalReader(hosts=args.host, partners=partners, places=places, trusted_headers=args.trust)


def _request(line: bytes) -> Mapping[str, object]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RequestUnreadable(f"not JSON: {error}") from error
    if not isinstance(request, dict):
        raise RequestUnreadable('not an object; write {"url": "https://shop.example/"}')
    return request


def _signals(request: Mapping[str, object], reader: SignalReader, timezone: str) -> Signals:
    headers = request.get("headers") or {}
    if not isinstance(headers, dict):
        raise RequestUnreadable('headers is not an object; write {"Accept-Language": "de"}')
    pairs = [(_text(name, "headers"), _text(value, f"headers.{name}")) for name, value in headers.items()]
    for name, field in (("referer", "referrer"), ("user-agent", "user_agent")):
        if request.get(field) is not None:
            pairs.insert(0, (name, _text(request[field], field)))
    if not request.get("url"):
        raise RequestUnreadable('url is missing; write {"url": "https://shop.example/"}')
    address = None if request.get("address") is None else _text(request["address"], "address")
    return read_signals(
        url=_text(request["url"], "url"), headers=pairs, now=read_moment(request.get("at"), timezone), address=address,
        site_timezone=timezone, reader=reader,
    )  # fmt: skip


def _text(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise RequestUnreadable(f"{field} is not a text; write it in quotes")
    return value


def as_text(signals: Signals, paper: Paper) -> Iterator[str]:
    """The signals for people: aligned, what is unknown left out."""
    for label, value in _rows(signals):
        if value:
            yield f"{paper.quiet(label.ljust(14))}{paper.strong(printable(value))}"


def _rows(signals: Signals) -> Iterator[tuple[str, str]]:
    referrer, search, device = signals.referrer, signals.search, signals.device
    yield "robot", signals.robot.name if signals.robot else ""
    yield "referrer", _joined(referrer.medium, referrer.source, referrer.domain)
    if search:
        yield "searched", f"{search.keywords or 'keyword not provided'} · {search.engine}"
    if campaign := signals.campaign:
        yield "campaign", _joined(campaign.name, campaign.source, campaign.medium, campaign.term, campaign.content)
    if ad := signals.ad:
        yield "ad", _joined(ad.network, ad.banner, ad.placement, ad.click_id)
    yield "channel", signals.channel
    yield "landing page", signals.landing_page
    yield "device", _joined(device.type, device.brand, device.model)
    yield "system", " ".join(filter(None, (device.os, device.os_version)))
    yield "browser", " ".join(filter(None, (device.browser, device.browser_version)))
    yield "languages", ", ".join(signals.languages)
    yield "connection", signals.connection or ""
    if place := signals.place:
        yield "place", _joined(place.city, place.region, place.country, place.continent)
    if moment := signals.local_time:
        yield "local time", _joined(moment.iso, moment.daypart, signals.timezone or "the site's clock")
    yield "asks", _joined("prefetch" if signals.prefetch else None, "no tracking" if signals.do_not_track else None)


def _joined(*values: str | None) -> str:
    return " · ".join(value for value in values if value)


def _speaks_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
