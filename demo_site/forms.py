"""Posted forms: read once, bounded, URL-encoded only, and checked field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

MOST_BYTES = 16_384
MOST_FIELDS = 100
LONGEST_VALUE = 200


async def read_form(request: Request) -> dict[str, str]:
    """The last value of each field, stripped; 413 when the body is too long, 400 when it is no form."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(413)
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise HTTPException(400) from error
    return {name: _clean(value) for name, value in pairs}


def _clean(value: str) -> str:
    return "".join(sign for sign in value if sign.isprintable()).strip()


@dataclass(frozen=True)
class Checked:
    """A form's values and, for those that will not do, what to write instead."""

    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def fine(self) -> bool:
        return not self.errors


def check(form: Mapping[str, str], required: Mapping[str, str]) -> Checked:
    """Check that every field of `required` (field name → what to ask for) is there and reasonable."""
    values = {name: form.get(name, "")[:LONGEST_VALUE] for name in required}
    errors = {}
    for name, ask in required.items():
        if not values[name]:
            errors[name] = ask
        elif len(form[name]) > LONGEST_VALUE:
            errors[name] = f"Please keep this under {LONGEST_VALUE} letters."
        elif name == "email" and not looks_like_email(values[name]):
            errors[name] = "This does not look like an address. It needs a name, an @ and a domain."
    return Checked(values, errors)


def looks_like_email(text: str) -> bool:
    name, _, domain = text.rpartition("@")
    return bool(name) and "." in domain.strip(".") and " " not in text
