"""The ``holdfast`` command: reads settings and arguments, and calls one module of ``commands`` for each command."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from activities.ports import Level, Role
from commands import evals, sources
from commands.configuration import read_settings
from commands.errors import CommandError
from commands.terminal import printable, terminal

app = typer.Typer(help="A customer-support agent that never drops a customer.", pretty_exceptions_enable=False)
user = typer.Typer(help="People who may log in.")
key = typer.Typer(help="API keys of services.")
app.add_typer(user, name="user")
app.add_typer(key, name="key")
app.add_typer(sources.app, name="source")
train = typer.Typer(help="Train on a company's own data.")
app.add_typer(train, name="train")
ingestions = typer.Typer(help="What is being taken in.", invoke_without_command=True)
app.add_typer(ingestions, name="ingestions")
app.add_typer(evals.app, name="eval")

As = Annotated[str | None, typer.Option("--as", metavar="USER", help="Whose log-in of demo-users.json to use.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def up(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Where the API and the UI answer.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where everything is kept.")] = None,
    sample: Annotated[bool, typer.Option("--sample/--no-sample", help="Load the sample company at first.")] = True,
    workers: Annotated[int | None, typer.Option(min=1, max=16, help="How many worker processes.")] = None,
) -> None:
    """Start everything on this machine; Ctrl-C ends it."""
    # Commands are imported when they run: `holdfast --help` must not take seconds.
    from commands.up import run

    run(read_settings(port=port, data_dir=data_dir, workers=workers), terminal(), sample=sample)


@app.command()
def api() -> None:
    """Serve the API and the UI, for installations of more than one process."""
    from commands.serve import run_api

    run_api(read_settings())


@app.command()
def worker() -> None:
    """Work on conversations, for installations of more than one process."""
    from commands.serve import run_worker

    run_worker(read_settings())


@app.command()
def ask(text: str, username: As = None) -> None:
    """Ask one question and print the answer with its sources."""
    from commands.ask import run

    run(read_settings(), text, username, terminal())


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")],
    department: Annotated[str, typer.Option(help="Who owns the documents.")] = "support",
    classification: Annotated[Level, typer.Option(help="Who may read them.")] = "public",
    group: Annotated[list[str] | None, typer.Option(help="A group that alone reads them; may be repeated.")] = None,
    valid_from: Annotated[datetime | None, typer.Option(help="They answer from then on, UTC.")] = None,
    valid_until: Annotated[datetime | None, typer.Option(help="They stop answering then, UTC.")] = None,
) -> None:
    """Take documents in and report what was taken, skipped and refused; exit code 1 when something was not taken."""
    from commands.ingest import limits_of, run

    limits = limits_of(group or [], valid_from, valid_until)
    run(read_settings(), paths, department, classification, terminal(), limits)


@train.command("intents")
def train_intents(
    file: Annotated[Path, typer.Argument(help="CSV with text,label; labels are those of intents.json.")],
    data_dir: Annotated[Path | None, typer.Option(help="Where the chosen messages are kept.")] = None,
    unlabelled: Annotated[
        Path | None, typer.Option(help="Messages without labels to learn from as well: one a line, or CSV with text.")
    ] = None,
    accept_worse: Annotated[bool, typer.Option(help="Take them though the classifier gets worse.")] = False,
) -> None:
    """Train the intents on a company's own messages, report what is wrong with them, and use them if no worse."""
    from commands.train import run

    run(read_settings(data_dir=data_dir), file, terminal(), unlabelled=unlabelled, accept_worse=accept_worse)


@ingestions.callback()
def list_ingestions(context: typer.Context) -> None:
    """Show what is being taken in, and what was."""
    if context.invoked_subcommand is None:
        from commands.ingestions import show

        show(read_settings(), terminal())


Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="As `holdfast ingestions` lists them.")]


@ingestions.command("pause")
def pause_ingestions(ids: Ids) -> None:
    """Begin nothing new of them until they are resumed."""
    _turn_ingestions("pause", ids)


@ingestions.command("resume")
def resume_ingestions(ids: Ids) -> None:
    """Go on with them."""
    _turn_ingestions("resume", ids)


@ingestions.command("cancel")
def cancel_ingestions(ids: Ids) -> None:
    """Stop them for good; documents that answer stay."""
    _turn_ingestions("cancel", ids)


def _turn_ingestions(what: Literal["pause", "resume", "cancel"], ids: list[str]) -> None:
    from commands.ingestions import turn

    turn(read_settings(), terminal(), what, ids)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the backup goes; it must not exist yet.")],
    data_dir: Annotated[Path | None, typer.Option(help="Whose knowledge; Holdfast may run on it.")] = None,
) -> None:
    """Write the whole knowledge, as it is at this moment, into one file."""
    from commands.backup import run

    run(read_settings(data_dir=data_dir), file, terminal())


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of `holdfast backup`.")],
    data_dir: Annotated[Path | None, typer.Option(help="Where to; `up` must not run on it.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Remove the documents that are there.")] = False,
) -> None:
    """Put the knowledge of a backup in place, then make the index anew."""
    from commands.restore import run

    run(read_settings(data_dir=data_dir), file, terminal(), replace=replace)


@app.command()
def classify(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")],
) -> None:
    """Try the company's classification rules out on files; nothing is taken in."""
    from commands.classify import run

    run(read_settings(), paths, terminal())


@app.command()
def reindex(
    data_dir: Annotated[Path | None, typer.Option(help="Whose index; `up` may run on it.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Compare it with records only; exit code 1 if wrong.")] = False,
    repair: Annotated[bool, typer.Option("--repair", help="Compare it, and repair what differs.")] = False,
) -> None:
    """Make the index anew from records, beside the one that answers, and change over to it."""
    from commands.reindex import check as compare
    from commands.reindex import run

    if check or repair:
        if not compare(read_settings(data_dir=data_dir), terminal(), repair=repair):
            raise typer.Exit(1)
        return
    run(read_settings(data_dir=data_dir), terminal())


@app.command()
def doctor() -> None:
    """Say what is reachable; exit code 1 when something needed is missing."""
    from commands.doctor import run

    if not run(read_settings(), terminal()):
        raise typer.Exit(1)


@user.command("add")
def add_user(
    username: str,
    role: Annotated[Role, typer.Option(help="What they may do.")] = "customer",
    department: Annotated[str | None, typer.Option(help="Of agents: whose cases they decide.")] = None,
    password: Annotated[str | None, typer.Option(envvar="HOLDFAST_PASSWORD", help="Made up when left out.")] = None,
) -> None:
    """Add a person, and print the password that was made up for them."""
    from commands.people import add_user as add

    made = asyncio.run(add(read_settings(), username, role, department, password))
    typer.echo(f"Added {username} ({role})" + (f", password {made}" if made else ""))


@key.command("create")
def create_key(username: str, name: Annotated[str, typer.Option(help="What the key is for.")] = "command line") -> None:
    """Make an API key for a service and print it, once."""
    from commands.people import create_key as create

    typer.echo(asyncio.run(create(read_settings(), username, name)))


@app.command()
def bench(
    name: Annotated[str | None, typer.Argument(help="One benchmark; all when left out.")] = None,
    documents: Annotated[
        int | None, typer.Option(min=1, help="How many documents, where a benchmark takes some.")
    ] = None,
    megabytes: Annotated[int | None, typer.Option(min=1, help="How large a folder, where one takes one in.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure, as ratios against what others cost on the same machine."""
    from commands.bench import run

    run("benchmarks", name, as_json=as_json, documents=documents, megabytes=megabytes)


@app.command()
def drill(
    name: Annotated[str | None, typer.Argument(help="One drill; all when left out.")] = None,
    turns: Annotated[int | None, typer.Option(min=1, help="How many turns; of `crashes`.")] = None,
    documents: Annotated[int | None, typer.Option(min=1, help="How many documents; of `ingest`.")] = None,
    kills: Annotated[int | None, typer.Option(min=1, help="How many kills; of `ingest`.")] = None,
    seed: Annotated[int | None, typer.Option(help="Decides the whole schedule.")] = None,
    as_json: AsJson = False,
) -> None:
    """Kill processes in the middle of their work, and count that nothing is lost or there twice."""
    from commands.bench import run

    run("drills", name, as_json=as_json, turns=turns, documents=documents, kills=kills, seed=seed)


def main() -> None:
    """Run the command line; bad input is one line on standard error and exit code 2."""
    try:
        code = app(args=sys.argv[1:] or ["--help"], prog_name="holdfast", standalone_mode=False)
    except CommandError as error:
        fail(str(error), error.exit_code)
    except typer.Abort:
        fail("stopped", 130)
    except Exception as error:
        # Usage errors of the option parser, whose class has no public name.
        if not hasattr(error, "format_message"):
            raise
        fail(error.format_message(), 2)
    sys.exit(code if isinstance(code, int) else 0)


def fail(message: str, code: int) -> None:
    """Print one line on standard error and end with ``code``."""
    line = printable(" ".join(message.split()))
    print(f"holdfast: {line}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
