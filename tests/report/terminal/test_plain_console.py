"""What is printed begins no line with a command to GitHub's runner, wherever it is folded."""

import io

import pytest
from rich.text import Text

from suite.foreign_text import clean
from suite.report.terminal.plain_console import PlainConsole
from suite.report.terminal.table import PlainTable

SAID = "std::error::Error x::warning file=a::b"


def lines(shown, width):
    out = io.StringIO()
    PlainConsole(file=out, width=width, force_terminal=True).print(shown)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", range(3, 30))
@pytest.mark.parametrize("styled", ["", "bold red"])
def test_a_name_that_is_folded_begins_no_command(width, styled):
    """`std::error::x` gives none, but its second half at a line's start does."""
    table = PlainTable()
    table.add_column(overflow="fold", style=styled)
    table.add_row(Text(clean(SAID)))
    for found in (lines(Text(clean(SAID), styled), width), lines(table, width)):
        begun = [line.replace("\x1b[1;31m", "").lstrip() for line in found]
        assert not [line for line in begun if line.startswith(("::error", "::warning"))]


def test_only_the_second_sign_is_changed():
    assert lines(Text("a" * 9 + "::error::x"), 9) == ["a" * 9, ":\\x3aerror::", "x"]


def test_what_is_not_folded_stays_as_it_is():
    assert lines(Text(SAID), 100) == [SAID]
    assert lines(Text("[bold]:smile: 1.5"), 100) == ["[bold]:smile: 1.5"]
