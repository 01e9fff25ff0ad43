"""The device: type, brand, model, system and browser, from the user agent and a browser's client hints."""

import re
from collections.abc import Mapping
from functools import cache

import ua_parser
from msgspec import Struct

from floorwalker.core.reading.address import clean
from floorwalker.core.signals import Device
from floorwalker.core.words.patterns import Expression, expressions

DEVICE_TEXT_LIMIT = 64

_ANDROID = re.compile(r"\bAndroid\b|\bAdr \d", re.IGNORECASE)
_ANDROID_MODEL = re.compile(
    r"(?:Android|Adr)[^;)]*; *(?:[a-z]{2}[-_][a-z]{2,4}; *)?([^;)]*?)(?: +Build\b| AppleWebKit|[;)]|$)", re.IGNORECASE
)
_PHONE = re.compile(r"\bMobile|\bPhone\b|MobileSafari", re.IGNORECASE)
_BRAND_LIST = re.compile(r'"([^"]{1,64})";\s*v="([0-9.]{1,32})"')
_NO_BRAND = re.compile(r"not.{0,3}a.{0,3}brand|^chromium$|^[^A-Za-z]*$", re.IGNORECASE)
_GENERIC = re.compile(r"generic|^other$|spider|^[kK]$|smartphone|feature ?phone|^tablet|^mac$", re.IGNORECASE)
_DARWIN = re.compile(r"CFNetwork(?:/[\d.]+)? Darwin", re.IGNORECASE)
_MACHINE = re.compile(r"x86_64|i386|\bMac|iPad|Power", re.IGNORECASE)
_SYSTEMS = {"macos": "Mac OS X", "chromeos": "Chrome OS", "chrome os": "Chrome OS", "chromium os": "Chrome OS"}
_BROWSERS = {
    "Google Chrome": "Chrome",
    "Microsoft Edge": "Edge",
    "Android WebView": "Chrome Mobile WebView",
    "Yandex": "Yandex Browser",
    "YaBrowser": "Yandex Browser",
}
_FORM_FACTORS = {"desktop": "desktop", "mobile": "mobile", "tablet": "tablet", "xr": None, "watch": None}
_NUMBERS = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,8}){0,3}")
_WINDOWS_11 = 13  # Sec-CH-UA-Platform-Version: 13 and later is Windows 11, 1 to 12 is Windows 10.
_DESKTOP_SYSTEMS = frozenset(("Windows", "Mac OS X", "Chrome OS", "Linux"))


class Hints(Struct, frozen=True):
    """The client hints as sent, empty where absent."""

    brands: str = ""
    mobile: str = ""
    platform: str = ""
    platform_version: str = ""
    model: str = ""
    form_factors: str = ""


NO_HINTS = Hints()


def read_device(agent: str, hints: Hints = NO_HINTS) -> tuple[Device, bool]:
    """The device, and whether the user-agent parser knows it as a spider. Names are those of uap-core."""
    if not agent and hints == NO_HINTS:
        return Device(), False
    parsed = ua_parser.parse(agent)
    system, browser, device = parsed.os, parsed.user_agent, parsed.device
    known = Device(
        type=device_type(agent),
        brand=_named(device.brand if device else None),
        model=_named(device.model if device else None),
        os=_family(system.family if system else None),
        os_version=_version(system.major, system.minor, system.patch) if system else None,
        browser=_family(browser.family if browser else None),
        browser_version=_version(browser.major, browser.minor, browser.patch) if browser else None,
    )
    spider = device is not None and device.family == "Spider"
    return (known if hints == NO_HINTS else _with_hints(known, hints)), spider


def device_type(agent: str) -> str | None:
    """desktop, mobile, tablet, tv or console; None where the user agent does not say, or it is something else."""
    kinds = _kinds()
    for kind in ("none", "console", "tv"):
        if kinds[kind].search(agent):
            return None if kind == "none" else kind
    if _ANDROID.search(agent):
        return _android_type(agent, kinds)
    if _DARWIN.search(agent) and not _MACHINE.search(agent):
        return "mobile"
    for kind in ("tablet", "desktop", "mobile"):
        if kinds[kind].search(agent):
            return kind
    return None


def _android_type(agent: str, kinds: Mapping[str, Expression]) -> str | None:
    """By the model where it is a known kind; else tablets leave `Mobile` out (Chrome's rule for Android)."""
    match = _ANDROID_MODEL.search(agent)
    model = match[1] if match else ""
    claims_phone = _PHONE.search(agent) is not None
    if kinds["android-none"].search(model):
        return None
    if kinds["android-tv"].search(model) or (not claims_phone and kinds["box"].search(model)):
        return "tv"
    for kind in ("desktop", "phone", "tablet"):
        if kinds[f"android-{kind}"].search(model):
            return "mobile" if kind == "phone" else kind
    if claims_phone or not agent.startswith("Mozilla/"):
        return "mobile"
    return "tablet"


@cache
def _kinds() -> Mapping[str, Expression]:
    return expressions("devices")


def _named(value: str | None) -> str | None:
    return None if value is None or _GENERIC.search(value) else clean(value, DEVICE_TEXT_LIMIT) or None


def _family(value: str | None) -> str | None:
    return None if not value or value == "Other" else clean(value, DEVICE_TEXT_LIMIT) or None


def _version(*parts: str | None) -> str | None:
    numbers = []
    for part in parts:
        if not part:
            break
        numbers.append(clean(part, 16))
    return ".".join(numbers) or None


def _with_hints(known: Device, hints: Hints) -> Device:
    system = _SYSTEMS.get(hints.platform.lower()) or _family(hints.platform) or known.os
    version = _hinted_version(system, hints.platform_version) or (known.os_version if system == known.os else None)
    browser, browser_version = _browser(known, hints.brands)
    return Device(
        type=_hinted_type(known.type, system, hints),
        brand=known.brand,
        model=_named(hints.model) or known.model,
        os=system,
        os_version=version,
        browser=browser,
        browser_version=browser_version,
    )


def _browser(known: Device, brands: str) -> tuple[str | None, str | None]:
    """Name and version; the user agent's finer name wins where both agree, and the version that says more."""
    name, version = _hinted_browser(brands)
    if name is None:
        return known.browser, known.browser_version
    if known.browser is None or not known.browser.startswith(name):
        return name, version
    return known.browser, version if version and "." in version else known.browser_version or version


def _hinted_type(known: str | None, system: str | None, hints: Hints) -> str | None:
    for form in hints.form_factors.lower().replace('"', "").split(","):
        if form.strip() in _FORM_FACTORS:
            return _FORM_FACTORS[form.strip()]
    if known in ("tv", "console", "tablet"):
        return known
    if hints.mobile == "?1":
        return "mobile"
    if hints.mobile == "?0" and system == "Android":
        return "tablet"
    return "desktop" if hints.mobile == "?0" and system in _DESKTOP_SYSTEMS else known


def _hinted_version(system: str | None, version: str) -> str | None:
    major = version.partition(".")[0]
    if not _NUMBERS.fullmatch(version) or major == "0":
        return None
    if system == "Windows":
        return "11" if int(major) >= _WINDOWS_11 else "10"
    return version.removesuffix(".0.0").removesuffix(".0")


def _hinted_browser(brands: str) -> tuple[str | None, str | None]:
    """The brand that is neither the engine nor the one made up to keep lists honest (GREASE)."""
    for name, version in _BRAND_LIST.findall(brands):
        if not _NO_BRAND.search(name):
            return _BROWSERS.get(name, name), version
    return None, None
