"""What a definition of a condition is made of: kinds of values, fields, forms."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """What may stand in a field, and the matcher it becomes.

    Operators beside a plain value or a list (any of them): see OPERATORS.
    """

    TEXT = "text"  # AnyOf: folded by fold_text; a value with `*` is a pattern; or Text, Exists
    CHOICE = "choice"  # one of the field's `values` (synonyms resolved first): AnyOf
    NAME = "name"  # a name that the folder defines (the field's `names` says in which section); `*` is a pattern: AnyOf
    LANGUAGE = "language"  # a BCP 47 tag: AnyOf, folded; `de` holds for de-AT too, without a pattern
    WORDS = "words"  # whole words, several are a phrase, each through words_of with `*` kept: Words; or Exists
    PATH = "path"  # PathIs; or Text, Exists
    NUMBER = "number"  # operators only: Range
    MONEY = "money"  # operators only, in the site's currency: Range
    COUNT = "count"  # operators only, whole numbers from 0: Range
    SHARE = "share"  # `60 %` is at least that; or operators: Range, 0 to 1
    PERCENT = "percent"  # a bare `50 %`, no operators: a number, 0 to 1
    DURATION = "duration"  # operators only, `30 days`: Range of seconds
    FLAG = "flag"  # yes or no: Flag
    VERSION = "version"  # `17` or `17.4` means that version and its parts (low = high); or operators: Version
    MAPPING = "mapping"  # name → value or operators: text, number or flag, as the operators say
    NETWORKS = "networks"  # addresses or networks, CIDR: Networks
    DATE = "date"  # YYYY-MM-DD, or with HH:MM
    TIME = "time"  # HH:MM
    WEEKDAYS = "weekdays"  # names of days, or a list
    COORDINATE = "coordinate"  # degrees
    DISTANCE = "distance"  # kilometres
    CURRENCY = "currency"  # an ISO 4217 code
    LABEL = "label"  # a name made up here
    WEEKS = "weeks"  # a bare whole number, from 1 to 52
    SPAN = "span"  # a bare duration, `21 days`
    WINDOW = "window"  # `7 days`, `this week`
    REGULARITY = "regularity"  # `{weeks: 3, of: 4}`
    VIEW = "view"  # what stands under `viewed`, without counts and windows
    STEPS = "steps"  # a list of `viewed` and `did`, each without counts and windows
    STEP = "step"  # one step of a funnel: its path or event, or its number
    CONDITION = "condition"  # one condition
    CONDITIONS = "conditions"  # a list of conditions; where `form` is TOUCH also one


NUMBER_OPERATORS = ("at_least", "at_most", "more_than", "less_than", "exactly", "between")
TEXT_OPERATORS = ("contains", "starts_with", "ends_with", "matches", "exists")

OPERATORS: Mapping[Kind, tuple[str, ...]] = {
    Kind.TEXT: TEXT_OPERATORS,
    Kind.PATH: TEXT_OPERATORS,
    Kind.WORDS: ("exists",),
    Kind.LANGUAGE: ("exists",),
    Kind.NAME: ("exists",),
    Kind.CHOICE: ("exists",),
    Kind.NUMBER: NUMBER_OPERATORS,
    Kind.MONEY: NUMBER_OPERATORS,
    Kind.COUNT: NUMBER_OPERATORS,
    Kind.SHARE: NUMBER_OPERATORS,
    Kind.DURATION: NUMBER_OPERATORS,
    Kind.VERSION: NUMBER_OPERATORS,
    Kind.MAPPING: TEXT_OPERATORS + NUMBER_OPERATORS,
}
"""What each kind takes beside plain values; `exists` takes yes or no; a kind that is not here takes none."""


class Form(StrEnum):
    """Which node a condition becomes; the module's docstring says how."""

    TEST = "test"
    MAPPING = "mapping"
    TOUCH = "touch"
    BEHAVIOUR = "behaviour"
    COURSE = "course"
    TIME = "time"
    DATE = "date"
    NEAR = "near"
    IN = "in"
    CHANCE = "chance"
    ALL = "all"
    ANY = "any"
    NONE = "none"
    NOT = "not"


class FieldDefinition(Struct, frozen=True):
    """One field. values: the whole vocabulary of a CHOICE, with synonyms → value. names: the section a NAME is from."""

    name: str
    kind: Kind
    doc: str
    values: tuple[str, ...] = ()
    synonyms: Mapping[str, str] = {}
    names: str = ""
    required: bool = False


class Definition(Struct, frozen=True):
    """One condition. main: the field a bare value is meant for, empty where there is none.

    measure: the field that number operators beside the others are meant for, see `definitions`. counts, within, ago,
    share, sum: which of these stand beside the fields. memory: needs permission to remember, so it is unknown without.
    """

    name: str
    form: Form
    doc: str
    example: str
    group: str = ""
    main: str = ""
    fields: tuple[FieldDefinition, ...] = ()
    measure: str = ""
    counts: bool = False
    within: bool = False
    ago: bool = False
    share: bool = False
    sum: bool = False
    memory: bool = False

    def field(self, name: str) -> FieldDefinition | None:
        """The field of that name, if there is one."""
        return next((field for field in self.fields if field.name == name), None)
