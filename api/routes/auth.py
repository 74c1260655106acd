"""Log-in for programs; people in a browser use the pages of the UI."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import Field

from api.auth import login_address, sign_in
from api.deps import ServicesDep
from api.problems import problems
from api.schemas import AccessToken, Storable

router = APIRouter(prefix="/v1/auth", tags=["auth"], responses=problems(401, 422, 429, 503))


class Login(Storable):
    """The form of a log-in."""

    username: str = Field(min_length=1, max_length=120)
    password: str = Field(min_length=1, max_length=256)


@router.post("/token", operation_id="create_token")
async def create_token(login: Annotated[Login, Form()], request: Request, services: ServicesDep) -> AccessToken:
    """Change a username and password for a short-lived token."""
    address = login_address(request, services.tokens)
    principal = await sign_in(login.username, login.password, address, people=services.people, limiter=services.limiter)
    token = services.tokens.issue_token(principal)
    return AccessToken(access_token=token, expires_in=int(services.tokens.lifetime.total_seconds()))
