import pytest

from floorwalker.core.reading import SignalReader, read_signals
from floorwalker.core.reading.place import TRUSTED_HEADERS, place_of_record, valid_address
from floorwalker.errors import ConfigurationError

LONDON = {
    "continent": {"code": "EU"},
    "country": {"iso_code": "GB"},
    "subdivisions": [{"iso_code": "ENG"}, {"iso_code": "WSM"}],
    "city": {"names": {"en": "London", "de": "London"}},
    "location": {"latitude": 51.5, "longitude": -0.1, "time_zone": "Europe/London"},
}


def look_up(address: str, /):
    return LONDON if address == "81.2.69.160" else None


def read(address: str | None, headers: dict[str, str] | None = None, **options):
    return read_signals(url="/", headers=headers or {}, address=address, reader=SignalReader(**options))


def test_a_known_address_has_a_place_and_its_time_zone():
    signals = read("81.2.69.160", places=look_up)
    assert (signals.place.country, signals.place.region, signals.place.city) == ("GB", "ENG", "London")
    assert (signals.place.latitude, signals.timezone) == (51.5, "Europe/London")


def test_an_ipv4_address_in_ipv6_clothes_is_the_same_address():
    assert read("::ffff:81.2.69.160", places=look_up).place.city == "London"


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "127.0.0.1", "::1", "192.168.1.1", "fe80::1%eth0", "x" * 200, "1.2.3", "", None, "0.0.0.0"]
)
def test_private_and_unreadable_addresses_have_no_place(address):
    assert read(address, places=lambda _: LONDON).place is None


def test_an_unreadable_address_is_no_address():
    assert valid_address("shop.example") is None
    assert valid_address(" [2001:DB8::1] ") == "2001:db8::1"


def test_place_headers_count_only_where_they_are_trusted():
    headers = {"CF-IPCountry": "DE", "CF-IPCity": "Münster", "CF-Timezone": "Europe/Berlin", "CF-Region-Code": "NW"}
    assert read(None, headers).place is None
    place = read(None, headers, trusted_headers="cloudflare").place
    assert (place.country, place.region, place.city, place.timezone) == ("DE", "NW", "Münster", "Europe/Berlin")


def test_a_trusted_header_wins_over_the_database():
    assert (
        read("81.2.69.160", {"x-vercel-ip-country": "FR"}, trusted_headers=["vercel"], places=look_up).place.country
        == "FR"
    )


@pytest.mark.parametrize("country", ["XX", "T1", "D", "DEU", "<b>", "ZZ", "", "12"])
def test_a_header_that_names_no_country_is_no_place(country):
    assert read(None, {"CF-IPCountry": country}, trusted_headers="cloudflare").place is None


def test_a_city_may_be_percent_encoded_and_coordinates_must_be_on_earth():
    headers = {"x-vercel-ip-city": "S%C3%A3o%20Paulo", "x-vercel-ip-latitude": "123", "x-vercel-ip-longitude": "nan"}
    place = read(None, headers, trusted_headers="vercel").place
    assert (place.city, place.latitude, place.longitude) == ("São Paulo", None, None)


def test_coordinates_may_come_in_one_header():
    headers = {"X-AppEngine-Country": "US", "X-AppEngine-CityLatLong": "37.38,-122.08"}
    place = read(None, headers, trusted_headers="appengine").place
    assert (place.latitude, place.longitude) == (37.38, -122.08)


def test_an_unknown_preset_is_refused_with_the_known_ones():
    with pytest.raises(ConfigurationError, match="cloudflare"):
        SignalReader(trusted_headers="cloudfare")


def test_every_preset_names_a_country_header():
    assert all(names.country for names in TRUSTED_HEADERS.values())


@pytest.mark.parametrize(
    "record", [{}, {"city": 5}, {"subdivisions": [7]}, {"location": {"latitude": "x"}}, {"country": None}]
)
def test_a_damaged_record_is_no_place(record):
    assert place_of_record(record) is None
