"""What the columns of a file, or the keys of its objects, may be called."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from floorwalker.errors import ConfigurationError
from floorwalker.rulefile.problems import did_you_mean

WHO: Final = ("user", "visitor", "email")
AMOUNTS: Final = ("total", "revenue", "shipping", "tax", "discount")
OF_ORDER: Final = (*AMOUNTS, "currency", "coupon")
OF_PRODUCT: Final = ("product_id", "sku", "name", "variant", "category", "brand", "price", "quantity")
TRAIT: Final = "trait."
PROPERTY: Final = "properties."
NUMBER: Final = ":number"
YES_NO: Final = ":yes-no"
COLUMNS: Final = (*WHO, "at", "event", "order_id", *OF_ORDER, *OF_PRODUCT)
OBJECTS: Final = ("traits", "properties", "products")  # keys of JSON objects alone
_PREFIXES: Final = (TRAIT, PROPERTY)
_YES: Final = frozenset(("yes", "true", "1", "y", "on"))
_NO: Final = frozenset(("no", "false", "0", "n", "off"))


class WrongValue(ValueError):
    """What stands in a field is not of its kind; the message says what is."""


def check_header(columns: Iterable[str]) -> None:
    """Raises ConfigurationError for a column that is not known, and where none says whose a row is."""
    columns = list(columns)
    for name in columns:
        if name not in COLUMNS and not (name.startswith(_PREFIXES) and name.partition(".")[2]):
            hint = did_you_mean(name, COLUMNS, instead=f"a trait's is trait.{name}, an event's properties.{name}")
            raise ConfigurationError(
                f"there is no column {name[:60] or 'without a name'}; {hint}. Nothing was imported"
            )
    if not set(columns) & set(WHO):
        raise ConfigurationError("no column says whose a row is: user, visitor or email. Nothing was imported")


def unknown_key(fields: Mapping[str, Any]) -> str:
    """A key of an object that is not known; empty where all are."""
    known = (*COLUMNS, *OBJECTS)
    return next((name for name in fields if name not in known and not name.startswith(_PREFIXES)), "")


def gathered(fields: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """What stands under `trait.NAME` and its like, by NAME, each of the kind that the name says. Raises WrongValue."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        if name.startswith(prefix):
            kept, read = _kind_of(name.removeprefix(prefix), value)
            found[kept] = read
    return found


def _kind_of(name: str, value: Any) -> tuple[str, Any]:
    if name.endswith(NUMBER):
        return name.removesuffix(NUMBER), value if isinstance(value, int | float) else _number(name, str(value))
    if name.endswith(YES_NO):
        return name.removesuffix(YES_NO), value if isinstance(value, bool) else _yes_no(name, str(value))
    return name, value


def _number(name: str, text: str) -> int | float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not abs(number) <= 1e15:
        raise WrongValue(f"{name.removesuffix(NUMBER)} is no number")
    return int(number) if number.is_integer() and "." not in text and "e" not in text.lower() else number


def _yes_no(name: str, text: str) -> bool:
    folded = text.strip().lower()
    if folded not in _YES | _NO:
        raise WrongValue(f"{name.removesuffix(YES_NO)} is neither yes nor no")
    return folded in _YES
