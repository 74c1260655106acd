"""Passwords: argon2id, and the same effort for a name that does not exist."""

import asyncio
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's minimum for argon2id (Password Storage Cheat Sheet): 19 MiB, 2 passes; log-ins share the server's memory."""

MIN_CHARACTERS = 8
MAX_CHARACTERS = 256


class PasswordRefusedError(ValueError):
    """The password cannot be taken; the message says why."""


async def hash_password(password: str) -> str:
    """Return the argon2id hash, in a thread. Raises ``PasswordRefusedError`` outside 8 to 256 characters."""
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        raise PasswordRefusedError(
            f"a password has {MIN_CHARACTERS} to {MAX_CHARACTERS} characters, not {len(password)}"
        )
    return await asyncio.to_thread(HASHER.hash, password)


async def matches(password: str, password_hash: str | None) -> bool:
    """Say whether the password fits, in a thread; without a hash it takes as long and is False."""
    if len(password) > MAX_CHARACTERS:
        return False
    return await asyncio.to_thread(_verify, password, password_hash)


def random_password() -> str:
    """Return a password of 96 random bits in 16 characters."""
    return secrets.token_urlsafe(12)


def _verify(password: str, password_hash: str | None) -> bool:
    try:
        return HASHER.verify(password_hash or _nobodys_hash(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return HASHER.hash(secrets.token_urlsafe(12))
