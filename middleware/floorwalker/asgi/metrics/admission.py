"""Who may read the metrics: whoever brings the key, or an operator's name and password."""

import asyncio
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from floorwalker.console.attempts import Attempts
from floorwalker.console.passwords import LONGEST, Operator, is_password

_LONGEST_HEADER: Final = 2048


class Admission:
    """Keys are compared in constant time, and each of them. A password that was right once is known again without the
    third of a second that its hash takes, so that a scrape every few seconds costs nothing.

    clock: seconds since 1970. salt: random bytes, of this process. attempts: by which failures count, those at the
    console too.
    """

    def __init__(
        self,
        keys: Sequence[str],
        operators: Sequence[Operator],
        *,
        clock: Callable[[], float],
        salt: bytes,
        attempts: Attempts,
    ) -> None:
        self._keys = [key.encode() for key in keys]
        self._passwords = {one.name: one.password for one in operators}
        self._decoy = operators[0].password if operators else ""
        self._clock = clock
        self._salt = salt
        self._attempts = attempts
        self._hashing = asyncio.Semaphore(1)
        self._right: set[bytes] = set()

    async def admits(self, authorization: bytes, address: str) -> bool:
        """authorization: the header's value, empty where there is none. address: whose it is, to count failures by."""
        if len(authorization) > _LONGEST_HEADER:
            return False
        scheme, _, told = authorization.strip().partition(b" ")
        match scheme.lower():
            case b"bearer":
                return self._is_key(told.strip())
            case b"basic":
                return await self._admits_name(told.strip(), address)
            case _:
                return False

    async def _admits_name(self, told: bytes, address: str) -> bool:
        try:
            name, _, password = b64decode(told, validate=True).partition(b":")
        except NotBase64:
            return False
        if self._is_key(password):
            return True
        return await self._is_operator(name.decode("utf-8", "replace"), password.decode("utf-8", "replace"), address)

    def _is_key(self, presented: bytes) -> bool:
        return any([compare_digest(key, presented) for key in self._keys])  # noqa: C419 - each is compared

    async def _is_operator(self, name: str, password: str, address: str) -> bool:
        """An unknown name takes as long as a wrong password."""
        stored = self._passwords.get(name, self._decoy)
        if not stored or len(password) > LONGEST:
            return False
        mark = sha256(self._salt + f"{name}\0{stored}\0{password}".encode()).digest()
        if mark in self._right:
            return True
        now = self._clock()
        if await self._attempts.begin(name, address, now):
            return False
        async with self._hashing:
            fits = await asyncio.to_thread(is_password, stored, password) and name in self._passwords
        if fits:
            await self._attempts.succeeded(name, address, now)
            self._right.add(mark)
        return fits
