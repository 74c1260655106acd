"""Every text that a person reads about sources."""

from types import MappingProxyType

SOURCES = "Sources"
LEAD = "Folders, sites and systems that are read again and again: what changes there changes here."
EMPTY_TITLE = "No sources yet"
EMPTY = "Add one below. Its documents, and who may read them, then follow what is there."
STATES = MappingProxyType({"active": "Up to date", "paused": "Paused", "removing": "Being removed"})
PHASES = MappingProxyType(
    {
        "listing": "Looking for changes",
        "taking": "Taking in",
        "checking rights": "Checking who may read",
        "removing": "Removing what is gone",
    }
)
NEVER = "not synced yet"
EVERY = "every {minutes:g} min"
COUNTS = MappingProxyType(
    {
        "taken": "{count} taken",
        "new": "{count} to take",
        "refused": "{count} refused",
        "skipped": "{count} skipped",
        "failed": "{count} failed",
    }
)
TROUBLES = "Not taken, and why"
MORE = "… and {count} more: `holdfast source list {name}` names them all."
ACTIONS = MappingProxyType({"sync": "Sync now", "pause": "Pause", "resume": "Go on", "remove": "Remove"})
TOLD = MappingProxyType(
    {
        "sync": "“{name}” is being synced.",
        "pause": "“{name}” is paused.",
        "resume": "“{name}” goes on.",
        "remove": "“{name}” is being removed, with the documents that came from it.",
    }
)
ADDED = "“{name}” is being read."
ADD = "Add a source"
NAME = "Name"
NAME_HINT = "small letters, digits and dashes"
KIND = "Kind"
CONFIG = "Where and how"
REMOVE_SURE = "Remove this source, and every document that came from it?"
CONFIG_HINT = "One “name = value” a line. Lines with # are left out. Secrets are named here, never written."
MINUTES = "Sync every … minutes"
ADD_NOW = "Read this source"
BAD_LINE = "Line {number} is not “name = value”: {line}"
