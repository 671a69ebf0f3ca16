"""What a capacity search shows and writes."""

import io
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from rich.console import Console
from support.capacities import look, make_capacity

from suite.capacity.scaling import fit_scaling
from suite.records.capacity import Goal, SearchResult
from suite.report.documents.picture import save_record
from suite.report.terminal.capacity import answer, answer_words, load_words
from suite.report.terminal.console import Reporter
from suite.report.terminal.plot import plot


def shown(capacity, code=0):
    file = io.StringIO()
    console = Console(file=file, width=110, highlight=False)
    with Reporter(console) as reporter:
        reporter.print_capacity(capacity, code, saved="results/x.json")
    return file.getvalue()


def test_the_table_has_a_row_per_load_and_says_what_broke():
    text = shown(make_capacity())
    rows = [line.split() for line in text.splitlines() if line.strip().endswith((" of 1", " of 2", "ms"))]
    assert [row[0] for row in rows] == ["100", "200", "400", "566", "673", "734", "766", "800"]
    assert "0 of 2" in text
    assert "response.p95 400 ms, at most 100 ms" in text
    assert "between 735 /s and 833 /s: 766 /s held, at 800 /s response.p95 broke first" in text
    assert "contention" in text
    assert "results/x.json" in text
    assert max(map(len, text.splitlines())) <= 110


@pytest.mark.parametrize(
    ("end", "low", "high", "words"),
    [
        ("below", None, 1.0, "below 1 /s, the lowest load looked at: backlog broke first"),
        ("range", 500.0, None, "at least 500 /s, the highest load looked at"),
        ("generator", 900.0, None, "at least 900 /s; the generator can't go higher: this is no limit of the "
                                   "system"),
        ("generator", None, None, "unknown: the generator could not deliver any load as planned"),
        ("unclear", 70.0, None, "at least 70 /s; above it thresholds could not be judged"),
        ("budget", 70.0, None, "at least 70 /s; the search ended before anything broke"),
        ("budget", None, 70.0, "below 70 /s: backlog broke first; the search ended before anything held"),
        ("budget", None, None, "unknown"),
    ],
)  # fmt: skip
def test_an_answer_never_says_more_than_is_known(end, low, high, words):
    found = SearchResult(end, low, high, "backlog" if high else None, ())
    assert str(answer(make_capacity(found=found))) == f"capacity  {words}"
    assert "budget was spent" in str(answer(make_capacity(found=replace(found, spent=True))))


def test_what_broke_in_one_look_is_no_limit_and_is_told():
    found = SearchResult("budget", 70.0, None, None, (look(70), look(140, False)), spent=True)
    words = str(answer(make_capacity(found=found)))
    assert words.startswith(
        "capacity  at least 70 /s; the search ended before what broke once was looked at again;"
    )


def test_an_answer_needs_no_looks():
    capacity = make_capacity()
    words = answer_words(replace(capacity.found, looks=()), capacity.interval, "1/s")
    assert str(answer(capacity)) == f"capacity  {words}"


def test_users_are_counted_in_whole_numbers_without_chance():
    looks = (look(12), look(13, False))
    capacity = make_capacity(
        goal=Goal("users"), found=SearchResult("found", 12.0, 13.0, "response.p95", looks)
    )
    text = shown(capacity)
    assert "between 12 users and 13 users" in text
    assert load_words(1, "users") == "1 user"


def test_a_system_that_was_never_looked_at_is_shown_too():
    text = shown(
        make_capacity(found=SearchResult("budget", None, None, None, ()), scaling=fit_scaling([])), 130
    )
    assert "too few points" in text
    assert "INTERRUPTED" in text


def test_equal_searches_give_equal_pictures(tmp_path):
    first, second = tmp_path / "a.svg", tmp_path / "b.svg"
    save_record(make_capacity(), first, "capacity")
    save_record(make_capacity(), second, "capacity")
    assert first.read_bytes() == second.read_bytes()
    assert ET.parse(first).getroot().tag.endswith("svg")
    assert "url(http" not in first.read_text()


# --- the plot


def test_marks_are_where_they_belong():
    lines = list(plot([(10, 0.001, "a"), (100, 0.1, "b"), (1000, 10.0, "c")], x_unit="1/s", y_unit="s"))
    (row_a,) = (i for i, line in enumerate(lines[:10]) if "a" in line)
    (row_b,) = (i for i, line in enumerate(lines[:10]) if "b" in line)
    (row_c,) = (i for i, line in enumerate(lines[:10]) if "c" in line)
    assert row_c == 0 < row_b < row_a == 9
    assert lines[9].index("a") < lines[row_b].index("b") < lines[0].index("c")
    assert abs((lines[9].index("a") + lines[0].index("c")) / 2 - lines[row_b].index("b")) <= 1
    assert lines[0].startswith("  10 s |")
    assert lines[-1].split() == ["10", "/s", "1,000", "/s"]


@pytest.mark.parametrize("marks", [[], [(1, 1, "x")], [(1, 1, "x"), (1, 1, "o")], [(0, 1, "x"), (1, 0, "o")]])
def test_too_little_to_plot_is_no_plot(marks):
    assert list(plot(marks, x_unit="1/s", y_unit="s")) == []


def test_one_load_looked_at_twice_is_plotted():
    assert len(list(plot([(5, 0.1, "x"), (5, 0.2, "o")], x_unit="users", y_unit="s"))) == 12


@pytest.mark.parametrize(
    "plan", [{"rate": 1.0}, {"rate": 1.0, "speed": 0, "log": "a.log"}, {"rate": 1.0, "speed": 2.0}]
)
def test_a_speed_of_which_a_plan_does_not_say_all_is_just_that(plan):
    assert "1 x is the peak" not in shown(make_capacity(goal=Goal("speed"), plan=plan))
