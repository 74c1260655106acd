"""Who calls: a token, an API key or a session cookie, each looked up afresh in records."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from activities.ports import Principal
from activities.records.keys import Keys
from activities.records.people import People, principal_of
from api.limits import Limiter
from api.problems import ProblemError, forbidden
from api.tokens import TokenError, Tokens

SESSION_COOKIE = "holdfast_session"
KEY_MARK = "hf_"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = frozenset({"127.0.0.1", "::1"})
VISITOR_HEADER = "Holdfast-Visitor"
"""Of a log-in through the pages: where the browser is, signed with the key of the tokens."""
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")

bearer_scheme = HTTPBearer(auto_error=False, scheme_name="bearer", description="A token, or an API key (hf_...).")
key_scheme = APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="api_key")
cookie_scheme = APIKeyCookie(name=SESSION_COOKIE, auto_error=False, scheme_name="session")


@dataclass(frozen=True)
class Presented:
    """The one credential that a request is judged by; an explicit header goes before the browser's cookie."""

    token: str = ""
    api_key: str = ""
    by_cookie: bool = False


async def presented(
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer_scheme)],
    api_key: Annotated[str | None, Depends(key_scheme)],
    session: Annotated[str | None, Depends(cookie_scheme)],
) -> Presented:
    """Return the credential of a request; never one from its query string."""
    if bearer and bearer.credentials.startswith(KEY_MARK):
        return Presented(api_key=bearer.credentials)
    if bearer:
        return Presented(token=bearer.credentials)
    if api_key:
        return Presented(api_key=api_key)
    return Presented(token=session or "", by_cookie=bool(session))


def unauthorised(detail: str = "Log in, or send a valid token or API key.") -> ProblemError:
    """Return the one 401 that all bad credentials share."""
    return ProblemError(401, "unauthorised", detail, headers={"WWW-Authenticate": 'Bearer realm="holdfast"'})


async def principal_for(credential: Presented, tokens: Tokens, people: People, keys: Keys) -> Principal:
    """Return the active person behind a credential, with the role they have now. Raises a 401 problem."""
    principal: Principal | None = None
    if credential.api_key:
        principal = await keys.principal(credential.api_key)
    elif credential.token:
        try:
            principal = await people.principal(tokens.read_token(credential.token).person_id)
        except TokenError:
            principal = None
    if principal is None:
        raise unauthorised()
    return principal


async def still(credential: Presented, person_id: str, people: People, keys: Keys) -> Principal | None:
    """Return the rights of who was let in earlier, as they are now; None when the person or the API key has none left.

    A token that runs out in the meantime counts: it was good when the request began.
    """
    if credential.api_key:
        return await keys.principal(credential.api_key)
    return await people.principal(person_id)


async def sign_in(username: str, password: str, address: str, *, people: People, limiter: Limiter) -> Principal:
    """Return who this is. Raises a 401 problem, the same for a wrong name and a wrong password, or a 429 problem."""
    await limiter.count_login(username, address)
    person = await people.verify_password(username, password)
    if person is None:
        raise unauthorised("The username or the password is wrong.")
    await limiter.forget_logins(username, address)
    return principal_of(person)


def start_session(response: Response, token: str, request: Request) -> None:
    """Put the token into the browser's cookie: not readable by scripts, not sent from other sites."""
    secure = request.url.scheme == "https"
    response.set_cookie(SESSION_COOKIE, token, httponly=True, samesite="strict", secure=secure, path="/")


def client_address(request: Request) -> str:
    """Return the address of the peer, or of whom a trusted proxy speaks for (``api/main.py``).

    Forwarding headers are anybody's to write, so nothing here reads them.
    """
    return request.client.host if request.client else "unknown"


def login_address(request: Request, tokens: Tokens) -> str:
    """Return where a log-in comes from: the browser's address when the pages vouch for it, else that of the peer."""
    return tokens.vouched(request.headers.get(VISITOR_HEADER, "")) or client_address(request)


def from_this_machine(request: Request) -> bool:
    """Say whether the request comes from this machine itself and not through a proxy on it."""
    return client_address(request) in LOOPBACK and not any(name in request.headers for name in FORWARDED)


def refuse_cross_site(request: Request, credential: Presented) -> None:
    """Raise a 403 problem when another site's page uses the browser's cookie to change something."""
    if not credential.by_cookie or request.method in SAFE_METHODS:
        return
    origin = request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if foreign or request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise forbidden("A page of another site may not act for you.")
