"""Short ways to write the definitions down."""

from collections.abc import Mapping

from floorwalker.core.conditions.kinds import Definition, FieldDefinition, Form, Kind


def text(name: str, doc: str, *, required: bool = False) -> FieldDefinition:
    return FieldDefinition(name, Kind.TEXT, doc, required=required)


def choice(
    name: str,
    doc: str,
    values: tuple[str, ...],
    synonyms: Mapping[str, str] | None = None,
    *,
    required: bool = False,
) -> FieldDefinition:
    return FieldDefinition(name, Kind.CHOICE, doc, values=values, synonyms=synonyms or {}, required=required)


def name_of(section: str, name: str, doc: str, *, required: bool = False) -> FieldDefinition:
    """A field that names something the folder defines in `section`."""
    return FieldDefinition(name, Kind.NAME, doc, names=section, required=required)


def asks(name: str, doc: str, example: str, *fields: FieldDefinition, memory: bool = False) -> Definition:
    """A condition on what is the case; the first field is the main one."""
    return Definition(name, Form.TEST, doc, example, main=fields[0].name, fields=fields, memory=memory)


def asks_whether(name: str, doc: str) -> Definition:
    """A condition that is yes or no, from memory."""
    field = FieldDefinition("is", Kind.FLAG, "yes or no")
    return asks(name, doc, f"{name}: yes", field, memory=True)


def asks_by_name(name: str, doc: str, example: str, *, memory: bool = False) -> Definition:
    """A condition whose keys are names that nobody lists."""
    field = FieldDefinition("is", Kind.MAPPING, "name → value or operators")
    return Definition(name, Form.MAPPING, doc, example, fields=(field,), memory=memory)


def counted(
    name: str,
    doc: str,
    example: str,
    *fields: FieldDefinition,
    ago: bool = True,
    share: bool = False,
    total: bool = False,
) -> Definition:
    """A condition on how often something happened, from memory."""
    main = fields[0].name if fields else ""
    return Definition(
        name,
        Form.BEHAVIOUR,
        doc,
        example,
        main=main,
        fields=fields,
        counts=True,
        within=True,
        ago=ago,
        share=share,
        sum=total,
        memory=True,
    )


def measured(name: str, doc: str, example: str, which: FieldDefinition, measure: FieldDefinition) -> Definition:
    """A condition on how much of something there is, from memory; number operators beside `which` are the measure's."""
    return Definition(
        name,
        Form.TEST,
        doc,
        example,
        main=which.name,
        fields=(which, measure),
        measure=measure.name,
        memory=True,
    )


def added_up(name: str, doc: str, example: str, amount: FieldDefinition, *fields: FieldDefinition) -> Definition:
    """A condition on a sum, within a time, from memory."""
    return Definition(
        name,
        Form.BEHAVIOUR,
        doc,
        example,
        main=amount.name,
        fields=(amount, *fields),
        measure=amount.name,
        within=True,
        memory=True,
    )


def composed(name: str, form: Form, doc: str, example: str, kind: Kind = Kind.CONDITIONS) -> Definition:
    """A condition made of conditions."""
    docs = "one condition" if kind is Kind.CONDITION else "a list of conditions"
    return Definition(name, form, doc, example, main="of", fields=(FieldDefinition("of", kind, docs, required=True),))
