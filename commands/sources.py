"""The ``holdfast source`` commands: arguments and help; ``commands/source.py`` does the work."""

from typing import Annotated

import typer

from activities.ports import Level
from commands.configuration import read_settings
from commands.terminal import terminal

app = typer.Typer(help="Where documents come from by themselves.")


@app.command()
def add(
    name: str,
    kind: Annotated[str, typer.Argument(help="folder, web, sql, s3, rest, webhook, git, confluence or sharepoint.")],
    options: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Of its config.")] = None,
    rules: Annotated[list[str] | None, typer.Option("--rights", metavar="JSON", help="A rule of rights.")] = None,
    department: Annotated[str, typer.Option(help="Who owns the documents.")] = "support",
    classification: Annotated[Level, typer.Option(help="Who may read them.")] = "internal",
    every: Annotated[float, typer.Option(min=10, help="Seconds between two syncs.")] = 900,
) -> None:
    """Read documents from a source from now on."""
    # Inline, as in cli.py: `holdfast --help` must not take seconds.
    from commands.source import add as run

    run(
        read_settings(),
        terminal(),
        name=name,
        kind=kind,
        options=options or [],
        rules=rules or [],
        department=department,
        classification=classification,
        every=every,
    )


@app.command("list")
def list_sources(
    name: Annotated[str | None, typer.Argument(help="One source, with what was not taken.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """Show the sources and how they go."""
    from commands.source import show

    show(read_settings(), terminal(), name, as_json=as_json)


@app.command()
def sync(name: str, wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Until it ends.")] = True) -> None:
    """Sync a source now."""
    from commands.source import sync as run

    run(read_settings(), terminal(), name, wait=wait)


@app.command()
def pause(name: str) -> None:
    """Pause a source after the items that are being taken."""
    from commands.source import tell

    tell(read_settings(), terminal(), name, "pause")


@app.command()
def resume(name: str) -> None:
    """Let a paused source go on."""
    from commands.source import tell

    tell(read_settings(), terminal(), name, "resume")


@app.command()
def remove(name: str) -> None:
    """Remove a source with all documents that came from it."""
    from commands.source import tell

    tell(read_settings(), terminal(), name, "remove")
