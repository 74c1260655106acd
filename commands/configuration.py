"""Settings as commands read them: what cannot be used is one line."""

import re
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from activities.settings import Settings
from commands.errors import BadInputError

FIELD = re.compile(r'field "(\w+)"')


def read_settings(**given: Any) -> Settings:
    """Return the settings from the environment, with what was given on the command line. Raises ``BadInputError``."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = f"HOLDFAST_{first['loc'][0]}".upper() if first["loc"] else "a setting"
        raise BadInputError(f"{name}: {first['msg'].removeprefix('Value error, ')}") from error
    except SettingsError as error:  # a list or table that is no JSON; the field is named in its message alone
        found = FIELD.search(str(error))
        name = f"HOLDFAST_{found.group(1)}".upper() if found else "a setting"
        raise BadInputError(f"{name}: it is not JSON") from error
