"""Secrets of sources: known by name everywhere, looked up only where they are used."""

import re
from collections.abc import Mapping
from pathlib import Path

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
PREFIX = "HOLDFAST_SECRET_"


class SecretMissingError(Exception):
    """There is no secret of this name; the message says where it is looked for."""


class SecretStore:
    """Files of one folder, named as the secret, or else environment variables ``HOLDFAST_SECRET_<NAME>``.

    Settings, records and workflow histories hold the name and nothing else.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment

    def read(self, name: str) -> str:
        """Return the secret without the white space around it. Raises ``SecretMissingError``."""
        if not NAME.fullmatch(name):
            raise SecretMissingError(f"{name!r} is no name of a secret: small letters, digits and dashes")
        variable = PREFIX + name.upper().replace("-", "_")
        try:
            value = (self._folder / name).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            value = self._environment.get(variable, "").strip()
        except (OSError, UnicodeError) as error:
            raise SecretMissingError(f"the file of the secret {name!r} cannot be read: {error}") from error
        if not value:
            raise SecretMissingError(
                f"the secret {name!r} is not set: write it to {self._folder / name} or set {variable} for the worker"
            )
        return value
