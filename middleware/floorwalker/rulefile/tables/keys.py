"""What a definition of a section is made of: what a key takes, keys, shapes of sections."""

from enum import StrEnum

from msgspec import Struct


class Takes(StrEnum):
    """What may stand at a key."""

    TEXT = "text"
    TEMPLATE_TEXT = "text, Jinja2"
    LABEL = "name"
    NAME = "one of the folder's names"
    NAMES = "a name or a list of names"
    TEXTS = "a text or a list of texts"
    PHRASES = "words, or a list"
    SHARE = "a share such as 5 %"
    NUMBER = "a number"
    RANGE = "at_least, at_most, …"
    YES_NO = "yes or no"
    MOMENT = "a day, or a day and a time"
    DURATION = "a duration such as 30 minutes"
    CAPS = "a cap such as 3 per visit, or a list"
    CHOICE = "one of these words"
    CHOICES = "one or several of these words"
    PATHS = "a path, or a list"
    PAGE_PATHS = "a path with captures, or a list"
    PAGES = "page types, or paths beginning with /"
    SELECTOR = "a CSS selector"
    BLOCK = "a block's name or a template's path"
    TEMPLATE = "a template's path"
    VALUES = "names and texts"
    TIERS = "names and spans of prices"
    PARTNERS = "names and hosts"
    ZONE = "a time zone"
    CURRENCY = "a currency"
    CONDITIONS = "a condition or a list"
    POINTS = "a list of points"
    ENTRIES = "a list of entries"
    CONTENT = "default, or what is shown"
    SCORE = "a number, or the name of a segment with points"
    PROMOTED = "slots, each with an entry or a list of entries"
    COORDINATE = "degrees"
    ADDRESS = "an address: a path, or a whole one"
    URL = "a whole address"
    IP = "an IP address"
    COUNTRY = "a country's code"
    LANGUAGES = "a language such as de-AT, or a list"
    COUNT = "a whole number"
    SCALARS = "names and values"
    PLACE = "country, region, city, lat, lon"
    PAGE = "what a page is about"
    HISTORY = "a list of what happened"
    CART = "a list of products"
    ORDERS = "a list of orders"
    BOUGHT = "a list of what was in it"
    SHARES = "names, each with a share"
    CONSENT = "no, or what they agreed to"
    EXPECTED = "slots, each with a block or a list"


class Shape(StrEnum):
    """How a section is written."""

    RECORD = "keys and values"
    NAMED = "names, each with its keys"
    LIST = "a list"
    POINTS = "names, each with one point or a list of points"
    CONDITION = "names, each with a condition and its keys"
    STEPS = "names, each with a list of steps"


class Key(Struct, frozen=True):
    """One key. values: the words of a choice. names: the kind of name it refers to. required: must be there."""

    name: str
    takes: Takes
    doc: str
    example: str
    values: tuple[str, ...] = ()
    names: str = ""
    required: bool = False


class Section(Struct, frozen=True):
    """One section of a rule file. defines: the kind of name its own keys define."""

    name: str
    shape: Shape
    doc: str
    example: str
    keys: tuple[Key, ...] = ()
    defines: str = ""
