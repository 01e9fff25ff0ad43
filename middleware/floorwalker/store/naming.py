"""What people, messages and traits are called in the store: hashes keyed by a secret of the keyspace.

The secret is made once and lies in `fw:meta`, so names do not change with the secret that signs the cookie.
"""

from base64 import urlsafe_b64encode
from hashlib import blake2b

from floorwalker.core.events import Scalar
from floorwalker.core.memory.persons import marked_value

SECRET_BYTES = 32
MESSAGE_BYTES = 12
_VISITOR_BYTES = 16
_ID_CHARACTERS = 22
_ENDS, _OF_PEOPLE = "AQgw", "BRhx"  # 128 bits leave four in the last character: it tells a person's id from any other
_MARK_BYTES = 8


def person_id(secret: bytes, user: str) -> str:
    """The visitor id of whom the site calls `user`: 22 URL-safe characters, like any other."""
    id = _visitor(secret, "user:" + user)
    return id[:-1] + _OF_PEOPLE[_ENDS.index(id[-1])]


def is_person(visitor: str) -> bool:
    """Whether the id is a person's, of whom nothing may be remembered any more."""
    return len(visitor) == _ID_CHARACTERS and visitor[-1] in _OF_PEOPLE


def client_id(secret: bytes, anonymous_id: str) -> str:
    """The visitor id of whom another client calls so; never that of a person, nor one in a cookie."""
    return _visitor(secret, "client:" + anonymous_id)


def message_name(secret: bytes, message: str) -> bytes:
    """A messageId as the store remembers it: 12 bytes, however long it is."""
    return blake2b(_utf8("message:" + message), digest_size=MESSAGE_BYTES, key=secret).digest()


def mark_of(secret: bytes, trait: str, value: Scalar) -> str:
    """Under what everybody with this trait is found: 16 hexadecimal digits; what does not matter is left aside."""
    text = f"mark:{trait}\x1f{marked_value(trait, value)}"
    return blake2b(_utf8(text), digest_size=_MARK_BYTES, key=secret).hexdigest()


def _visitor(secret: bytes, name: str) -> str:
    digest = blake2b(_utf8(name), digest_size=_VISITOR_BYTES, key=secret).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
