"""Tokens: only ours, only in their time, only with the algorithm we sign with."""

import base64
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.ports import Principal
from api.tokens import LEEWAY, SESSION_MAX, TokenError, TokenKeyError, Tokens, load_key

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = b"k" * 64
ADA = Principal("person-ada", "customer")


def tokens_at(moment: datetime, key: bytes = KEY) -> Tokens:
    return Tokens(key, timedelta(minutes=15), clock=lambda: moment)


def forge(header: dict[str, Any] | None = None, key: bytes = KEY, algorithm: str = "HS256", **claims: Any) -> str:
    payload: dict[str, Any] = {
        "iss": "holdfast",
        "aud": "holdfast-api",
        "sub": ADA.id,
        "iat": NOW.timestamp(),
        "exp": NOW.timestamp() + 900,
        "auth_time": NOW.timestamp(),
        **claims,
    }
    payload = {name: value for name, value in payload.items() if value is not None}
    return jwt.encode(payload, key, algorithm, headers={"typ": "at+jwt", **(header or {})})


def unsigned() -> str:
    parts = [{"alg": "none", "typ": "at+jwt"}, jwt.decode(forge(), options={"verify_signature": False})]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, ""])


def test_a_token_of_ours_says_who_and_until_when() -> None:
    claims = tokens_at(NOW).read_token(tokens_at(NOW).issue_token(ADA))
    assert (claims.person_id, claims.issued_at, claims.expires_at) == (ADA.id, NOW, NOW + timedelta(minutes=15))


def test_the_hand_made_token_the_forgeries_start_from_is_accepted() -> None:
    assert tokens_at(NOW).read_token(forge()).person_id == ADA.id


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(unsigned(), id="no signature"),
        pytest.param(forge(key=b"x" * 64), id="another key"),
        pytest.param(forge(algorithm="HS512"), id="another algorithm of the same family"),
        pytest.param(forge(aud="another-service"), id="another audience"),
        pytest.param(forge(aud=["holdfast-api", "x"]), id="a list of audiences"),
        pytest.param(forge(iss="somebody"), id="another issuer"),
        pytest.param(forge(exp=None), id="no expiry"),
        pytest.param(forge(sub=None), id="no subject"),
        pytest.param(forge(sub=7), id="a subject that is no text"),
        pytest.param(forge(exp="soon"), id="an expiry that is no number"),
        pytest.param(forge(exp=1e300), id="an expiry beyond all calendars"),
        pytest.param(forge(auth_time=True), id="a log-in time that is no number"),
        pytest.param(forge(nbf=NOW.timestamp() + 3600), id="not valid yet"),
        pytest.param(forge(iat=NOW.timestamp() + 3600), id="issued in the future"),
        pytest.param(forge(header={"typ": "JWT"}), id="a token of another type"),
        pytest.param(forge(key=b"\x00" * 32, header={"kid": "/dev/null"}), id="kid that points to an empty file"),
        pytest.param(forge(key=b"x" * 32, header={"jku": "https://evil.example/keys"}), id="keys from elsewhere"),
        pytest.param(forge(key=b"x" * 32, header={"jwk": {"kty": "oct", "k": "eA"}}), id="its own key inside"),
        pytest.param(forge(padding="x" * 4000), id="a huge token"),
        pytest.param("", id="nothing"),
        pytest.param("a.b.c", id="noise"),
    ],
)
def test_a_forged_token_is_refused(token: str) -> None:
    with pytest.raises(TokenError):
        tokens_at(NOW).read_token(token)


@given(st.text(max_size=300))
def test_no_text_but_a_token_of_ours_is_ever_read_as_one(text: str) -> None:
    with pytest.raises(TokenError):
        tokens_at(NOW).read_token(text)


@given(st.data())
def test_one_changed_character_of_the_signed_part_breaks_a_token(data: st.DataObject) -> None:
    token = tokens_at(NOW).issue_token(ADA)
    place = data.draw(st.integers(0, token.rindex(".") - 1))
    changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
    with pytest.raises(TokenError):
        tokens_at(NOW).read_token(changed)


@given(st.integers(min_value=-900, max_value=1800))
def test_a_token_lives_from_its_issue_to_its_expiry_and_a_leeway(seconds: int) -> None:
    token = tokens_at(NOW).issue_token(ADA)
    alive = -LEEWAY.total_seconds() <= seconds < 900 + LEEWAY.total_seconds()
    reader = tokens_at(NOW + timedelta(seconds=seconds))
    if alive:
        assert reader.read_token(token).person_id == ADA.id
    else:
        with pytest.raises(TokenError):
            reader.read_token(token)


def test_a_session_is_renewed_after_half_its_life_and_keeps_its_log_in_time() -> None:
    claims = tokens_at(NOW).read_token(tokens_at(NOW).issue_token(ADA))
    assert tokens_at(NOW + timedelta(minutes=7)).renew(claims) is None
    later = tokens_at(NOW + timedelta(minutes=8))
    renewed = later.renew(claims)
    assert renewed is not None
    assert later.read_token(renewed).signed_in_at == NOW
    assert later.read_token(renewed).expires_at == NOW + timedelta(minutes=23)


def test_a_session_is_not_renewed_for_ever() -> None:
    evening = NOW + SESSION_MAX + timedelta(minutes=1)
    token = forge(iat=(evening - timedelta(minutes=10)).timestamp(), exp=(evening + timedelta(minutes=5)).timestamp())
    assert tokens_at(evening).renew(tokens_at(evening).read_token(token)) is None


def test_the_key_is_made_once_and_only_the_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "data" / "token.key"
    first = load_key(path)
    assert (len(first), stat.S_IMODE(path.stat().st_mode), load_key(path)) == (64, 0o600, first)
    assert [file.name for file in path.parent.iterdir()] == ["token.key"]


def test_a_key_that_others_can_read_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "token.key"
    load_key(path)
    path.chmod(0o644)
    with pytest.raises(TokenKeyError, match="chmod 600"):
        load_key(path)


def test_a_truncated_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "token.key"
    path.touch(mode=0o600)
    with pytest.raises(TokenKeyError, match="too short"):
        load_key(path)
