"""Settings: what is refused, and how it is said."""

from pathlib import Path
from typing import Any

import pytest

from floorwalker.asgi.settings import read_settings
from floorwalker.cli.relay import SECRET_ENV
from floorwalker.errors import ConfigurationError, StoreAddressError
from tests.asgi.browser import page_app
from tests.asgi.conftest import Wrap

KEY = "k" * 32


def test_the_defaults_are_those_of_the_contract() -> None:
    settings = read_settings({"secret_key": KEY}, {})
    assert settings.rules == Path("rules")
    assert settings.templates == Path("templates")
    assert settings.store == "embedded:var/floorwalker"
    assert settings.prefix == "/_floorwalker"
    assert settings.budget_ms == 50
    assert settings.reload_s == 1


def test_an_argument_goes_before_the_environment() -> None:
    environ = {"FLOORWALKER_SECRET_KEY": "e" * 40, "FLOORWALKER_BUDGET_MS": "20", "FLOORWALKER_RULES": "r", "PATH": "x"}
    settings = read_settings({"secret_key": KEY, "budget_ms": 30}, environ)
    assert settings.secret_keys == (KEY,)
    assert settings.budget_ms == 30
    assert settings.rules == Path("r")


def test_keys_rotate_in_arguments_and_in_the_environment() -> None:
    assert read_settings({"secret_key": ["a" * 32, "b" * 32]}, {}).secret_keys == ("a" * 32, "b" * 32)
    environ = {"FLOORWALKER_SECRET_KEY": f"{'a' * 32}, {'b' * 32}"}
    assert read_settings({}, environ).secret_keys == ("a" * 32, "b" * 32)


@pytest.mark.parametrize("options", [{}, {"secret_key": ""}, {"secret_key": []}, {"secret_key": "short"}])
def test_a_missing_or_short_key_is_refused_with_the_way_to_make_one(options: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match=r"secrets\.token_urlsafe\(32\)") as refused:
        read_settings(options, {})
    assert "\n" not in str(refused.value)
    assert "short" not in str(refused.value)


@pytest.mark.parametrize(
    ("options", "environ", "message"),
    [
        ({"store": 5}, {}, "The setting store cannot be that: it is no address, and no open Store."),
        ({"secret_keys": KEY}, {}, "no setting secret_keys; the nearest is secret_key"),
        ({"budget": 3}, {}, "no setting budget; the nearest is budget_ms"),
        ({"zzz": 3}, {}, r"no setting zzz\."),
        ({}, {"FLOORWALKER_SECRET": "x"}, "FLOORWALKER_SECRET; the nearest is FLOORWALKER_SECRET_KEY"),
        ({}, {"FLOORWALKER_CLOCK": "x"}, "pass clock as an argument"),
        ({"budget_ms": "soon"}, {}, "budget_ms cannot be 'soon'"),
        ({"budget_ms": 0}, {}, "above 0"),
        ({"reload_s": -1}, {}, "from 0.01 to 3600, or 0 for never"),
        ({"reload_s": float("nan")}, {}, "or 0 for never"),
        ({"prefix": "fw/"}, {}, "begins with /"),
        ({"prefix": "/"}, {}, "begins with /"),
        ({"rules": " "}, {}, "rules cannot be"),
        ({"clock": 5}, {}, "cannot be called"),
        ({"secret_key": [1]}, {}, "secret_key cannot be that"),
        ({"geo_headers": "akamai"}, {}, "geo_headers cannot be 'akamai': it is one of cloudflare, "),
    ],
)
def test_what_cannot_be_is_refused_by_name(options: dict[str, object], environ: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read_settings({"secret_key": KEY, **options}, environ)


def test_a_store_address_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(StoreAddressError):
        read_settings({"secret_key": KEY, "store": "mysql://x:secret@y"}, {})


def test_what_a_platform_or_a_test_run_puts_into_the_environment_is_no_setting() -> None:
    names = ("SERVICE_HOST", "SERVICE_PORT_HTTP", "PORT", "PORT_80_TCP_ADDR", "TEST_DATA", "REQUIRE_ALL")
    read_settings({"secret_key": KEY}, {f"FLOORWALKER_{name}": "tcp://10.0.0.1:80" for name in names})


def test_the_secrets_of_the_relay_may_stand_beside_the_settings_of_the_site() -> None:
    read_settings({"secret_key": KEY}, {SECRET_ENV: "whsec_x", f"{SECRET_ENV}_CRM": "whsec_y"})


@pytest.mark.parametrize("paths", ["admin", "admin/**", ["/fine", "*.pdf"]])
def test_a_path_that_could_never_match_is_refused_with_a_hint(paths: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"paths begin with /, as in /[a-z.]+/\*\*"):
        read_settings({"secret_key": "k" * 40, "exclude": paths}, {})


def test_a_folder_of_templates_that_is_named_and_missing_is_said(
    wrap: Wrap, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wrap(page_app(b""), templates=tmp_path / "tempaltes")
    assert caplog.messages == [f"there is no folder of templates at {tmp_path / 'tempaltes'}"]
