"""Signatures of webhooks, as standardwebhooks.com describes them: HMAC-SHA256 over id, time and body."""

import binascii
import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence

from floorwalker.errors import ConfigurationError

PREFIX = "whsec_"
_FEWEST_BYTES, _MOST_BYTES = 24, 64
_HOW = "write whsec_ and 24 to 64 random bytes in base64, such as `echo whsec_$(openssl rand -base64 32)` prints"


def read_secrets(text: str, *, where: str) -> tuple[bytes, ...]:
    """The secrets in a text, which spaces or commas keep apart: each signs, so that one may take another's place.

    where: what to call it in a message. Raises ConfigurationError, without any of the text.
    """
    words = text.replace(",", " ").split()
    if not words:
        raise ConfigurationError(f"{where} holds no secret; {_HOW}")
    return tuple([_read(word, where) for word in words])


def signed_headers(secrets: Sequence[bytes], *, message: str, at: int, body: bytes) -> dict[str, str]:
    """The headers by which a receiver knows who sent this. message: its id. at: when it is sent, since 1970."""
    content = b"%b.%d.%b" % (message.encode(), at, body)
    signatures = [b64encode(hmac.digest(secret, content, "sha256")).decode() for secret in secrets]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }


def _read(word: str, where: str) -> bytes:
    try:
        secret = b64decode(word.removeprefix(PREFIX), validate=True) if word.startswith(PREFIX) else b""
    except binascii.Error:
        secret = b""
    if not _FEWEST_BYTES <= len(secret) <= _MOST_BYTES:
        raise ConfigurationError(f"{where} holds something that is no secret; {_HOW}")
    return secret
