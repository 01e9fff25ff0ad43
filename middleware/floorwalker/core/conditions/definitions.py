"""One definition of every condition: rule loader, JSON Schema, reference page and error messages are made from it.

From what an editor writes to the tree in `model`, by the definition's `form`:

- Short forms. `name: value` or a list of values is meant for the main field. So is a mapping whose keys are all
  operators (`away: {at_least: 30 days}`), unless the condition `counts`. Else the keys are fields; beside them, where
  the definition `counts`, the number operators are the count, and `within`, `ago`, `share`, `sum` stand as it allows.
  A bare number where a number, a count, an amount or a duration is meant is an error.
- TEST: `Test(name, (Field(field, matcher), …))`, one Field for each field written.
- TEST with a `measure`: one Test for each value of the main field, which is the key of its one Field:
  `interest: {topic: wildlife, at_least: 40 %}` is `Test("interest", (Field("share", Range(low=0.4), "wildlife"),))`; of
  several values an AnyCondition. Without the measure it is more than 0, or an error where the measure is required.
- MAPPING: `Test(name, (Field("is", matcher, key=…), …))`, one Field for each name; those of `header` in lower case. The
  kind of each value is text unless number operators stand there; yes and no are texts, true flags compare equal.
- TOUCH (`first_touch`, `last_touch`): the value is one condition or a list, of the arrival group or composed of it; the
  node is that condition's own (a list is All), every Test in it with touch="first" or "last". No TOUCH in a TOUCH.
- BEHAVIOUR: `Behaviour(name, what, window, count, share, total, ago)`. `what` holds the fields written; a MAPPING field
  (`where`) gives one Field("where", matcher, key=property) for each property.
  `visits: {at_least: 3, within: this week}` is `Behaviour("visits", (), Window("week"), Range(low=3))`; `visits: 3` is
  an error. Without number operators count is None: at least one, where neither share nor sum is asked.
  `within: 30 minutes` is Window("seconds", 1800); WINDOWS has the others; without it Window("ever").
  `share: 60 %` is Range(low=0.6). `sum: {revenue: {at_least: 500}}` is total=Field("sum", Range(low=500), "revenue").
  `ago: {at_most: 3 days}` is Range(high=259200).
- COURSE: `Course(asked)`, asked by the condition's name: `did_in_order` is InOrder, `did_regularly` Regular, `stopped`
  Stopped, `restarted` Restarted, `funnel` Stage. A step is `Behaviour(name, what)`; so is what happens regularly: `did`
  with its event and `where`, or `viewed`.
- BEHAVIOUR with a `measure`: that field is `total`, and its key the currency, empty for the site's:
  `spent: {at_least: 500, currency: USD}` is `Behaviour("spent", (), total=Field("amount", Range(low=500), "USD"))`.
- TIME: `Test("time", (Field("is", TimeOfDay(…)),))`. DATE: `Test("date", (Field("is", Dates(…)),))`. The matchers say
  what their bounds are. One of their fields at least is written; `from` and `until` of a time differ.
- NEAR: `Test("near", (Field("is", Near(points, km)),))`. `place` names an entry of `places:`, one point {lat, lon} or a
  list of them; or lat and lon stand here.
- IN: `InSegment(names)`. CHANCE: `Chance(share, of)`. ALL: `All(of)`. ANY: `AnyCondition(of)`. NONE: `Not(of)`, of a
  list. NOT: `Not((one,))`. `when: [a, b]` is `All((a, b))`.

`written` is the condition as the editor wrote it, on one line (`viewed: {category: clearance, at_least: 2}`); of
compositions the word alone; of TOUCH with its name in front (`first_touch: {campaign: spring}`).
Kinds become matchers as `Kind` says; number operators join in one Range, other operators together are `Both`.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from floorwalker.core.conditions import of_person, of_request, of_visitor
from floorwalker.core.conditions.kinds import (
    NUMBER_OPERATORS,
    OPERATORS,
    TEXT_OPERATORS,
    Definition,
    FieldDefinition,
    Form,
    Kind,
)
from floorwalker.core.conditions.vocabulary import GROUPS, WINDOWS

__all__ = [
    "DEFINITIONS",
    "GROUPS",
    "NUMBER_OPERATORS",
    "OPERATORS",
    "STEPS",
    "TEXT_OPERATORS",
    "WINDOWS",
    "Definition",
    "FieldDefinition",
    "Form",
    "Kind",
]

_IN_GROUPS = (
    of_request.THIS_PAGE,
    of_request.ARRIVAL,
    of_request.DEVICE,
    of_request.PLACE_AND_TIME,
    of_visitor.VISIT,
    of_visitor.BEHAVIOUR,
    of_person.INTEREST,
    of_person.MONEY,
    of_person.PERSON,
    of_visitor.RESPONSE,
    of_visitor.COMPOSITION,
)

DEFINITIONS: Mapping[str, Definition] = {
    definition.name: replace(definition, group=group)
    for group, definitions in zip(GROUPS, _IN_GROUPS, strict=True)
    for definition in definitions
}
"""Every condition by its name, in the order of the reference page."""

STEPS: Mapping[str, Definition] = {
    name: replace(DEFINITIONS[name], counts=False, within=False, ago=False, share=False, sum=False)
    for name in ("viewed", "did")
}
"""What may be a step: it only says what happened."""
