"""``holdfast train intents`` refuses what would make things worse and keeps what does not."""

import csv
import io
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.console import Console

from activities.models.company_intents import OUT_OF_SCOPE, prepared
from activities.models.minilm import model_address
from activities.models.model_store import Labelled, chosen_messages, load_or_fit
from activities.settings import Settings
from commands.errors import BadInputError
from commands.train import WorseModelError, run

COMPANY = Settings().company_dir / "intents.csv"
FEW = {"account_access", "cancellation", "legal_threat", "hardware_fault", "out_of_scope"}


def some_rows() -> list[dict[str, str]]:
    """Return every sixth of the shipped messages of a few intents."""
    with COMPANY.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["label"] in FEW][::6]


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["text", "label"])
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = tmp_path / "company"
    folder.mkdir()
    for name in ("intents.json", "wording.json"):
        shutil.copy(COMPANY.parent / name, folder)
    written(folder / "intents.csv", some_rows())
    return Settings(data_dir=tmp_path / "data", company_dir=folder, cache_dir=Settings().cache_dir)


def test_messages_with_wrong_labels_are_reported_and_not_taken_unless_it_is_wanted(
    settings: Settings, tmp_path: Path
) -> None:
    rows = some_rows()
    labels = sorted({row["label"] for row in rows})
    wrong = [{**row, "label": labels[(labels.index(row["label"]) + 1) % len(labels)]} for row in rows]
    file, said = written(tmp_path / "mine.csv", wrong), Console(file=io.StringIO(), width=200)
    with pytest.raises(WorseModelError, match="Not taken") as refusal:
        run(settings, file, said)
    assert refusal.value.exit_code == 1
    own = settings.company_dir / "intents.csv"
    assert chosen_messages(settings.data_dir, own) == own
    run(settings, file, said, accept_worse=True)
    assert chosen_messages(settings.data_dir, own).parent == settings.data_dir / "intents"
    printed = said.file.getvalue()  # type: ignore[attr-defined]
    assert all(
        part in printed for part in ("Cross-validated accuracy", "Thin intents", "Confusions", "Kept as", "training")
    )


@pytest.mark.parametrize("label", ["no_such_intent", ""])
def test_labels_that_are_no_intents_are_bad_input(settings: Settings, tmp_path: Path, label: str) -> None:
    file = written(tmp_path / "mine.csv", [{"text": "a", "label": label}, {"text": "b", "label": "cancellation"}])
    with pytest.raises(BadInputError, match=r"not in intents\.json"):
        run(settings, file, Console(quiet=True))


class Fitted:
    """The embedder's name without the embedder: for models that are there already."""

    fingerprint = model_address("int8")

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise AssertionError(f"{len(texts)} texts are embedded again")


def test_workers_load_the_model_that_was_trained_with_messages_without_labels(
    settings: Settings, tmp_path: Path
) -> None:
    more, said = tmp_path / "more.txt", Console(file=io.StringIO(), width=200)
    more.write_text("My lawyer will write to you\nI cannot log in as jo@mail.example since Monday\n", encoding="utf-8")
    run(settings, written(tmp_path / "mine.csv", some_rows()), said, unlabelled=more)
    assert "from 2 messages without labels" in said.file.getvalue()  # type: ignore[attr-defined]
    chosen = Labelled.read(chosen_messages(settings.data_dir, settings.company_dir / "intents.csv"))
    assert chosen.unlabelled == ["My lawyer will write to you", "I cannot log in as <EMAIL_ADDRESS> since Monday"]
    _, data = prepared(chosen, settings.company_dir)
    assert set(load_or_fit(data, Fitted(), settings.cache_dir, oos_label=OUT_OF_SCOPE).labels) == FEW


def test_a_missing_file_of_messages_without_labels_is_bad_input(settings: Settings, tmp_path: Path) -> None:
    file = written(tmp_path / "mine.csv", some_rows())
    with pytest.raises(BadInputError, match=r"more\.txt"):
        run(settings, file, Console(quiet=True), unlabelled=tmp_path / "more.txt")
