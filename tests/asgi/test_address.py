"""Whose request it is behind proxies."""

import pytest

from floorwalker.asgi.http.address import Caller, Proxies

CLIENT = ("10.0.0.9", 1234)


@pytest.mark.parametrize(
    ("trusted", "headers", "caller"),
    [
        ((), {"x-forwarded-for": "1.2.3.4", "x-forwarded-proto": "https"}, Caller("10.0.0.9", False)),
        (("10.0.0.0/8",), {"x-forwarded-for": "1.2.3.4", "x-forwarded-proto": "https"}, Caller("1.2.3.4", True)),
        (("10.0.0.0/8",), {"x-forwarded-for": "6.6.6.6, 1.2.3.4, 10.0.0.5"}, Caller("1.2.3.4", False)),
        (("10.0.0.0/8",), {"x-forwarded-for": "10.1.1.1, 10.0.0.5"}, Caller("10.1.1.1", False)),
        (("10.0.0.0/8",), {"x-forwarded-for": "nonsense"}, Caller("10.0.0.9", False)),
        (("10.0.0.0/8",), {"x-forwarded-for": "1.2.3.4, \xff"}, Caller("10.0.0.9", False)),
        (("10.0.0.0/8",), {}, Caller("10.0.0.9", False)),
        (("10.0.0.9",), {"x-forwarded-for": "[2001:db8::1]:443"}, Caller("2001:db8::1", False)),
        (("10.0.0.9",), {"x-forwarded-for": "1.2.3.4:5678"}, Caller("1.2.3.4", False)),
        (("::1",), {"x-forwarded-for": "1.2.3.4"}, Caller("10.0.0.9", False)),
        (("*",), {"x-forwarded-for": "1.2.3.4, 5.6.7.8"}, Caller("1.2.3.4", False)),
    ],
)
def test_only_trusted_proxies_are_believed(trusted: tuple[str, ...], headers: dict[str, str], caller: Caller) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    assert Proxies(trusted).caller(CLIENT, "http", raw) == caller


@pytest.mark.parametrize("client", [None, (), 5, ("unix:",), ["/run/app.sock", None]])
def test_a_peer_without_an_address_is_nobody_special(client: object) -> None:
    caller = Proxies(("10.0.0.0/8",)).caller(client, "https", [(b"x-forwarded-for", b"1.2.3.4")])
    assert caller.secure
    assert caller.address in (None, "unix:", "/run/app.sock")
