"""The little linguistics that Presidio needs to find context words: lower-cased words and where they start.

A spaCy pipeline would do, but its tokeniser takes seconds for a message of brackets, and its vocabulary grows
with every word that it has ever seen.
"""

import re
from collections.abc import Iterable, Iterator

from activities.guard.presidio import NlpArtifacts, NlpEngine

TOKEN = re.compile(r"\w+|[^\w\s]+")


class WordEngine(NlpEngine):  # type: ignore[misc]  # presidio is skipped by mypy
    """Presidio's view of a text as words: no model, no state, safe between threads."""

    def load(self) -> None:
        """There is nothing to load."""

    def is_loaded(self) -> bool:
        """Say that it is ready."""
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Return the words of a text, each its own lemma in lower case."""
        tokens = list(TOKEN.finditer(text))
        words = [token.group() for token in tokens]
        lemmas = [word.lower() for word in words]
        return NlpArtifacts([], words, [token.start() for token in tokens], lemmas, self, language)

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **_: object
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """Yield each text with its words."""
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:
        """Say no: every word may be context."""
        return False

    def is_punct(self, word: str, language: str) -> bool:
        """Say whether the token holds no letter and no digit."""
        return not any(character.isalnum() for character in word)

    def get_supported_entities(self) -> list[str]:
        """Return none: entities come from the recognisers."""
        return []

    def get_supported_languages(self) -> list[str]:
        """Return the one language the patterns are written for."""
        return ["en"]
