"""What others have named or written is shown on the terminal, and steers it by nothing."""

import pytest
from rich.console import Console
from rich.text import Text

from cli import fail
from commands.terminal import terminal, whole_table

HOSTILE = "a\x1b[31mred\x1b]0;title\x07\x9b2Jnotes [final]\r.md"
SHOWN = "a[31mred]0;title2Jnotes [final].md"


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch) -> Console:
    monkeypatch.setenv("COLUMNS", "200")
    return terminal()


def test_control_characters_of_a_text_reach_no_terminal(console: Console, capsys: pytest.CaptureFixture[str]) -> None:
    table = whole_table("document", "why")
    table.add_row(HOSTILE, Text(HOSTILE))
    for shown in (HOSTILE, Text(HOSTILE), table):
        console.print(shown)
    out = capsys.readouterr().out
    assert not set(out) & {"\x1b", "\x07", "\x9b", "\r"}
    assert out.count(SHOWN) == 4


def test_lines_tabs_and_other_alphabets_stay(console: Console, capsys: pytest.CaptureFixture[str]) -> None:
    console.print(Text("Größe:\n日本語 🙂"))
    assert capsys.readouterr().out == "Größe:\n日本語 🙂\n"


def test_styles_of_our_own_still_colour_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    console = terminal()
    with console.capture() as capture:
        console.print(Text(HOSTILE, style="red"))
    assert capture.get().count("\x1b") == 2


def test_a_failure_is_said_without_them(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        fail(f"there is no {HOSTILE}", 2)
    assert "\x1b" not in capsys.readouterr().err
