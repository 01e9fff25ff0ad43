"""Which content security policies let the overlay's script run."""

import pytest

from floorwalker.asgi.preview.policy import admits_script

SHOP = "https://shop.example"


@pytest.mark.parametrize(
    "policy",
    [
        "",
        "img-src 'none'",
        "default-src 'self'",
        "default-src 'none'; script-src 'self'",
        "script-src 'none'; script-src-elem 'self'",
        "script-src *",
        "script-src https:",
        "SCRIPT-SRC 'SELF'",
        "script-src https://shop.example",
        "script-src shop.example",
        "script-src http://shop.example",
        "script-src *.example",
        "script-src 'nonce-AbC1' 'strict-dynamic'",
        "sandbox allow-scripts; script-src 'self'",
    ],
)
def test_these_do(policy: str) -> None:
    assert admits_script([policy.encode()] if policy else [], origin=SHOP)


@pytest.mark.parametrize(
    "policy",
    [
        "default-src 'none'",
        "script-src 'none'",
        "default-src 'self'; script-src cdn.example",
        "script-src 'self' 'strict-dynamic'",
        "script-src 'sha256-abc='",
        "script-src 'unsafe-inline'",
        "script-src http:",
        "script-src https://shop.example/assets/",
        "script-src *.shop.example",
        "script-src 'self'; script-src-elem 'none'",
        "sandbox",
        "sandbox allow-forms; script-src 'self'",
        "script-src 'self', script-src 'none'",
    ],
)
def test_these_do_not(policy: str) -> None:
    assert not admits_script([policy.encode()], origin=SHOP)


def test_every_policy_has_to_agree() -> None:
    assert not admits_script([b"script-src 'self'", b"default-src 'none'"], origin=SHOP)
    assert admits_script([b"script-src 'self'", b"img-src 'none'"], origin=SHOP)
