"""Names, units and texts from outside that look like markup, in everything that the terminal shows."""

import io
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from rich.console import Console
from support.capacities import look, make_capacity
from support.records import make_calibration, make_search, make_suspect
from support.runs import counts, make_comparison, make_run, validity_of

from suite import Command, User, Workload, closed_loop, operation
from suite.compare.compared import Compared
from suite.compare.profilediff import Function, Profile, difference
from suite.ledger.commit_order import MeasuredCommit as Commit
from suite.ledger.detections import CommitRange, Detected
from suite.ledger.events import Event, Moved
from suite.ledger.metric_history import MetricHistory
from suite.ledger.store import Ledger
from suite.ledger.timeline_reader import Quantity, Timeline
from suite.records.calibration import Power, SelfComparison
from suite.records.capacity import Goal
from suite.records.capacity import SearchResult as Looked
from suite.records.comparison import Change, QuantileShift, Shift
from suite.records.detail import Detail
from suite.records.leak import Growth, LeakVerdict
from suite.records.reason import Reason
from suite.records.run import CheckResult, Failure, Judgement, Measured, Round
from suite.report.documents.markdown import markdown
from suite.report.documents.picture import save_picture
from suite.report.terminal.ab import AbReporter
from suite.report.terminal.calibration import print_calibrated
from suite.report.terminal.compare import print_compared
from suite.report.terminal.console import Reporter, make_console
from suite.report.terminal.history import print_events, print_track
from suite.stats.changepoint import ChangePoint, Detection

NAME, METRIC, UNIT = "shop/[/db]x", "[db]", "[x]"
SHAS = ("a" * 40, "b" * 40)


@pytest.fixture(params=[True, False], ids=["markup", "plain"])
def console(request):
    """One that would take plain text for markup, and one that would not."""
    return Console(file=io.StringIO(), width=200, markup=request.param, highlight=False, emoji=False)


def said(console):
    """What was printed, columns one space apart."""
    return " ".join(console.file.getvalue().split())


POINT = ChangePoint(1, 1, 1, 10.0, 12.0, 0.2, 0.1, 0.3, 1e-6, "confirmed", "worse")
LINE = Timeline(NAME, "machine", "load", 2, 1.0)
QUANTITY = Quantity(METRIC, UNIT, "lower")
PLACE = CommitRange(SHAS[1], 1.0, SHAS[0], SHAS[1])


def make_track(**changes):
    found = Detected(QUANTITY, Detection((POINT,), length=2), (PLACE,), None)
    commits = tuple(Commit(sha, 0.0, 1.0, 1) for sha in SHAS)
    usual = {"accepted": {SHAS[1]: "[/why]"}, "machine": "[/cpu]", "notes": ("[/note]",)}
    return MetricHistory(LINE, found, commits, (10.0, 12.0), **{**usual, **changes})


def test_a_history_is_drawn_with_its_units(console):
    print_track(console, make_track(), 20)
    text = said(console)
    assert text.startswith(f"{NAME} {METRIC} lower is better, 2 commits, [/cpu]")
    assert "12 [x] │" in text
    assert "12 [x] 1 +20 % ✗ worse (+10 % to +30 %, confirmed) accepted: [/why]" in text
    assert "10 [x] → 12 [x] accepted: [/why]" in text
    assert "left out: [/note]" in text


def test_events_of_a_workload_with_brackets_are_listed(console):
    event = Event(SHAS[1], 1.0, (Moved(LINE, QUANTITY, POINT, PLACE),))
    print_events(console, [event], {(NAME, METRIC, SHAS[1]): "[/why]"}, 5)
    assert f"{NAME} {METRIC} 10 [x] → 12 [x] +20 % ✗ worse accepted: [/why]" in said(console)


CHANGE = Change(
    METRIC,
    UNIT,
    "lower",
    10.0,
    12.0,
    "regression",
    Reason.of_text("[/r]"),
    Shift(2.0, 1.0, 3.0),
    relative=False,
)
OPEN = Change("[/o]", UNIT, "lower", 10.0, None, "inconclusive", Reason.of_text("[/no] value"))
QUANTILES = {"response@[/op]": (QuantileShift(0.999, 1.0, 1.2, Shift(0.2, 0.1, 0.3)),)}
COMPARED = make_comparison(
    NAME,
    "[/base]",
    "[/head]",
    (CHANGE, OPEN),
    runs=(9, 3),
    quantiles=QUANTILES,
    notes=(Reason.of_text("[/note]"),),
)
SHIFT = "+2 [x] (+1 [x] to +3 [x])"
ROW = f"{METRIC} 10 [x] 12 [x] +2 [x] +1 [x] to +3 [x]"


def test_compared_units_are_shown(console):
    compared = Compared(
        "[/base]", "[/head]", (COMPARED,), (Reason("no_runs", {"workload": "[/left]", "side": "base"}),)
    )
    print_compared(console, compared, 1, promises={NAME: "[/promise]"})
    text = said(console)
    assert f"{NAME} REGRESSION base [/base], 9 runs → head [/head], 3 runs" in text
    assert f"{ROW} - ✗ REGRESSION" in text
    assert "inconclusive: [/no] value: [/o] note: [/note] [/promise]" in text
    assert "response@[/op] time by quantile" in text
    assert f"left out: [/left]: no runs in base regression: {NAME} {METRIC}: +2 [x]" in text


def test_a_gate_that_was_not_calibrated_names_the_workload(console):
    print_compared(console, Compared("a", "b", (COMPARED,)), 1, promises={NAME: ""})
    assert f"suite calibrate {NAME}" in said(console)


def test_commits_that_are_compared_show_names_units_and_subjects(console):
    with AbReporter(console) as reporter:
        reporter.start("aaaa [/subject]", "work tree", ["[/note]"])
        reporter.doing("[/doing]")
        reporter.sampling(NAME, 0, "base", "")
        reporter.paired(NAME, 4, f"{METRIC} +20 %")
        reporter.repeated(NAME, "base", [Reason.of_text("[/late]")])
        reporter.fault("[/fault]")
        reporter.result(COMPARED, 60.0, "[/promise]")
        reporter.end(Compared("a", "b", (COMPARED,)), 1, ["[/check]"])
    text = said(console)
    assert "base aaaa [/subject] head work tree [/note]" in text
    assert f"{NAME} 4 of up to 16 pairs {METRIC} +20 % {NAME} pair repeated, base: [/late] [/fault]" in text
    assert f"{ROW} ±0 [x] ✗ REGRESSION" in text
    assert "inconclusive: [/no] value: [/o] note: [/note] [/promise]" in text
    assert f"regression: {NAME} {METRIC}: {SHIFT} check failed: [/check]" in text


def test_profiled_functions_are_shown(console):
    before, after = ([Profile({(Function("[/f]", "[/a].py"),): cost})] * 3 for cost in (1.0, 2.0))
    with AbReporter(console) as reporter:
        reporter.profiling(NAME, "base", 0, 3)
        reporter.profiled(difference(before, after), "time", "s")
        reporter.kept("[/results]/x.svg")
    assert "[/f] [/a].py 1 s 2 s +1 s" in said(console)
    assert "flame graph: [/results]/x.svg" in said(console)


RUN = make_run(
    workload=NAME,
    metrics={METRIC: Measured(UNIT, "lower", 3.0, (2.0, 4.0), note="[/note]")},
    operations={"[/buy]": counts(ok=5), "[bold]": counts(ok=7)},
    thresholds=(Judgement(METRIC, "critical", 9.0, 3.0, True),),
    checks=(CheckResult("[/check]", False, "[/detail]"),),
    details=(Detail("failed", "[/class]", "[/buy]", 1, 0.5, "[/example]"),),
    validity=validity_of("doubtful", "[/doubt]"),
    error=Failure("system", "[/error]"),
    plan={"loop": "closed", "users": 1, "target": "[/target]"},
)


def test_a_run_shows_metrics_units_and_operations(console):
    Reporter(console).print_run(RUN)
    text = said(console)
    assert text.startswith(f"{NAME} ERROR doubtful, 3 rounds, closed loop, 1 user, at [/target]")
    assert f"{METRIC} 3 [x] 2 – 4 [x] ✓ passed (critical 9 [x]) [/note]" in text
    assert "[/buy] 5 0 0" in text
    assert "[bold] 7 0 0" in text
    assert "[/check]: [/detail]" in text
    assert "[/class] in [/buy], first at 500 ms: [/example]" in text
    assert text.endswith("doubtful: [/doubt] ended early, system: [/error]")


def test_the_summary_and_the_list_of_runs_name_workloads(console, tmp_path):
    reporter = Reporter(console)
    reporter.print_summary([RUN], 4, ["[/gone]: no cv2"], "[/results]")
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.add(make_run(workload=NAME))
        reporter.print_runs(ledger.runs())
    text = said(console)
    assert f"checks {NAME} ERROR" in text
    assert "skipped [/gone]: no cv2 SYSTEM FAILED 1 with errors, 1 skipped; saved in [/results]" in text
    assert f"10:11 {NAME} passed" in text


def test_progress_and_faults_name_workloads(console):
    with Reporter(console) as reporter:
        reporter.phase(NAME, 0, 2, "running")
        reporter.tick(31.0, None, 5)
        reporter.round_ended(NAME, Round(0, failure=Failure("system", "[/died]")))
        reporter.print_fault(NAME, "[/fault]")
    text = said(console)
    assert f"{NAME} round 1 of 2 running" in text
    assert f"{NAME} round 1 of 2 ended early: system: [/died] {NAME} [/fault]" in text


class _Shopper(User):
    @operation(tags={"[/tag]"})
    async def browse(self) -> None: ...


def test_the_list_of_workloads_shows_parameters_and_tags(console):
    shop = Command("shop --port {port}", stock="[/stock]")
    row = Workload(NAME, shop, _Shopper, loop=closed_loop(1, seconds=1), description="[/about]")
    Reporter(console).print_list([row])
    text = said(console)
    assert text.startswith(f"{NAME} closed loop, 1 user, 1 s [/about] set stock=[/stock] tags [/tag]")


def test_a_capacity_names_what_broke(console):
    looks = (look(12), look(13, False, broke="[/m]", reasons=(Reason.of_text("[/m] is 3 [x]"),)))
    found = Looked("found", 12.0, 13.0, "[/m]", looks)
    with Reporter(console) as reporter:
        reporter.print_look(looks[1], "users")
        reporter.print_capacity(make_capacity(workload=NAME, goal=Goal("users"), found=found), 0)
    text = said(console)
    assert f"broke [/m] is 3 [x] {NAME} over users" in text
    assert "at 13 users [/m] broke first" in text


def test_a_leak_names_functions_and_files(console):
    growth = Growth("[/process]", "malloc", 100, (1e6, 2e6), 10.0)
    verdict = LeakVerdict("unsettled", 200, None, None, 8.0, False, (growth,), (Reason.of_text("[/words]"),))
    found = make_search(
        workload=NAME,
        verdict=verdict,
        suspects=(make_suspect("[/f]", "[/a].py"),),
        notes=(Reason.of_text("[/note]"),),
    )
    with Reporter(console) as reporter:
        reporter.print_leaks(found, 1, "[/saved]")
    text = said(console)
    assert text.startswith(f"{NAME} [/words]")
    assert "[/process] malloc +10 B" in text
    assert "[/f]() [/a].py:12" in text
    assert "note: [/note]" in text
    assert "saved as [/saved]" in text


def test_a_calibration_shows_metrics_and_units(console):
    power = Power(METRIC, UNIT, 0.02, 0.05, caught={"50 %": 1.0})
    values = {METRIC: (1.0, 2.0, 3.0)}
    turns = SelfComparison("regression", 8, (CHANGE,)), SelfComparison("regression", 12, (CHANGE,), 0.2)
    words = dict(zip(("against_itself", "planted"), turns, strict=True), doubts=Reason.of_text("[/doubt]"))
    known = replace(make_calibration(metrics=(power,), runs=3, **words), workload=NAME, values=values)
    print_calibrated(console, known)
    text = said(console)
    assert text.startswith(f"{NAME} calibrated from 3 runs")
    assert f"{METRIC} 2 [x] 2 % none" in text
    assert f"{METRIC}, slower by, is caught by 16 pairs: 50 % in 100 of 100" in text
    assert f"against itself, as the runs came: regression after 8 pairs ({METRIC} regression {SHIFT})" in text
    slowed = "a slow-down that really ran: 20 % of the time of an operation: regression after 12 pairs"
    assert f"{slowed} ({METRIC} regression {SHIFT})" in text


def test_our_console_takes_no_text_for_markup(capsys):
    make_console().print("[/x] [bold]y[/]")
    assert capsys.readouterr().out == "[/x] [bold]y[/]\n"


def test_a_picture_shows_a_name_with_brackets(tmp_path):
    save_picture(RUN, tmp_path / "run.svg")
    assert NAME in "".join(ElementTree.parse(tmp_path / "run.svg").getroot().itertext())


def test_a_unit_does_not_break_a_markdown_table():
    change = Change(
        "m",
        "a|b",
        "lower",
        1.0,
        2.0,
        "regression",
        Reason("clear_change"),
        Shift(1.0, 0.5, 2.0),
        relative=False,
    )
    text = markdown(Compared("a", "b", (make_comparison("w", "a", "b", (change,), runs=(9, 9)),)))
    row = r"| w | m | 1 a\|b | 2 a\|b | +1 a\|b (+0.5 a\|b to +2 a\|b) | **regression** |"
    assert row in text.splitlines()
