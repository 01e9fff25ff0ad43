"""Which store addresses can be read, and what is said of the others."""

from pathlib import Path

import pytest

from floorwalker.errors import ConfigurationError, StoreAddressError
from floorwalker.store import open_store
from floorwalker.store.link.address import (
    Credentials,
    EmbeddedAddress,
    GroupAddress,
    ServerAddress,
    read_address,
    shown,
)
from floorwalker.store.open import place_of

SECRET = Credentials(username="shop", password="s3cr3t/x")

GOOD = [
    ("embedded:var/floorwalker", EmbeddedAddress(folder=Path("var/floorwalker"))),
    ("embedded:/srv/fw?namespace=shop-a", EmbeddedAddress(folder=Path("/srv/fw"), namespace="shop-a")),
    ("redis://localhost", ServerAddress(host=("localhost", 6379))),
    ("redis://shop:s3cr3t%2Fx@db:7000/2", ServerAddress(host=("db", 7000), db=2, credentials=SECRET)),
    ("redis://[::1]:7000/?namespace=b", ServerAddress(host=("::1", 7000), namespace="b")),
    ("rediss://db/0?ssl_ca_certs=/ca.pem", ServerAddress(host=("db", 6379), tls={"ssl_ca_certs": "/ca.pem"})),
    ("unix:///run/redis.sock?db=3", ServerAddress(socket="/run/redis.sock", db=3)),
    (
        "redis+sentinel://a,b:26380/shop/1",
        GroupAddress(kind="sentinel", hosts=(("a", 26379), ("b", 26380)), service="shop", db=1),
    ),
    (
        "rediss+sentinel://a/shop?sentinel_username=shop&sentinel_password=s3cr3t%2Fx&sentinel_tls=no",
        GroupAddress(
            kind="sentinel",
            hosts=(("a", 26379),),
            service="shop",
            tls={},
            sentinel_credentials=SECRET,
            sentinel_tls=False,
        ),
    ),
    ("redis+cluster://a:7001,b:7002", GroupAddress(kind="cluster", hosts=(("a", 7001), ("b", 7002)))),
]

BAD = [
    "",
    "localhost:6379",
    "redis",
    "redis://",
    "redis://:6379",
    "redis://host:port",
    "redis://host:99999",
    "redis://a,b",
    "redis://host/first",
    "redis://host/²",
    "redis://host?max_connections=3",
    "redis://host?namespace=a b",
    "redis://host?namespace={1}",
    "rediss://host?colour=red",
    "memcached://host",
    "embedded:",
    "embedded://folder",
    "unix://run/redis.sock",
    "redis+sentinel://a,b",
    "redis+sentinel:///shop",
    "redis+sentinel://a/shop?sentinel_tls=yes",
    "rediss+sentinel://a/shop?sentinel_tls=perhaps",
    "redis+cluster://a/1",
    "redis+cluster://a?sentinel_password=x",
    "redis://a?sentinel_password=x",
    "redis+cluster://a,,b",
    "redis://[::1",
]


@pytest.mark.parametrize(("text", "address"), GOOD)
def test_each_allowed_form_is_read(text: str, address: object) -> None:
    assert read_address(text) == address


@pytest.mark.parametrize("text", BAD)
def test_any_other_is_refused_in_one_sentence_that_names_the_allowed_forms(text: str) -> None:
    with pytest.raises(StoreAddressError) as refused:
        open_store(text)
    assert str(refused.value).count("\n") == 0
    assert "embedded:FOLDER" in str(refused.value)
    assert "redis+cluster://" in str(refused.value)


def test_a_bad_address_is_a_configuration_error() -> None:
    assert issubclass(StoreAddressError, ConfigurationError)


def test_a_password_is_never_shown() -> None:
    with pytest.raises(StoreAddressError) as refused:
        read_address("redis://shop:s3cr3t@host/first")
    assert "s3cr3t" not in str(refused.value)
    assert "s3cr3t" not in repr(read_address("redis://shop:s3cr3t@host/1"))


@pytest.mark.parametrize(
    "text",
    [
        "redis+sentinel://a?sentinel_password=s3cr3t",
        "redis+sentinel://a/shop/x?sentinel_password=s3cr3t&replicas=1",
        "redis+sentinel://shop:s3cr3t@a?sentinel_password=s3cr3t",
        "redis+sentinel://shop:s3cr3t@a?sentinel_password=p@s3cr3t",
        "redis+sentinel://a?sentinel%5Fpassword=s3cr3t",
        "redis+cluster://a?replicas=1&sentinel_password=s3cr3t",
    ],
)
def test_the_password_of_sentinels_is_never_shown(text: str) -> None:
    with pytest.raises(StoreAddressError) as refused:
        read_address(text)
    assert "s3cr3t" not in str(refused.value)


def test_of_the_options_those_are_shown_that_say_which_store_is_meant() -> None:
    assert shown("rediss://a/x?namespace=b&ssl_keyfile=/k.pem&replicas=1") == (
        "rediss://a/x?namespace=b&ssl_keyfile=…&replicas=1"
    )


def test_who_we_are_to_sentinels_does_not_change_what_waits_in_a_spool() -> None:
    """Else files of a release before would be of another store."""
    plain = place_of(read_address("redis+sentinel://a,b:26380/shop/1"))
    assert plain == place_of(read_address("redis+sentinel://a,b:26380/shop/1?sentinel_password=s3cr3t"))
    assert plain == "7b6e32ba8494511c"


def test_a_store_that_is_away_can_be_opened() -> None:
    open_store("redis://127.0.0.1:1/0")
