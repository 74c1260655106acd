"""Settings as commands read them: what cannot be used is one line."""

from typing import Any

from pydantic import ValidationError

from activities.settings import Settings
from commands.errors import BadInputError


def read_settings(**given: Any) -> Settings:
    """Return the settings from the environment, with what was given on the command line. Raises ``BadInputError``."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = f"HOLDFAST_{first['loc'][0]}".upper() if first["loc"] else "a setting"
        raise BadInputError(f"{name}: {first['msg']}") from error
