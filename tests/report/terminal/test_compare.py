"""What a comparison shows: in the terminal, as Markdown, as annotations, as a document."""

import io
import json
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from support import runs

from suite.compare.compared import Compared
from suite.contract.metric import QUANTILES
from suite.formats.document import dumps
from suite.records.comparison import Change, CostChange, QuantileShift, Shift
from suite.records.reason import Figure, Reason
from suite.report.compared import amount, brief, compare_document, interval, point, remedy
from suite.report.documents.annotations import annotated
from suite.report.documents.markdown import markdown
from suite.report.terminal.compare import print_compared
from suite.report.terminal.shiftplot import shift_plot

LIMITS: dict[str, Figure] = {"minimum": 0.05, "relative": True, "unit": "s"}
REASONS = {
    "regression": Reason("clear_change", {"p": 0.0004}),
    "improvement": Reason("clear_change", {"p": 0.0004}),
    "same": Reason("within_minimum", LIMITS),
    "inconclusive": Reason("no_clear_change", LIMITS),
}


def make_change(verdict="regression", metric="response.p50", **changes):
    sizes = {
        "regression": (0.21, 0.15, 0.27),
        "improvement": (-0.21, -0.27, -0.15),
        "same": (0.001, -0.01, 0.012),
        "inconclusive": (0.03, -0.04, 0.09),
    }
    usual = {
        "unit": "s", "better": "lower", "base": 0.01, "head": 0.01 * (1 + sizes[verdict][0]),
        "reason": REASONS[verdict], "shift": Shift(*sizes[verdict]), "minimum": 0.05, "p": 0.0004,
    }  # fmt: skip
    return Change(metric=metric, verdict=verdict, **{**usual, **changes})


def make_comparison(*changes, **rest):
    return runs.make_comparison(changes=changes, runs=(9, 3), **rest)


def make_compared(*comparisons, **rest):
    rest = {"codes": ("aaaaaaaaaaaa", "bbbbbbbbbbbb"), "installed": frozenset({"shop/browse"}), **rest}
    return Compared("main (aaaaaaaaaaaa)", "bbbbbbbbbbbb", comparisons, **rest)


def shifts(*estimates, reach=0.02):
    return tuple(
        QuantileShift(q, 0.01, 0.01 * (1 + e), Shift(e, e - reach, e + reach))
        for q, e in zip((0.05, 0.5, 0.95, 0.99, 0.999), estimates, strict=False)
    )


def shown(compared, code=0, width=120, **options):
    file = io.StringIO()
    console = Console(file=file, width=width, highlight=False, emoji=False)
    print_compared(console, compared, code, **options)
    return file.getvalue()


ALL = make_comparison(
    make_change("same", "response.p50"),
    make_change("regression", "response.p99"),
    make_change("improvement", "throughput", unit="1/s", better="higher"),
    make_change("inconclusive", "response.p95"),
    make_change("inconclusive", "memory.peak", unit="B"),
    quantiles={"response": shifts(0.0, 0.01, 0.1, 0.2, 0.3)},
    notes=(Reason("other_software", {"fact": "python", "base": "3.11", "head": "3.12"}),),
)


def test_the_terminal_shows_each_metric_and_why_others_are_open():
    text = shown(
        make_compared(ALL, left_out=(Reason("no_runs", {"workload": "shop/new", "side": "base"}),)), 1
    )
    words = [" ".join(line.split()) for line in text.splitlines()]
    head = "base main (aaaaaaaaaaaa), 9 runs → head bbbbbbbbbbbb, 3 runs"
    assert words[0] == f"shop/browse REGRESSION {head}"
    assert "metric base head shift interval p adjusted verdict" in words
    assert "response.p99 10 ms 12.1 ms +21 % +15 % to +27 % 0.0004 ✗ REGRESSION" in words
    assert "throughput 0.01 /s 0.0079 /s -21 % -27 % to -15 % 0.0004 ✓ improvement" in words
    assert "inconclusive: no clear change, nor within ±5 %: response.p95, memory.peak" in words
    assert "note: Python: 3.11 v 3.12" in words
    assert "p50 10 ms 10.1 ms +1 %" in " ".join(words)
    assert words[-4:] == [
        "left out: shop/new: no runs in base",
        "regression: shop/browse response.p99: +21 % (+15 % to +27 %), p = 0.0004",
        "not decided: 2 metrics; to decide it: suite ab aaaaaaaaaaaa bbbbbbbbbbbb shop/browse",
        "REGRESSION 1 regression, 2 inconclusive, 1 improvement, 1 same in 1 workload",
    ]


def test_shift_plots_are_for_what_changed_or_asked_for():
    same = make_comparison(make_change("same"), quantiles={"response": shifts(0.0, 0.0)})
    assert "by quantile" not in shown(make_compared(same))
    assert "response time by quantile" in shown(make_compared(same), quantiles=True)


def test_what_comes_from_outside_steers_no_terminal():
    bad = make_comparison(
        make_change("inconclusive"), workload="a\x1b[31mb", notes=(Reason.of_text("\x1b]0;x\x07"),)
    )
    assert "\x1b" not in shown(make_compared(bad)) + markdown(make_compared(bad))
    assert "\x1b" not in "".join(annotated(make_compared(bad)))


FREE = ", run each side more often, or compare two commits with suite ab"


@pytest.mark.parametrize(
    ("known", "end"),
    [
        ({"codes": ("a", "b")}, ": suite ab a b shop/browse '<x> y' <load file of my/own>"),
        ({"codes": ("a", None), "changed": True}, ": suite ab a shop/browse '<x> y' <load file of my/own>"),
        ({"codes": (None, "b")}, FREE),
        ({"codes": ("a", None)}, FREE),
        ({"codes": ("a", "a")}, FREE),
    ],
)
def test_what_would_decide(known, end):
    open_ones = [
        make_comparison(make_change("inconclusive"), workload=w) for w in ("shop/browse", "my/own", "<x> y")
    ]
    compared = make_compared(*open_ones, installed=frozenset({"shop/browse", "<x> y"}), **known)
    assert str(remedy(compared)) == f"not decided: 3 metrics; to decide it{end}"


def test_all_decided_needs_no_remedy():
    assert remedy(make_compared(make_comparison(make_change("same")))) is None
    nothing = str(remedy(make_compared(make_comparison())))
    assert nothing.startswith("not decided: 1 workload with nothing to compare; to decide it: suite ab")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "+15 % to +27 %"),
        ({"shift": Shift(0.2, -1.0, math.inf)}, ""),
        ({"shift": Shift(0.2, 0.1, math.inf)}, "from +10 %"),
        ({"shift": Shift(0.2, -math.inf, 0.3)}, "up to +30 %"),
        ({"shift": None}, ""),
        ({"shift": Shift(1.0, -2e6, 3e6), "relative": False, "unit": "B"}, "-2 MB to +3 MB"),
        ({"shift": Shift(0, -0.01, 0.02), "relative": False, "unit": "ratio"}, "-1 points to +2 points"),
    ],
)
def test_intervals_say_only_what_is_known(changes, words):
    assert interval(make_change(**changes)) == words


def test_amounts_have_a_sign():
    assert amount(-0.5, make_change(relative=False)) == "-500 ms"
    assert amount(math.inf, make_change()) == "from nothing"
    assert [amount(size, make_change()) for size in (0.5, -0.0123, 1e-9, 42)] == [
        "+50 %", "-1.23 %", "+0 %", "+4,200 %",
    ]  # fmt: skip


def test_a_quantile_is_not_labelled_as_its_metric_is_named():
    one = QuantileShift(QUANTILES["p999"], 1.0, 1.0, Shift(0, 0, 0))
    assert point(one) == "p99.9"
    assert next(shift_plot([one])).split()[0] == "p99.9"


@pytest.mark.parametrize(("p", "words"), [(None, ""), (0.0123, ", p = 0.012"), (1e-9, ", p < 0.0001")])
def test_a_change_in_one_breath(p, words):
    assert brief(make_change(p=p)) == f"+21 % (+15 % to +27 %){words}"
    assert brief(make_change(p=p, shift=None)) == f"-{words}"


def test_the_document_is_json_whatever_is_unknown():
    unknown = make_change(shift=Shift(0.2, -1.0, math.inf), p=None)
    data = json.loads(dumps(compare_document(make_compared(make_comparison(unknown)), exit_code=1)))
    (one,) = data["results"]
    assert one["changes"][0]["shift"] == {"estimate": 0.2, "low": -1.0, "high": None}
    assert (data["verdict"], data["conclusion"]["verdict"], one["verdict"]) == ("fail", *["regression"] * 2)


def test_markdown_has_changes_first_and_folds_the_rest():
    text = markdown(make_compared(make_comparison(make_change("same"), workload="shop/slow"), ALL))
    short, *folded = text.split("<details>")
    assert short.splitlines()[:2] == ["## Load benchmarks: regression", ""]
    row = "| shop/browse | response.p99 | 10 ms | 12.1 ms | +21 % (+15 % to +27 %) | **regression** |"
    assert row in short
    assert "| shop/browse | throughput |" in short
    assert "response.p95" not in short
    assert "Not decided: 2 metrics; to decide it: `suite ab aaaaaaaaaaaa bbbbbbbbbbbb shop/browse`" in short
    assert [re.search(r"<summary>(\S+):", part)[1] for part in folded] == ["shop/browse", "shop/slow"]
    assert text.count("</details>") == 2
    assert "```text\n   p5 " in folded[0]
    assert "- Python: 3.11 v 3.12" in folded[0]


def test_markdown_has_the_places_where_counted_costs_changed():
    sent = CostChange("statements", "name_of", "shop.py", 31, 0.0, 7.0, "select a|b from t")
    called = [CostChange("calls", f"f{number}", "shop.py", 1, 1.0, 2.0) for number in range(40)]
    text = markdown(make_compared(make_comparison(make_change("regression"), places=(sent, *called))))
    assert "| name\\_of() shop.py:31 | select a\\|b from t | 0 | 7 | +7 |" in text
    assert "| f28() shop.py | calls | 1 | 2 | +1 |" in text
    assert "… and 11 more places." in text
    assert "shop.py" not in markdown(make_compared(make_comparison(make_change("same"), places=(sent,))))


def test_markdown_without_changes_has_no_table_in_front():
    text = markdown(
        make_compared(
            make_comparison(make_change("same")),
            left_out=(Reason("no_runs", {"workload": "shop/x", "side": "base"}),),
        )
    )
    assert "|" not in text.partition("<details>")[0]
    assert "- left out: shop/x: no runs in base" in text


def test_names_from_outside_do_not_act_in_markdown():
    name = "a|b</summary>`<b>*c*\n# d"
    text = markdown(make_compared(make_comparison(make_change(), make_change("inconclusive"), workload=name)))
    assert r"a\|b\</summary\>\`\<b\>\*c\* \# d" in text
    assert "<summary>a|b&lt;/summary&gt;" in text
    assert text.partition("<details>")[2].count("</summary>") == 1
    assert "\n# d" not in text


def test_markdown_stays_short_enough_for_a_comment():
    many = [
        make_comparison(*[make_change(metric=f"m{i}") for i in range(40)], workload=f"w{n}")
        for n in range(60)
    ]
    text = markdown(make_compared(*many))
    assert len(text) < 65_536
    assert text.count("<details>") == text.count("</details>") < 60
    missing = 60 - text.count("<details>")
    assert f"Details of {missing} more workloads are in the JSON document." in text
    assert "… and 2350 more that changed." in text


def test_annotations_are_one_line_each_and_few():
    many = make_comparison(*[make_change(metric=f"m,{i}:x") for i in range(12)], make_change("improvement"))
    lines = list(annotated(make_compared(many)))
    assert len([line for line in lines if line.startswith("::error")]) == 10
    assert lines[0] == (
        "::error title=shop/browse m%2C0%3Ax regressed::+21 %25 (+15 %25 to +27 %25), p = 0.0004"
        "; main (aaaaaaaaaaaa) to bbbbbbbbbbbb"
    )
    assert lines[9] == "::error title=more regressions::3 more, see the log"
    assert lines[10].startswith("::notice title=shop/browse response.p50 improved::-21 %25")
    assert len(lines) == 11
    better = make_comparison(*[make_change("improvement", metric=f"m{i}") for i in range(12)])
    told = list(annotated(make_compared(better), places={"shop/browse": ("loads/a:b.py", 3)}))
    assert len(told) == 10
    assert told[0].startswith("::notice file=loads/a%3Ab.py,line=3,title=shop/browse m0 improved::")
    assert told[9] == "::notice title=more improvements::3 more, see the log"


def test_what_is_undecided_beside_a_regression_is_a_warning():
    assert [line.split(" ")[0] for line in annotated(make_compared(ALL))] == [
        "::error",
        "::notice",
        "::warning",
    ]
    assert list(annotated(make_compared())) == [
        "::error title=load benchmarks inconclusive::nothing was compared"
    ]
    broken = make_comparison(workload="a\nb")
    assert all("\n" not in line for line in annotated(make_compared(broken)))


def test_a_shift_plot_marks_estimate_interval_and_zero():
    *rows, scale = shift_plot(shifts(-0.1, 0.0, 0.2))
    assert [row.split()[0] for row in rows] == ["p5", "p50", "p95"]
    marks = [row[39:] for row in rows]
    assert [mark.index("o") for mark in marks] == sorted(mark.index("o") for mark in marks)
    zero = marks[0].index("|")
    assert (marks[1][zero], marks[2][zero]) == ("o", "|")
    assert "-o" in marks[2]
    assert scale.split() == ["-12", "%", "0", "+22", "%"]
    assert list(shift_plot(())) == []


def test_unknown_intervals_are_not_drawn_and_long_ones_are_cut():
    unknown = [QuantileShift(0.5, 1.0, 1.5, Shift(0.5, -1.0, math.inf))]
    row, _ = shift_plot(unknown)
    assert not {"-", ">"} & set(row)
    long = [QuantileShift(0.5, 1.0, 1.1, Shift(0.1, -0.9, 9.0))]
    row, scale = shift_plot(long)
    assert (row[39], row[-1]) == ("<", ">")
    assert scale.split() == ["-30", "%", "0", "+30", "%"]
    bound = [QuantileShift(0.5, 1.0, 1.1, Shift(0.1, 0.0, 0.2), at_least=True)]
    assert "> 1.1 s" in next(shift_plot(bound))


sizes = st.floats(-0.9, 50)


@given(st.lists(st.tuples(sizes, st.floats(0, 5), st.floats(0, 5)), min_size=1, max_size=10))
def test_every_plot_is_as_wide_as_its_axis(points):
    found = [QuantileShift(0.5, 1.0, 1.0 + e, Shift(e, e - a, e + b)) for e, a, b in points]
    rows = list(shift_plot(found))
    assert len(rows) == len(points) + 1
    assert all(row.count("o") == 1 for row in rows[:-1])
    places = [row[39:].index("o") for row in rows[:-1]]
    ordered = [place for _, place in sorted(zip((p[0] for p in points), places, strict=True))]
    assert ordered == sorted(ordered)
    assert max(len(row[39:]) for row in rows) == len(rows[-1][39:]) == 45
