"""The usual first try at intents, to compare with: TF-IDF of words and logistic regression."""

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from activities.models.model_store import Labelled


def baseline_accuracy(train: Labelled, test: Labelled, oos: str) -> float:
    """Return the accuracy on the in-scope rows of ``test`` of scikit-learn's defaults, words and pairs of words."""
    rows = [(text, label) for text, label in zip(train.texts, train.labels, strict=True) if label != oos]
    asked = [(text, label) for text, label in zip(test.texts, test.labels, strict=True) if label != oos]
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10, max_iter=300)
    )
    with threadpool_limits(1):
        model.fit([text for text, _ in rows], [label for _, label in rows])
        return float(model.score([text for text, _ in asked], [label for _, label in asked]))
