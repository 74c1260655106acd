"""The recognisers of personal data: Presidio's own where their checks are good, ``patterns.toml`` elsewhere."""

import re
import tomllib
from pathlib import Path
from typing import Any

from activities.guard.presidio import EntityRecognizer, Pattern, PatternRecognizer, predefined_recognizers

FOLDER = Path(__file__).parent
EXACT = re.DOTALL | re.MULTILINE | re.VERBOSE
ANY_CASE = re.DOTALL | re.MULTILINE | re.IGNORECASE

IPV6 = Pattern("IPv6", r"(?<![\w:.])(?=[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*[0-9a-f])[0-9a-f:.]{3,45}(?<![:.])(?![\w:])", 0.6)
"""Presidio parses each match. Its own pattern stops in the middle, and its bare ``::`` takes seconds when repeated."""


class OfflineEmailRecognizer(predefined_recognizers.EmailRecognizer):  # type: ignore[misc]  # presidio is skipped by mypy
    """Presidio's e-mail pattern without its look-up of the public suffix list, which goes online."""

    def validate_result(self, pattern_text: str) -> bool:
        """Accept what ends in a part of two letters or more; the pattern has seen to the rest."""
        last = pattern_text.rpartition(".")[2]
        return last.isalpha() and len(last) > 1


def build_recognizers() -> list[EntityRecognizer]:
    """Return new recognisers of all types that are redacted. Raises ``OSError`` when a rule file is missing."""
    sections: dict[str, Any] = tomllib.loads((FOLDER / "patterns.toml").read_text(encoding="utf-8"))
    parts: dict[str, str] = sections.pop("parts")
    parts["GIVEN_NAMES"] = "|".join((FOLDER / "given_names.txt").read_text(encoding="utf-8").split())
    return [
        OfflineEmailRecognizer(),
        predefined_recognizers.CreditCardRecognizer(),
        predefined_recognizers.IbanRecognizer(regex_flags=ANY_CASE),
        predefined_recognizers.IpRecognizer(patterns=[predefined_recognizers.IpRecognizer.PATTERNS[0], IPV6]),
        predefined_recognizers.CryptoRecognizer(),
        predefined_recognizers.UsSsnRecognizer(),
        *(_build(entity, section, parts) for entity, section in sections.items()),
    ]


def _build(entity: str, section: dict[str, Any], parts: dict[str, str]) -> EntityRecognizer:
    patterns = [Pattern(rule["name"], _expand(rule["regex"], parts), rule["score"]) for rule in section["patterns"]]
    return PatternRecognizer(
        entity,
        name=entity,
        patterns=patterns,
        context=section.get("context"),
        global_regex_flags=EXACT if section.get("case_sensitive") else EXACT | re.IGNORECASE,
    )


def _expand(pattern: str, parts: dict[str, str]) -> str:
    """Put the named parts in place of their names, parts of parts too."""
    while names := re.findall(r"\{([A-Z_]{2,})\}", pattern):
        for name in set(names):
            pattern = pattern.replace(f"{{{name}}}", parts[name])
    return pattern
