"""The page about results: whole in itself, whatever it is of, and small."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from support.capacities import make_capacity
from support.costs import make_costs
from support.every_kind import RECORDS
from support.markup import read_markup
from support.records import make_search, make_suspect
from support.reported import RUNS, good
from support.runs import any_runs, counts, make_comparison, make_run, validity_of
from support.soaks import make_soak
from support.variants import exhaustive

from suite.records.comparison import Change, QuantileShift, Shift
from suite.records.detail import Detail
from suite.records.leak import Frame
from suite.records.observation import Observation
from suite.records.reason import Reason
from suite.records.run import CheckResult, Failure, Judgement, Measured
from suite.report.html.page import MOST, report_page

TITLES = {
    "run": {"Thresholds and checks", "Can it be believed?", "Outcomes", "Memory and CPU by process"},
    "leaks": {"What rose", "Suspects"},
    "capacity": {"Load and what became of it", "Looks", "How it scales"},
    "costs": {
        "The bill of an operation",
        "SQL statements",
        "Functions called most",
        "Lines that allocate most",
    },
    "comparison": {"Notes"},
    "ab": {"Notes"},
    "calibration": {"What would be noticed"},
    "resilience": {"Faults, one after another", "What came of them"},
    "recovery": {"Overloads, one after another"},
    "soak": {"What moved", "Window by window"},
}


def page(*records):
    faults = []
    text = report_page(records, faults=faults)
    assert faults == []
    return text


def texts(elements, name, css=""):
    return [one.text for one in elements if one.name == name and (not css or one.has(css))]


@pytest.fixture(scope="module")
def pages():
    return {name: page(make()) for name, make in RUNS.items()} | {
        kind: page(record) for kind, record in RECORDS.items()
    }


@pytest.mark.parametrize("name", [*(one for one in RUNS if one != "huge"), *RECORDS, exhaustive("huge")])
def test_a_page_is_whole_small_and_runs_nothing(pages, name):
    text = pages[name]
    assert len(text.encode()) < MOST
    elements = read_markup(text)
    assert not {"script", "iframe", "object", "embed", "img", "form", "base"} & {one.name for one in elements}
    for one in elements:
        assert not [key for key in one.attributes if key.startswith("on") or key == "style"], one
        for key in ("src", "href", "action"):
            assert re.match(r"data:,|#r\d+$", one.attributes.get(key) or "#r0"), one
    (policy,) = [one for one in elements if one.attributes.get("http-equiv")]
    assert "default-src 'none'" in policy.attributes["content"]
    assert not re.search(r"@import|url\(", text)


@pytest.mark.parametrize("kind", [*RECORDS])
def test_every_kind_has_its_verdict_first_and_its_parts(pages, kind):
    elements = read_markup(pages[kind])
    assert texts(elements, "h2") == [RECORDS[kind].workload]
    titles = texts(elements, "h3")
    assert TITLES[kind] <= set(titles)
    assert titles[-1] == "Environment"
    order = [one for one in elements if one.has("word") or one.name == "h3"]
    assert order[0].has("word")
    assert texts(elements, "p", "said")[0]
    assert texts(elements, "p", "how")[0].endswith(".")


def test_a_failing_run_says_why_and_where(pages):
    elements = read_markup(pages["failing"])
    assert texts(elements, "p", "word") == ["Failed"]
    (said,) = texts(elements, "p", "said")
    assert "every order is stored: 9,641 of 9,800" in said
    assert "response.p95 is 3.6 ms, its critical level is at most 3 ms" in said
    assert "There is doubt: only 589 samples." in said
    assert "missed: target, critical" in texts(elements, "span", "missed")
    faults = [one for one in elements if one.name == "rect" and one.has("fault")]
    assert len(faults) == 4  # rates, p99, CPU and memory: each over time
    legend = " ".join(texts(elements, "span", "legend"))
    assert "failed, timed out or dropped" in legend
    assert "service time, from the actual start" in legend
    assert "900 × failed" in pages["failing"]


def test_what_can_not_be_believed_says_so_before_any_figure(pages):
    elements = read_markup(pages["invalid"])
    assert texts(elements, "p", "word") == ["Invalid"]
    assert texts(elements, "h3")[0] == "Can it be believed?"
    assert "the generator was late" in texts(elements, "p", "said")[0]
    assert "The Run is invalid" in pages["invalid"]


def test_what_never_began_claims_no_belief_and_its_limits_have_units():
    dead = replace(
        RUNS["one"](),
        metrics={"response.p99": Measured("s", "lower", None)},
        outcomes={},
        error=Failure("system", "it was not ready within 30 s"),
        thresholds=(Judgement("response.p95", "critical", 0.5, None, passed=None),),
    )
    elements = read_markup(page(dead))
    assert texts(elements, "p", "word") == ["System failed"]
    assert "Can it be believed?" not in texts(elements, "h3")
    assert "critical 500 ms" in texts(elements, "td")
    assert not [element for element in elements if element.has("tiles")]


def test_a_single_operation_has_no_curve(pages):
    elements = read_markup(pages["one"])
    assert not [one for one in elements if one.has("spectrum")]
    assert "The only operation was ok." in pages["one"]
    assert "it has no thresholds and no checks" in pages["one"]


def test_the_percentile_axis_goes_as_far_as_ten_operations_decide(pages):
    labels = texts(read_markup(pages["good"]), "text")
    assert "p99.9" in labels
    assert "p99.999" not in labels


def test_of_what_is_huge_the_rest_is_counted(pages):
    text = pages["huge"]
    assert len(text.encode()) < MOST / 2
    assert "and 960 more" in text
    assert text.count("<circle") < 1000
    assert text.count("slow of db") < 100


def test_several_results_have_an_index_and_what_has_no_room_is_said():
    elements = read_markup(page(*RECORDS.values()))
    assert texts(elements, "h1") == ["10 results"]
    places = {one.attributes["id"] for one in elements if one.name == "article"}
    links = [one.attributes["href"] for one in elements if one.name == "a"]
    assert {f"#{place}" for place in places} == set(links)


def test_what_has_no_room_is_there_in_short_or_counted(monkeypatch):
    monkeypatch.setattr("suite.report.html.page.MOST", 150_000)
    text = page(*(good(id=f"{number:04}") for number in range(12)))
    assert len(text.encode()) < 150_000
    assert "suite report 0000" not in text  # all of it is there
    assert "The page has no room for more of it" in text
    assert text.count("<article") == 12
    many = page(*(make_run(id=f"{number:04}", workload="&" * 190) for number in range(90)))
    assert len(many.encode()) < 150_000
    assert re.search(r"There was no room for \d+ more results", many)


def test_a_record_that_can_not_be_drawn_is_named_and_the_others_are_there(monkeypatch):
    def tiles_of(record):
        if record.id == "br0ken":
            raise ValueError("no such figure")
        return []

    faults = []
    monkeypatch.setattr("suite.report.html.page.tiles", tiles_of)
    text = report_page([good(id="br0ken"), good()], faults=faults)
    assert faults == ["the run br0ken can't be drawn: ValueError: no such figure"]
    elements = read_markup(text)
    assert texts(elements, "p", "notice") == faults
    assert texts(elements, "h2") == ["shop/browse"]


EVIL = "</style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}\x1b[2J\u202e\ud800"


def hostile():
    detail = Detail("failed", EVIL, EVIL, 3, 1.0, EVIL)
    run = good(
        workload=EVIL,
        id=EVIL,
        branch=EVIL,
        commit=EVIL,
        environment={EVIL: EVIL, "cpu": EVIL, "packages": {EVIL: EVIL}, "setting": EVIL},
        plan={"loop": EVIL, "parameters": {EVIL: EVIL}, "target": EVIL},
        operations={EVIL: counts(ok=5), "b": counts(ok=5)},
        histograms={
            "response": good().histograms["response"],
            f"response@{EVIL}": good().histograms["response"],
        },
        metrics={
            **good().metrics,
            EVIL: Measured(EVIL, "lower", 3.0, note=EVIL),
            f"memory.peak@{EVIL}": Measured("B", "lower", 1.0),
        },
        thresholds=(Judgement(EVIL, EVIL, 1.0, 3.0, passed=False),),
        checks=(CheckResult(EVIL, False, EVIL),),
        details=(detail,),
        outcomes={"ok": 3, EVIL: 4},
        validity=validity_of("doubtful", EVIL),
        error=Failure("system", EVIL),
        limiter=Reason.of_text(EVIL),
        observed=(Observation(EVIL, (0.0, 1.0, 2.0), {f"pool {EVIL}": (1.0, 2.0, 3.0)}),),
    )
    change = Change(EVIL, EVIL, "lower", 1.0, 2.0, "regression", Reason.of_text(EVIL), Shift(0.5, 0.2, 0.9))
    shifts = tuple(QuantileShift(at, 0.1, 0.2, Shift(1.0, 0.5, 2.0)) for at in (0.5, 0.9))
    suspect = make_suspect(EVIL, EVIL, stack=(Frame(EVIL, EVIL, 1), Frame(EVIL, EVIL, 2)))
    return [
        run,
        make_comparison(EVIL, EVIL, EVIL, (change,), quantiles={EVIL: shifts}, notes=(Reason.of_text(EVIL),)),
        make_search(workload=EVIL, suspects=(suspect,), notes=(Reason.of_text(EVIL),)),
        make_capacity(workload=EVIL),
        make_costs(workload=EVIL),
        make_soak(workload=EVIL),
    ]


def test_what_comes_from_outside_is_text():
    text = page(*hostile())
    elements = read_markup(text)
    assert not {"script", "img"} & {one.name for one in elements}
    assert not [one for one in elements if any(key.startswith("on") for key in one.attributes)]
    assert "<script>alert(1)</script>" in " ".join(texts(elements, "h2"))
    assert "49" not in texts(elements, "h2")[0]
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.encode()


@pytest.mark.exhaustive
@given(any_runs())
def test_any_run_can_be_drawn(run):
    faults = []
    text = report_page([run], faults=faults)
    assert faults == []
    assert '<p class="word">' in text
