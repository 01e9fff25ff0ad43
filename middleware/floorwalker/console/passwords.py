"""Passwords of operators: kept as scrypt hashes alone, checked in constant time."""

import hashlib
import re
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from hmac import compare_digest
from typing import Final

from msgspec import Struct

NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?", re.ASCII)
SHORTEST: Final = 12  # characters of a password
LONGEST: Final = 1024  # beyond, nothing is hashed
SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32
# 32 MB and about 0.3 s; OWASP's Password Storage Cheat Sheet names N=2^15, r=8 with p=3 as equal to its least memory.
COST, _BLOCKS, _LANES = 15, 8, 3
_MOST_COST: Final = 18
_SHAPE: Final = re.compile(r"scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9_-]{22})\$([A-Za-z0-9_-]{43})")


class Operator(Struct, frozen=True):
    """Somebody who may look visitors up. password: as `hashed` gave it."""

    name: str
    password: str


def hashed(password: str, *, salt: bytes, cost: int = COST) -> str:
    """The password's hash with all that checking it needs: `scrypt$log2(N)$r$p$SALT$HASH`. cost: log2(N)."""
    derived = _derived(password, salt, cost, _BLOCKS, _LANES)
    return f"scrypt${cost}${_BLOCKS}${_LANES}${_text(salt)}${_text(derived)}"


def is_password(stored: str, password: str) -> bool:
    """Whether this is the password. Takes as long for any; runs for about 0.3 s, so never in an event loop."""
    shape = _SHAPE.fullmatch(stored)
    if shape is None or len(password) > LONGEST:
        return False
    cost, blocks, lanes = (int(shape[n]) for n in (1, 2, 3))
    return compare_digest(_derived(password, _bytes(shape[4]), cost, blocks, lanes), _bytes(shape[5]))


def read_operators(value: str | Sequence[str] | Mapping[str, str]) -> tuple[Operator, ...]:
    """Operators as a setting names them: `name:hash`, with commas between, or name → hash. Raises ValueError."""
    if isinstance(value, Mapping):
        pairs = list(value.items())
    else:
        entries = value.split(",") if isinstance(value, str) else value
        pairs = [
            (name.strip(), stored.strip()) for name, _, stored in (one.partition(":") for one in entries if one.strip())
        ]
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("it names somebody twice")
    for name, stored in pairs:
        shape = _SHAPE.fullmatch(stored) if isinstance(stored, str) else None
        if (
            not NAME.fullmatch(name)
            or shape is None
            or not 1 <= int(shape[1]) <= _MOST_COST
            or "0" in shape.groups()[1:3]
        ):
            raise ValueError("an entry is `name:scrypt$…`, as `floorwalker operator NAME` prints it")
    return tuple([Operator(name, stored) for name, stored in pairs])


def _derived(password: str, salt: bytes, cost: int, blocks: int, lanes: int) -> bytes:
    text = unicodedata.normalize("NFKC", password).encode("utf-8", "replace")
    memory = 256 * blocks * ((1 << cost) + lanes + 2)  # twice what it takes
    return hashlib.scrypt(text, salt=salt, n=1 << cost, r=blocks, p=lanes, maxmem=memory, dklen=_HASH_BYTES)


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
