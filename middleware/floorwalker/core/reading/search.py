"""Search words in a referrer: each engine's parameter, path or fragment, in whatever charset they were written."""

from floorwalker.core.reading.address import TEXT_LIMIT, Address, decode, raw_parameters
from floorwalker.core.reading.sources import Source
from floorwalker.core.signals import Search

_CHARSET_PARAMETERS = ("ie", "ei", "charset", "enc", "encoding", "inputencoding")
_CODECS = {
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "x-gbk": "gb18030", "big5": "big5",
    "big5-hkscs": "big5hkscs", "euc-kr": "cp949", "euckr": "cp949", "ks_c_5601-1987": "cp949", "cp949": "cp949",
    "uhc": "cp949", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "ms932": "cp932",
    "windows-31j": "cp932", "euc-jp": "euc-jp", "eucjp": "euc-jp", "x-euc-jp": "euc-jp",
    "iso-2022-jp": "iso-2022-jp", "jis": "iso-2022-jp", "koi8-r": "koi8-r", "koi8-u": "koi8-u", "latin1": "cp1252",
    "tis-620": "cp874", "windows-874": "cp874", "latin2": "iso8859-2", "windows-1252": "cp1252",
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "iso-8859-11": "cp874",
    **{f"windows-{page}": f"cp{page}" for page in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
    **{f"cp{page}": f"cp{page}" for page in range(1250, 1259)},
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)},
}  # fmt: skip


def read_search(source: Source, address: Address) -> Search | None:
    """The search that a referrer stands for: always one from an engine, from other sites only where words are there."""
    keywords = _keywords(source, address)
    if keywords is None and source.medium != "search":
        return None
    return Search(source.name, keywords)


def _keywords(source: Source, address: Address) -> str | None:
    given = raw_parameters(address.query)
    if "=" in address.fragment:
        # A page that searches without reloading keeps the newest words behind the hash, often after a path.
        given |= raw_parameters(address.fragment.rpartition("?")[2])
    charsets = _declared(given) + source.charsets
    for parameter in source.parameters:
        if (raw := given.get(parameter)) and (words := _readable(raw, charsets)):
            return None if _is_redirect(address, words) else words
    for pattern in source.paths:
        if (raw := _from_path(pattern, address.path)) and (words := _readable(raw, charsets)):
            return words
    return _from_nested(source, given, charsets)


def _declared(given: dict[str, str]) -> tuple[str, ...]:
    for parameter in _CHARSET_PARAMETERS:
        if codec := _CODECS.get(given.get(parameter, "").lower()):
            return (codec,)
    return ()


def _readable(raw: str, charsets: tuple[str, ...]) -> str | None:
    words = decode(raw[: TEXT_LIMIT * 9], charsets)
    if words.startswith("cache:"):
        words = words.partition(" ")[2]
    words = "".join(c if c.isprintable() else " " for c in words[:TEXT_LIMIT])
    return words if words.strip() else None


def _is_redirect(address: Address, words: str) -> bool:
    """Google's /url?q= names the destination of a link in a mail or document; nobody searched for it."""
    return address.path == "/url" and words.startswith(("http://", "https://"))


def _from_path(pattern: tuple[str, ...], path: str) -> str | None:
    segments = path.split("/")[1:]
    for position, part in enumerate(pattern):
        if part == "{**}":
            return "/".join(segments[position:]) or None
        if position >= len(segments) or (part not in ("{}", "*") and part != segments[position]):
            return None
    return segments[pattern.index("{}")] if "{}" in pattern else None


def _from_nested(source: Source, given: dict[str, str], charsets: tuple[str, ...]) -> str | None:
    """Image results keep the address of the result page, which holds the words, in a parameter of their own."""
    for parameter in ("prev", "back"):
        if nested := given.get(parameter):
            inner = raw_parameters(decode(nested[: TEXT_LIMIT * 9]).partition("?")[2])
            for name in source.parameters:
                if raw := inner.get(name):
                    return _readable(raw, charsets)
    return None
