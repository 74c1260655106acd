"""Access tokens for people: short-lived JWTs signed with a key that only this installation has."""

import os
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt

from activities.ports import Principal

ISSUER = "holdfast"
AUDIENCE = "holdfast-api"
ALGORITHM = "HS256"
HEADER_TYPE = "at+jwt"
VISITOR_AUDIENCE = "holdfast-log-in"
VISITOR_LIFETIME = timedelta(minutes=1)
LEEWAY = timedelta(seconds=30)
MAX_CHARACTERS = 2_048
SESSION_MAX = timedelta(hours=12)


class TokenError(Exception):
    """The token is not one of ours, or its time is over; callers all get the same answer."""


class TokenKeyError(Exception):
    """The key file is not usable; the message says what to do."""


@dataclass(frozen=True)
class Claims:
    """What a verified token says: who, since when, until when. Never the role: that is read from records."""

    person_id: str
    issued_at: datetime
    expires_at: datetime
    signed_in_at: datetime


@dataclass(frozen=True)
class Tokens:
    """Issues and reads tokens. ``clock`` gives aware UTC times."""

    key: bytes
    lifetime: timedelta
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def issue_token(self, principal: Principal) -> str:
        """Return a token for somebody who has just logged in."""
        return self._sign(principal.id, self.clock())

    def read_token(self, token: str) -> Claims:
        """Verify signature, issuer, audience, times and type. Raises ``TokenError``."""
        if len(token) > MAX_CHARACTERS:
            raise TokenError("longer than any token of ours")
        try:
            # The algorithm is pinned and nothing in the token's header (jku, jwk, kid, x5u) is ever followed.
            decoded = jwt.decode_complete(
                token,
                self.key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                leeway=LEEWAY,
                # The times are compared below, against our own clock.
                options={"require": ["iss", "aud", "sub", "iat", "exp", "auth_time"], "verify_exp": False,
                         "verify_iat": False, "verify_nbf": False, "strict_aud": True},
            )  # fmt: skip
            return self._claims(decoded["header"], decoded["payload"])
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
            raise TokenError("not a valid token") from error

    def renew(self, claims: Claims) -> str | None:
        """Return a fresh token with the same log-in time, from half of the life on and until ``SESSION_MAX``."""
        now = self.clock()
        if now < claims.issued_at + self.lifetime / 2 or now > claims.signed_in_at + SESSION_MAX:
            return None
        return self._sign(claims.person_id, claims.signed_in_at)

    def vouch(self, address: str) -> str:
        """Return a token by which the pages tell the API the address of a browser that logs in through them."""
        payload = {"aud": VISITOR_AUDIENCE, "sub": address, "exp": self.clock() + VISITOR_LIFETIME}
        return jwt.encode(payload, self.key, ALGORITHM)

    def vouched(self, token: str) -> str | None:
        """Return the address that the pages vouch for; None when they do not, or no longer."""
        try:
            payload = jwt.decode(
                token,
                self.key,
                algorithms=[ALGORITHM],
                audience=VISITOR_AUDIENCE,
                options={"require": ["aud", "sub", "exp"], "verify_exp": False, "strict_aud": True},
            )
            fresh = _moment(payload["exp"]) + LEEWAY > self.clock()
        except (jwt.PyJWTError, TokenError, ValueError, OverflowError):
            return None
        return str(payload["sub"]) if fresh else None

    def _sign(self, person_id: str, signed_in_at: datetime) -> str:
        now = self.clock()
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": person_id,
            "iat": now,
            "exp": now + self.lifetime,
            "auth_time": int(signed_in_at.timestamp()),
            "jti": secrets.token_hex(8),
        }
        return jwt.encode(payload, self.key, ALGORITHM, headers={"typ": HEADER_TYPE})

    def _claims(self, header: dict[str, Any], payload: dict[str, Any]) -> Claims:
        now = self.clock()
        claims = Claims(payload["sub"], *(_moment(payload[name]) for name in ("iat", "exp", "auth_time")))
        if header.get("typ") != HEADER_TYPE or not isinstance(claims.person_id, str):
            raise TokenError("not an access token")
        if claims.expires_at + LEEWAY <= now or claims.issued_at - LEEWAY > now:
            raise TokenError("expired or not valid yet")
        if "nbf" in payload and _moment(payload["nbf"]) - LEEWAY > now:
            raise TokenError("not valid yet")
        return claims


def load_key(path: Path) -> bytes:
    """Return the signing key, made at the first start with mode 0600. Raises ``TokenKeyError``.

    The file appears whole or not at all, so two processes that start together end with the same key.
    """
    if not path.exists():
        _create_key(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise TokenKeyError(f"{path.name} can be read by other users: run 'chmod 600 {path}'")
    try:
        key = path.read_bytes()
    except OSError as error:
        raise TokenKeyError(f"{path.name} cannot be read: {error.strerror or error}") from error
    if len(key) < 32:
        raise TokenKeyError(f"{path.name} is too short to be a key: delete it and start again (everybody logs in anew)")
    return key


def _create_key(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(64))
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _moment(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenError("a time is not a number")
    return datetime.fromtimestamp(value, UTC)
