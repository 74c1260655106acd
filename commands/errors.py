"""How a command fails: one line on standard error and an exit code."""


class CommandError(Exception):
    """The command cannot do what was asked; the message is one line that says what to do about it."""

    exit_code = 1


class BadInputError(CommandError):
    """What was given cannot be used as it is."""

    exit_code = 2
