"""Who sends visitors: engines, networks, assistants, mailboxes, shops; found by host, application or campaign name."""

from functools import cache

from msgspec import Struct

from floorwalker.core import words

_SECOND_LEVEL = frozenset(("com", "co", "org", "net", "ne", "or"))


class Source(Struct, frozen=True):
    """One known sender. medium: as in Referrer; kind: what the channel is named after. parameters, paths: where search
    words stand; charsets: what they may be written in."""

    name: str
    medium: str
    kind: str
    parameters: tuple[str, ...] = ()
    paths: tuple[tuple[str, ...], ...] = ()
    charsets: tuple[str, ...] = ()


class SourceIndex:
    """Every known source, looked up by what is most specific. Built once; immutable afterwards."""

    def __init__(self, countries: frozenset[str]) -> None:
        self._countries = countries
        self._hosts: dict[str, list[tuple[str, Source]]] = {}
        self._exact: dict[str, Source] = {}
        self._apps: dict[str, Source] = {}
        self._names: dict[str, Source] = {}

    def add(self, source: Source, hosts: list[str]) -> None:
        """Let a source be found under these hosts; the first source of a name keeps it."""
        self._names.setdefault(source.name.lower(), source)
        for host in hosts:
            if host.startswith("app:"):
                self._apps[host[4:]] = source
            elif host.startswith("~"):
                self._names.setdefault(host[1:], source)
            else:
                self._add_host(source, host)

    def _add_host(self, source: Source, host: str) -> None:
        exact = host.startswith("=")
        domain, slash, path = host.lstrip("=").partition("/")
        if exact and not slash:
            self._exact[domain] = source
        else:
            entries = self._hosts.setdefault(domain, [])
            entries.append((slash + path, source))
            entries.sort(key=lambda entry: -len(entry[0]))
        if not slash:
            self._names.setdefault(domain.removesuffix(".*").partition(".")[0] if "*" in domain else domain, source)

    def by_address(self, host: str, path: str) -> Source | None:
        """The source whose host, or a parent of it, and path are the most specific."""
        plain = host[4:] if host.startswith("www.") else host
        if found := self._exact.get(plain):
            return found
        labels = host.split(".")
        last = len(labels)
        for start in range(last):
            for key in self._keys(labels, start, last):
                for prefix, source in self._hosts.get(key, ()):
                    if _is_under(path, prefix):
                        return source
        return self._apps.get(host) if labels[-1] not in self._countries else None

    def _keys(self, labels: list[str], start: int, last: int) -> tuple[str, ...]:
        key = ".".join(labels[start:])
        country = labels[-1]
        if country not in self._countries:
            return (key, ".".join(labels[start : last - 1]) + ".*") if country == "com" else (key,)
        if last - start > 2 and labels[-2] in _SECOND_LEVEL:
            return key, ".".join(labels[start : last - 2]) + ".*"
        return key, ".".join(labels[start : last - 1]) + ".*"

    def by_app(self, identifier: str) -> Source | None:
        """The source behind an Android application, by its identifier."""
        return self._apps.get(identifier)

    def by_name(self, name: str) -> Source | None:
        """The source that a campaign names: by its name, one of its other names, its host or its host's first part."""
        name = name.lower().strip()
        if found := self._names.get(name):
            return found
        return self.by_address(name, "/") if "." in name else self._first_label(name)

    def _first_label(self, name: str) -> Source | None:
        for candidate in (f"{name}.*", f"{name}.com", f"{name}.net", f"{name}.org"):
            for prefix, source in self._hosts.get(candidate, ()):
                if not prefix:
                    return source
        return self._exact.get(f"{name}.com")


def _is_under(path: str, prefix: str) -> bool:
    return not prefix or (path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/", "?", ";"))


@cache
def known_sources() -> SourceIndex:
    """The sources of the word lists; read once, then the same constant."""
    index = SourceIndex(frozenset(" ".join(words.lines("countries")).split()))
    for section, line in words.sections("sites"):
        medium, _, kind = section.partition("/")
        _add_line(index, line, "partner" if medium == "affiliate" else medium, kind or medium)
    for line in words.lines("search"):
        _add_line(index, line, "search", "search")
    return index


def _add_line(index: SourceIndex, line: str, medium: str, kind: str) -> None:
    name, _, rest = line.partition(": ")
    rest, _, charsets = rest.partition(" @ ")
    hosts, _, fields = rest.partition(" ? ")
    source = Source(
        name,
        medium,
        kind,
        tuple(field for field in fields.split() if field[0] != "/"),
        tuple(tuple(field[1:].split("/")) for field in fields.split() if field[0] == "/"),
        tuple(charsets.split()),
    )
    index.add(source, hosts.split())
