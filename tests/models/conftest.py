"""The real embedding model and classifier, loaded once."""

import pytest

from activities.models.classifier import IntentClassifier
from activities.models.embedding import MiniLmEmbedder
from activities.settings import Settings


@pytest.fixture(scope="session")
def minilm() -> MiniLmEmbedder:
    return MiniLmEmbedder(Settings().cache_dir)


@pytest.fixture(scope="session")
def classifier(minilm: MiniLmEmbedder) -> IntentClassifier:
    settings = Settings()
    company = settings.company_dir
    return IntentClassifier(minilm, company / "intents.csv", company / "intents.json", settings.cache_dir, 50)
