"""``holdfast train intents``: a company's own messages, checked, compared with the ones in use, and kept."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from activities.counts import counted
from activities.guard.personal_data import PersonalData
from activities.models.company_intents import OUT_OF_SCOPE, prepared, read_intents
from activities.models.embedding import MiniLmEmbedder
from activities.models.intent_fit import Checked, fit_and_check
from activities.models.intent_model import Unlabelled
from activities.models.intent_training import Comparison, Findings, Remembered, check_labels, compare, findings
from activities.models.model_store import (
    Labelled,
    TrainingDataError,
    chosen_messages,
    keep_messages,
    keep_model,
    read_unlabelled,
)
from activities.settings import Settings
from commands.errors import BadInputError, CommandError
from commands.terminal import whole_table

PORTION = 256
SHOWN = 15


class WorseModelError(CommandError):
    """The messages make a classifier that is worse than the one in use."""


def run(
    settings: Settings, file: Path, console: Console, *, unlabelled: Path | None = None, accept_worse: bool = False
) -> None:
    """Train the intents on ``file``, print what was found and use it from the next start of the workers on.

    ``unlabelled`` names a file of messages without labels, to learn from as well: without personal data, as
    conversations are kept. Raises ``BadInputError`` for messages that cannot be used and ``WorseModelError``.
    """
    folder = settings.company_dir
    try:
        intents = read_intents(folder / "intents.json")
        given = Labelled.read(file)
        more = read_unlabelled(unlabelled) if unlabelled else []
        check_labels(given, intents)
        in_use = Labelled.read(chosen_messages(settings.data_dir, folder / "intents.csv"))
    except (OSError, TrainingDataError) as error:
        raise BadInputError(str(error)) from error
    embedder = MiniLmEmbedder(settings.cache_dir)
    risky = [name for name, intent in intents.items() if intent.risk == "high"]
    with _progress(console) as progress:
        given = given.with_unlabelled(_redacted(more, progress))
        _, data = prepared(given, folder)
        vectors = _read(data.texts + data.unlabelled, embedder, progress)
        checked = _train(data, vectors, progress)
        count = len(given.texts)
        labels, scores = checked.held_out_labels(data.labels)
        found = findings(given, labels[:count], scores[:count])
        step = progress.add_task("comparing with the one in use", total=None)
        known = Remembered(embedder, data.texts + data.unlabelled, vectors)
        compared = compare(checked, data, prepared(in_use, folder)[1], known, risky)
        progress.update(step, total=1, completed=1)
    _print(found, compared, sorted(set(intents) - set(given.labels)), console)
    if given.unlabelled:
        console.print(f"Learned from {counted(len(given.unlabelled), 'message')} without labels as well")
    spent = ", ".join(f"{task.description} {task.finished_time or 0:.0f} s" for task in progress.tasks)
    console.print(f"Time: {spent}", highlight=False)
    if compared.worse and not accept_worse:
        raise WorseModelError(
            f"Not taken: on {compared.n} held-out messages it is right in {compared.candidate:.1%} (risky ones "
            f"{compared.candidate_risky:.1%}), the one in use in {compared.in_use:.1%} ({compared.in_use_risky:.1%}). "
            "Correct the messages above, or give --accept-worse"
        )
    keep_model(checked.model, data, embedder, settings.cache_dir)
    kept = keep_messages(given, settings.data_dir)
    console.print(f"Kept as {kept}. Workers use it from their next start.")


def _redacted(texts: Sequence[str], progress: Progress) -> list[str]:
    if not texts:
        return []
    personal = PersonalData()
    return [personal.redact(each).text for each in progress.track(texts, description="taking personal data out")]


def _read(texts: Sequence[str], embedder: MiniLmEmbedder, progress: Progress) -> NDArray[np.float32]:
    step = progress.add_task("reading messages", total=len(texts))
    parts = []
    for start in range(0, len(texts), PORTION):
        parts.append(embedder.embed(texts[start : start + PORTION]))
        progress.update(step, completed=min(start + PORTION, len(texts)))
    return np.concatenate(parts)


def _train(data: Labelled, vectors: NDArray[np.float32], progress: Progress) -> Checked:
    step = progress.add_task("training and checking labels")
    count = len(data.texts)
    checked = fit_and_check(
        data.texts,
        vectors[:count],
        data.labels,
        OUT_OF_SCOPE,
        unlabelled=Unlabelled(data.unlabelled, vectors[count:]),
        say=lambda done, steps: progress.update(step, completed=done, total=steps),
    )
    progress.update(step, total=1, completed=1)
    return checked


def _progress(console: Console) -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console)


def _print(found: Findings, compared: Comparison, missing: list[str], console: Console) -> None:
    console.print(f"{counted(sum(found.counts.values()), 'message')}, {counted(len(found.counts), 'intent')}")
    console.print(f"Cross-validated accuracy {found.accuracy:.3f}")
    console.print(
        f"On {counted(compared.n, 'held-out message')}: {compared.candidate:.3f}, in use {compared.in_use:.3f}; "
        f"risky ones ({compared.risky_n}): {compared.candidate_risky:.3f}, in use {compared.in_use_risky:.3f}"
    )
    if missing:
        console.print(f"Intents without messages: {', '.join(missing)}")
    if found.thin:
        console.print("Thin intents: " + ", ".join(f"{name} ({found.counts[name]})" for name in found.thin))
    if found.confusions:
        table = whole_table("label", "taken for", "messages", title="Confusions")
        for label, other, count in found.confusions[:SHOWN]:
            table.add_row(label, other, str(count))
        console.print(table)
    if found.suspicious:
        table = whole_table("message", "label", "likelier", "score", title="Suspicious labels")
        for each in found.suspicious[:SHOWN]:
            table.add_row(each.text[:80], each.label, each.likelier, f"{each.score:.2f}")
        console.print(table)
