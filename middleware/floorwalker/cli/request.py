"""A request described on the command line: the options, and the Hit they make."""

import argparse
from collections.abc import Iterable
from datetime import UTC, datetime
from ipaddress import ip_address
from zoneinfo import ZoneInfo

from floorwalker.core.hit import Headers, Hit
from floorwalker.errors import ConfigurationError


class RequestUnreadable(ConfigurationError):
    """A request description that cannot be used; the message says what is wrong and what to write."""


def add_request(p: argparse.ArgumentParser) -> None:
    """The options that describe one request."""
    p.add_argument("--url", help="the address that was asked for")
    p.add_argument("--referrer", help="the Referer header")
    p.add_argument("--user-agent", help="the User-Agent header")
    p.add_argument(
        "--header", action="append", default=[], metavar="'Name: value'", help="any other header; repeatable"
    )
    p.add_argument("--at", help="when: 2026-11-28T19:30, with an offset or in the site's zone; default: now")
    p.add_argument("--address", help="the client's address, for the place")


def request_hit(args: argparse.Namespace, *, timezone: str) -> Hit:
    """The Hit of a page view as the options describe it. Raises RequestUnreadable."""
    if not args.url:
        raise RequestUnreadable("--url is missing; write --url https://shop.example/")
    given = (("referer", args.referrer), ("user-agent", args.user_agent), *read_headers(args.header).items())
    headers: Headers = tuple(
        (name.lower().encode("utf-8", "surrogateescape"), value.encode("utf-8", "surrogateescape"))
        for name, value in given
        if value is not None
    )
    if args.address is not None and not _is_address(args.address):
        raise RequestUnreadable(f"--address {args.address!r} is no IP address; write 203.0.113.7, say")
    at = read_moment(args.at, timezone).timestamp()
    return Hit(at=at, url=args.url, headers=headers, address=args.address)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def read_headers(entries: Iterable[str]) -> dict[str, str]:
    """`Name: value` entries by name. Raises RequestUnreadable."""
    found = {}
    for entry in entries:
        name, colon, value = entry.partition(":")
        if not colon or not name.strip():
            raise RequestUnreadable(f"--header {entry!r} has no name; write 'Accept-Language: de'")
        found[name.strip()] = value.strip()
    return found


def read_moment(at: object, timezone: str) -> datetime:
    """A moment as people or programs write it; None is now, a time without offset is in that zone."""
    if at is None:
        return datetime.now(UTC)
    try:
        if isinstance(at, int | float) and not isinstance(at, bool):
            return datetime.fromtimestamp(at, UTC)
        moment = datetime.fromisoformat(at if isinstance(at, str) else "")
    except (ValueError, OverflowError, OSError) as error:
        raise RequestUnreadable(f"at is no moment: {at!r}; write 2026-11-28T19:30 or seconds since 1970") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))
