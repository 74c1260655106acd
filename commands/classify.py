"""``holdfast classify``: what the company's rules say about files, so that rules can be tried out; changes nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from activities.guard.personal_data import PersonalData
from activities.knowledge.classification import (
    RULES_FILE,
    ClassificationRulesError,
    ContentClassifier,
    Judge,
    read_rules,
)
from activities.knowledge.reports import RefusedDocument
from activities.knowledge.validate import DocumentRefusedError, check_file
from activities.settings import Settings
from commands.door import read_file
from commands.errors import BadInputError
from commands.ingest import find_sources
from commands.terminal import whole_table


def company_judge(settings: Settings) -> Judge:
    """Return the judge by the rules of the company's folder. Raises ``BadInputError``."""
    try:
        rules = read_rules(settings.company_dir / RULES_FILE)
    except ClassificationRulesError as error:
        raise BadInputError(str(error)) from error
    return ContentClassifier(rules, PersonalData().find).judge


def run(settings: Settings, paths: Sequence[Path], console: Console) -> None:
    """Print the class that each document speaks for and why. Raises ``BadInputError``."""
    judge = company_judge(settings)
    table = whole_table("document", "class", "why")
    unread: list[RefusedDocument] = []
    for source in find_sources(paths, unread):
        for name, level, why in _judged(source.name, read_file(source.path), judge, settings.document_max_bytes):
            table.add_row(name, level, why)
    for each in unread:
        table.add_row(each.source, "not read", each.reason)
    console.print(table)


def _judged(name: str, data: bytes, judge: Judge, max_bytes: int) -> Iterator[tuple[str, str, str]]:
    try:
        for entry in check_file(name, data, max_bytes).entries(data, name):
            parsed = entry.read()
            found = judge(parsed.title, parsed.text)
            document = f"{name}#{parsed.name}" if parsed.name else name
            yield document, found.level or "as its sender says", " ".join(found.reasons)
    except DocumentRefusedError as error:
        yield name, "refused", str(error)
