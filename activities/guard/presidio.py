"""Presidio's analyser, imported without spaCy: three of its engines name it, and none of them is used here.

spaCy is 1.2 s of each start and 60 MB of each process that finds personal data. While Presidio is imported, stand-ins
hold the place of the modules it asks for; they are gone afterwards, so whoever imports spaCy gets spaCy.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

ENGINES_WANT = ("spacy", "spacy.language", "spacy.tokens", "spacy.util")


class Unused:
    """A class, function or registry that is named in annotations and decorators, and never used."""

    def __getattr__(self, name: str) -> Any:
        """Return another one."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Unused()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return what was decorated as it is."""
        return args[0] if args and callable(args[0]) else Unused()


class StandIn(ModuleType):
    """A module in which every name can be imported."""

    def __getattr__(self, name: str) -> Any:
        """Return something that cannot be used."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Unused()


@contextmanager
def without_spacy() -> Iterator[None]:
    """Let spaCy's modules be imported and cost nothing; what was imported before stays."""
    placed = {name: StandIn(name) for name in ENGINES_WANT if "spacy" not in sys.modules}
    sys.modules.update(placed)
    try:
        yield
    finally:
        for name in placed:
            del sys.modules[name]


with without_spacy():
    from presidio_analyzer import AnalyzerEngine, EntityRecognizer, Pattern, PatternRecognizer, RecognizerRegistry
    from presidio_analyzer import RecognizerResult as RecognizerResult
    from presidio_analyzer import context_aware_enhancers as context_aware_enhancers
    from presidio_analyzer import predefined_recognizers as predefined_recognizers
    from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

__all__ = [
    "AnalyzerEngine",
    "EntityRecognizer",
    "NlpArtifacts",
    "NlpEngine",
    "Pattern",
    "PatternRecognizer",
    "RecognizerRegistry",
    "RecognizerResult",
    "context_aware_enhancers",
    "predefined_recognizers",
]
