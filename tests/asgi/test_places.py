import sys

import pytest

from floorwalker.asgi.places import open_places
from floorwalker.core.reading import SignalReader, read_signals
from floorwalker.errors import ConfigurationError


def test_a_city_file_answers_for_public_addresses(shared_data):
    pytest.importorskip("maxminddb")
    reader = SignalReader(places=open_places(shared_data / "GeoIP2-City-Test.mmdb"))
    for address, city, country in [
        ("81.2.69.160", "London", "GB"),
        ("89.160.20.112", "Linköping", "SE"),
        ("216.160.83.56", "Milton", "US"),
    ]:
        place = read_signals(url="/", address=address, reader=reader).place
        assert (place.city, place.country) == (city, country)
    assert read_signals(url="/", address="203.0.114.1", reader=reader).place is None


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"there is no file .*city\.mmdb"):
        open_places(tmp_path / "city.mmdb")


def test_a_file_of_another_kind_is_named(tmp_path):
    (tmp_path / "city.mmdb").write_bytes(b"not a database")
    with pytest.raises(ConfigurationError, match="MaxMind"):
        open_places(tmp_path / "city.mmdb")


def test_a_missing_package_is_named_with_the_extra_that_brings_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "maxminddb", None)
    with pytest.raises(ConfigurationError, match=r"floorwalker\[geo\]"):
        open_places(tmp_path / "city.mmdb")
