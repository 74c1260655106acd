"""Addresses in configs: web ones, without a log-in in them."""

from typing import Annotated

import httpx
from pydantic import AfterValidator


def _check(url: str) -> str:
    try:
        found = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as error:
        raise ValueError(f"is no address: {error}") from error
    if found.scheme not in {"http", "https"} or not found.host:
        raise ValueError("must begin with https:// or http://")
    if found.userinfo:
        raise ValueError("must not hold a log-in; name a secret instead")
    return url


HttpUrl = Annotated[str, AfterValidator(_check)]
