"""``holdfast eval``: the measurements, each a table or one JSON object."""

import asyncio
import inspect
import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.table import Table

from commands.errors import BadInputError
from commands.terminal import terminal
from evals.faults import fault

app = typer.Typer(help="Measure the agent.")

InputFile = Annotated[Path, typer.Option(help="The file to read.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Result = Mapping[str, Any]
FILE_WIDTH = 200
"""Characters in a line of a table that goes into a file or a pipe: there nothing says how wide it may be."""


@app.command()
def golden(
    data: Annotated[Path | None, typer.Option(help="JSONL; the shipped questions when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask known questions and compare intent, sources, outcome and text."""
    report("golden", as_json, data)


@app.command()
def conversations(
    data: Annotated[Path | None, typer.Option(help="JSONL; the shipped conversations when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Hold whole conversations, each message after what the agent itself said, and count first and later answers."""
    report("conversations", as_json, data)


@app.command()
def intents(
    train: InputFile,
    test: Annotated[Path | None, typer.Option(help="CSV with text,label.")] = None,
    folds: Annotated[int | None, typer.Option(min=2, help="Cross-validate on the train part.")] = None,
    oos_label: Annotated[str | None, typer.Option(help="The label of out-of-scope rows.")] = None,
    per_label: Annotated[int | None, typer.Option(min=2, help="Train on so many messages of each label.")] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Draws of --per-label.")] = 1,
    unlabelled_share: Annotated[
        float | None, typer.Option(help="Of the rest with --per-label: given without labels, not asked.")
    ] = None,
    baseline: Annotated[bool, typer.Option(help="Compare with TF-IDF and logistic regression.")] = False,
    as_json: AsJson = False,
) -> None:
    """Train the intent classifier on a CSV and measure it on another, by folds, or on a few messages of each label."""
    if sum(each is not None for each in (test, folds, per_label)) != 1:
        raise BadInputError("Give either --test or --folds, or --per-label")
    if unlabelled_share is not None and (per_label is None or not 0 < unlabelled_share < 1):
        raise BadInputError("--unlabelled-share is between 0 and 1 and goes with --per-label")
    options: dict[str, Any] = {"test": test, "folds": folds, "oos_label": oos_label}
    options |= {"per_label": per_label, "repeats": repeats, "baseline": baseline}
    options |= {"unlabelled_share": unlabelled_share}
    report("intents", as_json, train, **options)


@app.command()
def retrieval(
    corpus: InputFile,
    queries: InputFile,
    qrels: InputFile,
    mode: Annotated[
        Literal["hybrid", "dense", "lexical", "all"], typer.Option(help="`all`: each of them, also re-ranked.")
    ] = "hybrid",
    rerank: Annotated[bool, typer.Option(help="Order the best passages anew by their best sentence.")] = False,
    as_json: AsJson = False,
) -> None:
    """Index a corpus in BEIR format and measure the search."""
    if mode == "all":
        report("retrieval", as_json, corpus, queries, qrels, verb="compare")
    else:
        report("retrieval", as_json, corpus, queries, qrels, mode, rerank=rerank)


@app.command()
def answers(corpus: InputFile, questions: InputFile, as_json: AsJson = False) -> None:
    """Ask questions of a corpus that answers some of them: what is answered rightly, what is left alone."""
    report("answers", as_json, corpus, questions, say=terminal(stderr=True).print)


@app.command()
def guard(cases: InputFile, as_json: AsJson = False) -> None:
    """Measure the screen for prompt injection."""
    report("guard", as_json, cases)


@app.command()
def pii(cases: InputFile, as_json: AsJson = False) -> None:
    """Measure the redaction of personal data."""
    report("pii", as_json, cases)


@app.command()
def grounding(
    data: Annotated[Path | None, typer.Option(help="Golden questions, JSONL; the shipped ones when left out.")] = None,
    corpus: Annotated[Path | None, typer.Option(help="Pages, JSONL: alter their sentences instead.")] = None,
    wanted: Annotated[int, typer.Option(min=20, help="Altered answers to make.")] = 500,
    seed: Annotated[int, typer.Option(help="The same seed makes the same answers.")] = 20_260,
    as_json: AsJson = False,
) -> None:
    """Alter true answers and count how many the output check catches, and how many true ones it stops."""
    report("grounding", as_json, data, corpus, wanted, seed)


@app.command("answer-cache")
def answer_cache(
    queries: Annotated[Path | None, typer.Option(help="JSONL with text,gold; StackFAQ when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask paraphrases one after the other, and count how often another question's answer would be given again."""
    report("answer_cache", as_json, queries)


@app.command()
def fairness(
    data: Annotated[Path | None, typer.Option(help="Golden questions, JSONL; the shipped ones when left out.")] = None,
    questions: Annotated[int, typer.Option(min=5, help="Asked in every variant.")] = 40,
    as_json: AsJson = False,
) -> None:
    """Ask the same questions as different customers would write them, and compare what they get."""
    report("fairness", as_json, data, questions)


@app.command("all")
def everything(
    data: Annotated[Path | None, typer.Option(help="Golden questions, JSONL; the shipped ones when left out.")] = None,
    baseline: Annotated[Path | None, typer.Option(help="JSON of an earlier run to compare with.")] = None,
    html: Annotated[Path | None, typer.Option(help="Where to write the report.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run every suite. With --baseline, exit 1 when a figure fell by more than its noise."""
    from commands.evaluation import run_all

    raise typer.Exit(run_all(data, baseline, html, as_json=as_json))


def report(suite: str, as_json: bool, *data: Any, verb: str = "evaluate", **options: Any) -> None:
    """Call ``evals.<suite>.<verb>_<suite>``, sync or async, and print what it returns.

    It is imported here: each suite brings models that the other commands do not need. Raises ``BadInputError`` for
    files that cannot be used.
    """
    evaluate = getattr(import_module(f"evals.{suite}"), f"{verb}_{suite}")
    try:
        result = evaluate(*data, **options)
        if inspect.iscoroutine(result):
            result = asyncio.run(result)
    except FileNotFoundError as error:
        raise BadInputError(f"No such file: {error.filename}") from error
    except (OSError, ValueError) as error:
        raise BadInputError(f"Cannot use the data: {fault(error)}") from error
    print_result(suite, result, as_json=as_json)


def print_result(title: str, result: Result, *, as_json: bool) -> None:
    """Print figures as a table, nested ones as tables of their own, or all as one line of JSON."""
    if as_json:
        typer.echo(json.dumps(result, default=str))
        return
    console = terminal()
    if not console.is_terminal:
        console.width = FILE_WIDTH
    flat = {key: value for key, value in result.items() if not isinstance(value, (Mapping, list))}
    console.print(_figures(title, flat))
    for key, value in result.items():
        if isinstance(value, Mapping):
            console.print(_figures(key, value))
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            console.print(_rows(key, value))


def _figures(title: str, figures: Result) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    for key, value in figures.items():
        table.add_row(key, _cell(value))
    return table


def _rows(title: str, rows: list[Mapping[str, Any]]) -> Table:
    table = Table(*rows[0], title=title, title_justify="left")
    for row in rows:
        table.add_row(*(_cell(row.get(key, "")) for key in rows[0]))
    return table


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_cell(item)}" for key, item in value.items())
    return str(value)
