import json
from functools import partial

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from floorwalker.core.events import Page
from floorwalker.core.hit import Hit
from floorwalker.core.reading import SignalReader, read_signals, signals_as_json

READER = SignalReader(hosts=["shop.example"], partners={"club.example": "Club"}, trusted_headers=["cloudflare"])
HEADERS = [
    b"referer", b"user-agent", b"cookie", b"accept-language", b"sec-ch-ua", b"sec-ch-ua-platform", b"host", b"ect",
    b"sec-ch-ua-platform-version", b"sec-ch-ua-model", b"sec-purpose", b"cf-ipcountry", b"cf-iplatitude", b"x-other",
]  # fmt: skip
LARGEST = 256 * 1024


def size_of(signals) -> int:
    return len(msgspec.json.encode(signals))


def test_a_hit_is_read_whole():
    hit = Hit(
        at=1_795_000_000.0,
        url="https://www.shop.example/lenses/b%C3%A9b%C3%A9?color=red&color=blue&empty=",
        headers=((b"cookie", b'a=1; b="two"; a=3'), (b"x-tag", b"1"), (b"x-tag", b"2"), (b"dnt", b"1")),
        attributes={"plan": "pro"},
    )
    signals = READER.read(hit, page=Page(path="/lenses", type="category"))
    assert (signals.host, signals.path, signals.landing_page) == ("www.shop.example", "/lenses/bébé", "/lenses/bébé")
    assert signals.query == {"color": "red", "empty": ""}
    assert signals.cookies == {"a": "1", "b": "two"}
    assert signals.headers == {"x-tag": "1, 2", "dnt": "1"}
    assert signals.attributes == {"plan": "pro"}
    assert (signals.page.type, signals.do_not_track, signals.at) == ("category", True, 1_795_000_000.0)


def test_secrets_are_no_readable_headers():
    headers = {"Cookie": "a=secret", "Authorization": "Basic secret", "Proxy-Authorization": "secret"}
    assert "secret" not in repr(read_signals(url="/", headers=headers).headers)


@pytest.mark.parametrize(
    ("name", "value"),
    [("Sec-Purpose", "prefetch;prerender"), ("Purpose", "prefetch"), ("X-Moz", "prefetch"), ("X-Purpose", "preview")],
)
def test_a_page_fetched_ahead_of_time_says_so(name, value):
    assert read_signals(url="/", headers={name: value}).prefetch
    assert not read_signals(url="/").prefetch


def test_the_connection_is_told_by_its_hint_and_saving_data_goes_first():
    assert read_signals(url="/", headers={"ECT": "3g"}).connection == "3g"
    assert read_signals(url="/", headers={"ECT": "4g", "Save-Data": "on"}).connection == "save-data"
    assert read_signals(url="/", headers={"ECT": "<script>"}).connection is None


def test_global_privacy_control_is_read():
    assert read_signals(url="/", headers={"Sec-GPC": "1"}).do_not_track
    assert not read_signals(url="/", headers={"Sec-GPC": "0"}).do_not_track


def test_headers_may_be_text_or_bytes_in_any_case_a_mapping_or_pairs():
    for headers in ({"REFERER": "https://t.co/"}, [(b"Referer", b"https://t.co/")], (("referer", "https://t.co/"),)):
        assert read_signals(url="/", headers=headers).referrer.source == "Twitter"


def test_the_same_hit_gives_the_same_signals_whatever_was_read_before():
    hit = Hit(at=1.0, url="/?utm_source=x", headers=((b"user-agent", b"curl/8"), (b"referer", b"https://t.co/")))
    assert READER.read(hit) == SignalReader().read(hit) == READER.read(hit)


def test_a_warm_reader_reads_the_same():
    reader = SignalReader()
    reader.warm()
    assert reader.read(Hit(at=0.0, url="/")) == READER.read(Hit(at=0.0, url="/"))


def test_a_full_request_stays_bounded():
    many = tuple((b"x-%d" % number, b"v" * 9000) for number in range(500))
    cookie = b"; ".join(b"c%d=" % number + b"v" * 900 for number in range(500))
    query = "&".join(f"p{number}={'v' * 900}" for number in range(500))
    headers = (
        (b"cookie", cookie),
        (b"user-agent", b"Mozilla/5.0 " + b"x" * 8192),
        (b"referer", b"https://" + b"y" * 9000),
    )
    signals = READER.read(Hit(at=0.0, url="https://shop.example/" + "z" * 5000 + "?" + query, headers=headers + many))
    assert size_of(signals) < LARGEST
    assert max(map(len, signals.headers.values())) <= 512


def test_signals_have_their_published_shape():
    shape = signals_as_json(
        read_signals(url="https://shop.example/?utm_source=a&gclid=1", headers={"User-Agent": "curl/8"})
    )
    assert set(shape["referrer"]) >= {"medium", "source", "domain"}
    assert set(shape["campaign"]) == {"source", "medium", "name", "term", "content"}
    assert set(shape["device"]) == {"type", "brand", "model", "os", "os_version", "browser", "browser_version"}
    assert (shape["ad"]["network"], shape["robot"]["name"], shape["search"], shape["place"]) == (
        "google",
        "curl",
        None,
        None,
    )
    assert set(shape) >= {"channel", "landing_page", "language", "local_time", "daypart"}
    json.dumps(shape)


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=400) | st.text(st.characters(), max_size=60).map("https://shop.example/{}".format),
    st.lists(st.tuples(st.sampled_from(HEADERS), st.binary(max_size=200)), max_size=10),
    st.none() | st.text(max_size=40),
    st.floats(),
)
@example("http://[::1", [(b"referer", b"http://[")], "[", float("nan"))
@example("//", [(b"referer", b"https://\xff\xfe@:99999999/?q=%ff%u12"), (b"cookie", b"=;;=\x00")], None, 1e300)
@example("https://\ud800/\udfff?\ud800=\udfff", [(b"user-agent", b"\xff" * 100)], "\ud800", 0.0)
def test_whatever_a_client_sends_is_read_and_can_be_written_down(url, headers, address, at):
    signals = READER.read(Hit(at=at, url=url, headers=tuple(headers), address=address))
    assert size_of(signals) < LARGEST
    json.dumps(signals_as_json(signals)).encode()


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["google.com/search?q=", "baidu.com/s?wd=", "1.cz/s/", "coccoc.com/#query="]),
    st.binary(max_size=120),
)
def test_any_bytes_after_an_engines_address_are_words_or_none(engine, raw):
    search = read_signals(url="/", headers={"Referer": b"https://" + engine.encode() + raw}, reader=READER).search
    assert search.keywords is None or (search.keywords.strip() and len(search.keywords) <= 512)


def inputs(text: str):
    """The same text in every place of a request that a client fills."""
    raw = text.encode("utf-8", "surrogatepass")[:4000]
    named = [(name, raw) for name in HEADERS]
    yield Hit(
        at=0.0, url=f"https://shop.example/{text}?q={text}&utm_source={text}&gclid={text}#{text}", headers=tuple(named)
    )
    yield Hit(at=0.0, url=text, headers=((b"referer", b"https://www.google.com/search?q=" + raw),), address=text)
    yield Hit(at=0.0, url="/", headers=((b"cookie", b"fw_tz=" + raw), (b"referer", b"https://" + raw)))


@pytest.mark.parametrize("load", [
    partial(lambda folder: json.loads((folder / "naughty_strings.json").read_text(encoding="utf-8"))),
    partial(lambda folder: [json.dumps(json.loads(line)) + line
                            for line in (folder / "xss_payloads.jsonl").read_text(encoding="utf-8").splitlines()]),
], ids=["naughty strings", "script payloads"])  # fmt: skip
def test_hostile_texts_in_every_input_are_read(shared_data, load):
    texts = load(shared_data)
    assert len(texts) > 100
    for text in texts:
        for hit in inputs(text if isinstance(text, str) else json.dumps(text)):
            assert size_of(READER.read(hit)) < LARGEST
