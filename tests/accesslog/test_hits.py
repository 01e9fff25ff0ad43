"""What counts as a page in a log, and how a log is opened."""

import gzip
from pathlib import Path

import pytest

from floorwalker.accesslog import LogLine, Rejected, guess_host, hit_of, open_log, read_line
from floorwalker.accesslog.hits import visitor_of
from floorwalker.core.hit import HitKind


def line(
    target: str = "/", *, method: str = "GET", status: int = 200, referrer: str = "", address: str = "198.51.100.7"
):
    return LogLine(1, "", address, 1_700_000_000.0, method, target, status, referrer, "Mozilla/5.0")


@pytest.mark.parametrize(
    ("target", "method", "status", "kind"),
    [
        ("/", "GET", 200, HitKind.VIEW),
        ("/lenses/600mm", "GET", 304, HitKind.VIEW),
        ("/index.php?id=3", "GET", 200, HitKind.VIEW),
        ("/v1.2", "GET", 200, HitKind.VIEW),
        ("/cart", "POST", 200, HitKind.VIEW),
        ("/cart", "POST", 303, HitKind.REDIRECT),
        ("/old", "GET", 301, HitKind.REDIRECT),
        ("/missing", "GET", 404, HitKind.ERROR),
        ("/", "GET", 206, None),
        ("/", "HEAD", 200, None),
        ("/style.css", "GET", 200, None),
        ("/photo.JPG?w=3", "GET", 200, None),
        ("/feed/", "GET", 200, None),
        ("/blog/?flav=rss20", "GET", 200, None),
    ],
)
def test_the_kind_of_a_hit_follows_from_method_target_and_status(
    target: str, method: str, status: int, kind: HitKind | None
) -> None:
    found = hit_of(line(target, method=method, status=status), host="shop.example")
    assert (found.hit.kind if found else None) == kind


def test_a_hit_carries_the_site_the_referrer_and_the_client_as_bytes() -> None:
    found = hit_of(line("/a?q=1", referrer="http://x/?q=caf\xe9"), host="shop.example")
    assert found is not None
    assert found.hit.url == "https://shop.example/a?q=1"
    assert found.hit.headers == ((b"referer", b"http://x/?q=caf\xe9"), (b"user-agent", b"Mozilla/5.0"))


def test_visitors_are_told_apart_by_address_and_agent_and_show_neither() -> None:
    one, same, other = (visitor_of(line(address=a)) for a in ("198.51.100.7", "198.51.100.7", "198.51.100.8"))
    assert one == same != other
    assert "198" not in one


def test_the_site_is_the_host_that_asks_for_its_own_files() -> None:
    own = [line("/a.css", referrer="https://www.shop.example/"), line("/b.js", referrer="https://shop.example/x")]
    foreign = [line("/c.png", referrer="https://thief.example/"), line("/", referrer="https://www.google.com/")]
    assert guess_host([*own, *foreign]) == "shop.example"
    assert guess_host(foreign[1:]) == ""


TEXT = (
    '198.51.100.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 2 "-" "Mozilla"\n'
    "garbage\n"
    '198.51.100.7 - - [17/May/2015:10:05:04 +0000] "GET /caf\xe9 HTTP/1.1" 200 2 "-" "Mozilla"'
).encode("latin-1")


@pytest.mark.parametrize("name", ["access.log", "access.log.gz"])
def test_a_log_is_read_plain_or_compressed_with_or_without_its_last_line_end(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(TEXT) if name.endswith("gz") else TEXT)
    with open_log(str(path)) as log:
        found = list(log.lines())
        assert log.position() == log.size == path.stat().st_size
    assert [type(entry) for entry in found] == [LogLine, Rejected, LogLine]
    assert isinstance(found[2], LogLine)
    assert found[2].target == "/caf\xe9"


def test_a_cut_off_gzip_file_ends_in_a_rejected_line(tmp_path: Path) -> None:
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(TEXT * 2000)[:-20])
    with open_log(str(path)) as log:
        *_, last = log.lines()
    assert isinstance(last, Rejected)
    assert "damaged" in last.why


def test_one_endless_line_is_one_rejected_line(tmp_path: Path) -> None:
    path = tmp_path / "endless.log"
    path.write_bytes(b"x" * 300_000 + b"\n" + TEXT)
    with open_log(str(path)) as log:
        found = list(log.lines())
    assert [entry.number for entry in found] == [1, 2, 3, 4]
    assert isinstance(found[0], Rejected)


def test_read_line_accepts_what_the_reader_gives() -> None:
    assert isinstance(read_line(TEXT.decode("latin-1").splitlines()[0], 1), LogLine)
