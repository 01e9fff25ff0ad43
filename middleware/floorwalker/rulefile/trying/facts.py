"""What a persona simply has: a cart, orders, interests, what was learned or written of them, what they agreed to."""

from collections.abc import Iterator, Sequence

from floorwalker.core.consent import UNDECIDED, Category
from floorwalker.core.personas import NO_FACTS, Facts, PastOrder, Piece
from floorwalker.rulefile.fields import Fields, as_list, as_mapping, attempt, one_text
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.tables.keys import Key
from floorwalker.rulefile.tables.persona_keys import BOUGHT_KEYS, CART_KEYS, FACT_KEYS, ORDER_KEYS
from floorwalker.rulefile.values import Misread, count, currency, share, yes_no

_MOST_PIECES = 9_999
_FORBIDS = ("no", "false", "off", UNDECIDED)
_REMEMBERED = ("history", "user", "traits", *(key.name for key in FACT_KEYS))


def read_facts(fields: Fields, reading: Reading) -> Facts:
    """The facts that are written."""
    if not any(key.name in fields for key in FACT_KEYS) and "consent" not in fields:
        return NO_FACTS
    if "cart_idle" in fields and "cart" not in fields:
        hint = "write cart: beside it, or take it out"
        reading.findings.error(fields.key("cart_idle").at, "stray", "cart_idle belongs to cart", hint)
    return Facts(
        cart=tuple(_pieces("cart", CART_KEYS, fields, reading)),
        cart_idle=fields.duration("cart_idle", 0.0),
        orders=tuple(_orders(fields, reading)),
        interests=_interests(fields, reading),
        dominant_interest=fields.name("dominant_interest"),
        next_interest=fields.name("next_interest"),
        lifecycle=fields.choice("lifecycle", ""),
        micro_segment=fields.text("micro_segment"),
        propensities=_shares("propensity", fields),
        responds_to=_shares("responds_to", fields),
        notes=fields.texts("notes"),
        consents=_consents(fields),
    )


def may_remember(fields: Fields) -> bool:
    """Whether memory is permitted: `consent: no` forbids it, and so does agreeing to something else alone; what is
    written to be remembered is warned of then."""
    said = frozenset([text.strip().lower() for text in fields.texts("consent")]) if "consent" in fields else frozenset()
    permitted = said.isdisjoint(_FORBIDS) and (said.isdisjoint(Category) or Category.PERSONALIZATION in said)
    for name in _REMEMBERED if not permitted else ():
        if name in fields:
            message = f"without consent nothing is remembered, so {name} counts for nothing"
            fields.findings.warn(fields.key(name).at, "consent", message, f"take {name} out, or consent: no")
    return permitted


def _consents(fields: Fields) -> tuple[str, ...]:
    """What they agreed to; yes and no alone are no categories."""
    return tuple(text for text in fields.texts("consent") if not _is_flag(text))


def _is_flag(text: str) -> bool:
    try:
        yes_no(text)
    except Misread:
        return False
    return True


def _pieces(name: str, keys: Sequence[Key], fields: Fields, reading: Reading) -> Iterator[Piece]:
    for own in _each(name, keys, fields, reading):
        price = own.number("price", -1.0)
        yield Piece(
            product=own.text("product"),
            name=own.text("name"),
            category=own.text("category"),
            brand=own.text("brand"),
            price=price if price >= 0 else None,
            price_tier=own.name("price_tier"),
            tags=own.texts("tags"),
            topics=own.name_list("topics"),
            quantity=own.read("quantity", _quantity, 1),
        )


def _orders(fields: Fields, reading: Reading) -> Iterator[PastOrder]:
    for own in _each("orders", ORDER_KEYS, fields, reading):
        yield PastOrder(
            ago=own.duration("ago", 0.0),
            amount=own.number("amount", 0.0),
            currency=own.read("currency", currency, ""),
            bought=tuple(_pieces("bought", BOUGHT_KEYS, own, reading)),
        )


def _each(name: str, keys: Sequence[Key], fields: Fields, reading: Reading) -> Iterator[Fields]:
    """Every mapping of a list."""
    node, example = fields.get(name), fields.example(name)
    items = None if node is None else as_list(node, name, reading.findings, example)
    for item in items.items if items is not None else ():
        mapping = as_mapping(item, name, reading.findings, example)
        if mapping is not None:
            yield Fields(mapping, keys, f"an entry of {name}", reading.findings, reading.names)


def _quantity(text: str) -> int:
    quantity = int(count(text))
    if not 1 <= quantity <= _MOST_PIECES:
        raise Misread(f"{text} is out of range", f"write from 1 to {_MOST_PIECES}")
    return quantity


def _interests(fields: Fields, reading: Reading) -> dict[str, float]:
    interests = _shares("interests", fields)
    for topic, _ in fields.mapping("interests") or ():
        reading.names.refer("topic", topic.text, topic.at)
    if sum(interests.values()) > 1 + 1e-9:
        at = fields.key("interests").at
        reading.findings.error(at, "range", "these shares come to more than 100 %", "what is left is anything else")
    return interests


def _shares(name: str, fields: Fields) -> dict[str, float]:
    found: dict[str, float] = {}
    for key, node in fields.mapping(name) or ():
        scalar = one_text(node, fields.findings, fields.example(name))
        if scalar is not None:
            found[key.text] = attempt(scalar, share, 0.0, fields.findings)
    return found
