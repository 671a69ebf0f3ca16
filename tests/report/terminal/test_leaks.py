"""What a search for leaks shows and writes."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from support.records import any_searches, make_search, make_suspect, make_verdict

from suite.records.leak import Frame, Growth
from suite.records.reason import Reason
from suite.report.terminal.console import Reporter
from suite.report.terminal.sparkline import sparkline


def shown(search, code=None, saved=None, width=110):
    file = io.StringIO()
    console = Console(file=file, width=width, highlight=False, emoji=False)
    with Reporter(console) as reporter:
        reporter.print_leaks(search, search.exit_code if code is None else code, saved)
    return file.getvalue()


def line(text, start):
    """The one line that starts so, its columns one space apart."""
    (found,) = (words for words in map(str.split, text.splitlines()) if words[:1] == [start])
    return " ".join(found)


def last(text):
    return text.splitlines()[-1]


CLEAN = make_search(
    "no growth",
    verdict=make_verdict(
        "no growth",
        bytes_per_operation=0.0,
        growths=(Growth("all", "blocks", 100, (5e4, 5e4), 0.0),),
    ),
    suspects=None,
    unattributed=None,
    recordings=(),
    notes=(),
)


def test_a_leak_is_named_with_all_that_is_known():
    text = shown(make_search(), saved="results/x.json")
    assert "shop/browse  unbounded up to 2,400 operations at 1.02 kB/operation (2 blocks): " in text
    assert "2,400 operations in 12.3 s; 8 B per operation would have been noticed" in text
    assert line(text, "90") == "90 % +1.02 kB +2 remember() shop/basket.py:12"
    assert "stack: remember() basket.py:12 < handle() server.py:40 < <module> __main__.py:7\n" in text
    assert "unattributed: +96 B per operation" in text
    assert "note: malloc was not traced: memray is not installed in the system\n" in text
    assert "flame graph: results/leaks/shop.html\n" in text
    assert last(text) == (
        "LEAK  remember() +1.02 kB per operation, shop/basket.py:12; saved as results/x.json"
    )


def test_counters_have_their_units_and_the_sum_comes_first():
    text = shown(make_search())
    assert line(text, "all") == "all malloc +1.02 kB 48.1 MB → 48.4 MB +306 kB ▁▃▆█"
    assert line(text, "4242") == "4242 python Python blocks +2 50,000 → 50,600 +600 ▁▃▆█"
    assert text.index("  all ") < text.index("  4242 ")


def test_no_leak_shows_how_far_was_looked_and_no_suspects():
    text = shown(CLEAN, saved="x.json")
    assert line(text, "all") == "all Python blocks 0 50,000 → 50,000 0 ▁▁"
    assert last(text) == "NO LEAK  up to 2,400 operations; saved as x.json"
    for absent in ("suspect", "function", "stack", "unattributed", "note", "flame"):
        assert absent not in text


@pytest.mark.parametrize(
    ("outcome", "code", "end"),
    [
        ("bounded", 0, "NO LEAK  up to 2,400 operations"),
        ("released", 0, "NO LEAK  up to 2,400 operations"),
        ("sporadic", 3, "CAN'T TELL  sporadic: grew irregularly"),
        ("sporadic", 0, "CAN'T TELL  sporadic: grew irregularly"),
        ("unsettled", 3, "CAN'T TELL  could not settle after"),
        ("unbounded", 1, "LEAK  remember() +1.02 kB"),
        ("unbounded", 130, "INTERRUPTED  remember() +1.02 kB"),
        ("unsettled", 4, "SYSTEM FAILED  could not settle after"),
    ],
)
def test_the_last_line_is_the_verdict_whatever_the_code(outcome, code, end):
    assert last(shown(make_search(outcome), code)).startswith(end)


def test_a_leak_without_suspects_says_why_and_how_much():
    for suspects, why in ((None, "no allocation was traced"), ((), "nothing that was traced grows")):
        text = shown(make_search(suspects=suspects))
        assert f"no suspects: {why}" in text
        assert last(text) == "LEAK  +1.02 kB per operation"
    verdict = make_verdict(bytes_per_operation=None, reasons=(Reason.of_text("it grows"),))
    assert last(shown(make_search(suspects=(), verdict=verdict))) == "LEAK  it grows"


def test_more_than_can_be_read_is_counted():
    growths = tuple(Growth(f"p{index}", "blocks", 100, (1.0, 2.0), 0.01) for index in range(11))
    suspects = tuple(make_suspect(f"f{index}", per_operation=100.0 - index) for index in range(10))
    frames = tuple(Frame(f"g{index}", "a/b.py", index) for index in range(9))
    found = (make_suspect(stack=frames), *suspects)
    text = shown(make_search(verdict=make_verdict(growths=growths), suspects=found))
    assert "p7" in text
    assert "p8" not in text
    assert "f6()" in text
    assert "f7()" not in text
    assert [row.strip() for row in text.splitlines()].count("and 3 more") == 2
    assert "g4() b.py:4 < 4 more" in text
    assert last(text) == "LEAK  remember() +1.02 kB per operation, shop/basket.py:12 and 10 more suspects"


def test_growth_of_held_connections_is_said():
    assert "2,400 operations in 12.3 s, connections held open; " in shown(
        make_search(verdict=make_verdict(held=True))
    )


def test_what_comes_from_outside_steers_nothing():
    suspect = make_suspect("[red]\x1b[31mx[/red]", file="[bold]a.py")
    text = shown(
        make_search(
            suspects=(suspect,), notes=(Reason.of_text("\x1b]0;title\x07 [link]"),), workload="[b]\x1b[2J"
        )
    )
    assert "\x1b" not in text
    assert "[red]\\x1b[31mx[/red]" in text
    assert "[bold]a.py:12" in text


def test_the_path_of_a_recording_is_one_line():
    """A line that begins so is a command to GitHub's runner."""
    assert "\n::error" not in shown(make_search(recordings=("a\n::error::b",)))


def test_paths_are_not_broken_so_that_they_can_be_copied():
    recording = "results/" + "x" * 150 + ".html"
    assert f"flame graph: {recording}\n" in shown(make_search(recordings=(recording,)), width=60)


@given(any_searches())
def test_any_search_can_be_shown(search):
    text = shown(search, width=70)
    assert last(text).startswith({0: "NO LEAK", 1: "LEAK", 3: "CAN'T TELL"}[search.exit_code])


@given(st.lists(st.floats(-1e9, 1e9), max_size=20))
def test_bars_are_as_high_as_levels(levels):
    bars = sparkline(levels)
    assert len(bars) == len(levels)
    for one, bar in zip(levels, bars, strict=True):
        for other, beside in zip(levels, bars, strict=True):
            assert one > other or bar <= beside


def test_bars_have_a_gap_where_nothing_is_known():
    assert sparkline([float("nan"), 1.0, 2.0, float("inf")]) == " ▁█ "
    assert sparkline([]) == ""
