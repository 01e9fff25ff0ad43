"""Addresses: who shares one, and who only seems to have many."""

import pytest

from floorwalker.pacing.networks import is_of_many, network_of, site_of


def test_a_household_is_one_network_and_a_site_holds_many_households() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") == "2001:db8::/64"
    assert network_of("2001:db8:0:1::1") != network_of("2001:db8:0:2::1")
    assert site_of("2001:db8:0:1::1") == site_of("2001:db8:0:ffff::1") == "2001:db8::/48"
    assert site_of("192.0.2.1") is None


@pytest.mark.parametrize("address", ["::ffff:192.0.2.1", "::ffff:c000:201", "64:ff9b::192.0.2.1", "192.0.2.1"])
def test_an_address_of_ipv4_is_itself_however_it_is_written(address: str) -> None:
    assert network_of(address) == "192.0.2.1"
    assert site_of(address) is None


@pytest.mark.parametrize("address", ["", "nonsense", "unix:", "192.0.2.1:80", "1" * 10_000])
def test_what_is_no_address_is_unknown(address: str) -> None:
    assert network_of(address) == "unknown"
    assert is_of_many(address)


def test_a_zone_makes_no_new_household() -> None:
    assert network_of("fe80::1%eth0") == network_of("fe80::2%eth1")


@pytest.mark.parametrize(
    ("address", "of_many"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("::1", True),
        ("fd00::1", True),
        ("100.64.0.1", True),
        ("::ffff:10.0.0.1", True),
        ("93.184.216.34", False),
        ("2606:4700::1111", False),
    ],
)
def test_a_private_address_is_one_of_many(address: str, of_many: bool) -> None:
    assert is_of_many(address) is of_many
