"""``holdfast eval all``: every suite, a page, and the comparison with an earlier run."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.table import Table

from commands.errors import BadInputError
from commands.terminal import terminal


def run_all(data: Path | None, baseline: Path | None, html: Path | None, *, as_json: bool) -> int:
    """Run every suite and print figures; return 1 when a figure is worse than in ``baseline``, else 0.

    Raises ``BadInputError`` for files that cannot be used, before anything runs where that is possible.
    """
    from evals.report import compare, read_baseline, render, worse
    from evals.suites import evaluate_all

    console = terminal(stderr=as_json)
    try:
        before = read_baseline(baseline) if baseline else None
        if html:
            html.parent.mkdir(parents=True, exist_ok=True)
        result = evaluate_all(data, lambda name: console.print(f"{name} …", style="dim"))
    except (OSError, ValueError) as error:
        raise BadInputError(f"Cannot use the data: {error}") from error
    changes = compare(before, result) if before else {}
    fallen = worse(changes)
    if html:
        made = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {data or 'the shipped golden questions'}"
        html.write_text(render(result, changes, made), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps({**result, "changes": changes, "worse": fallen}, default=str))
    else:
        console.print(_table(result["figures"], changes))
        for name, why in result["skipped"].items():
            console.print(f"Left out: {name}. {why}")
    if fallen:
        typer.echo(f"Worse than the baseline by more than noise: {', '.join(fallen)}", err=True)
    return 1 if fallen else 0


def _table(figures: Mapping[str, Mapping[str, Any]], changes: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table("figure", "value", "95 % interval", "n", *(["change", "verdict"] if changes else []))
    for name, each in figures.items():
        row = [name, f"{each['value']:.3f}", f"{each['low']:.3f} to {each['high']:.3f}", str(each["n"])]
        if changes:
            moved = changes.get(name)
            row += [f"{moved['value']:+.3f}", str(moved["verdict"])] if moved else ["", "new"]
        table.add_row(*row)
    return table
