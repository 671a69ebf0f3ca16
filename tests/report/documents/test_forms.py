"""Results in the forms of other tools, each read back by what reads it."""

import csv
import io
import json
import math
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from support.every_kind import RECORDS
from support.reported import failing, good, invalid, one
from support.runs import make_comparison, make_run

from suite.records.comparison import Change, Shift
from suite.records.reason import Reason
from suite.records.run import CheckResult, Failure, Judgement, Measured
from suite.report.documents.benchmark_action import benchmark_action
from suite.report.documents.csv_table import COLUMNS, csv_table
from suite.report.documents.junit import junit
from suite.report.documents.open_metrics import open_metrics
from suite.report.documents.results_markdown import results_markdown

SMALLER, BIGGER = "smaller-is-better.json", "bigger-is-better.json"
EVIL = '=cmd|"x"!A1 <b>&\x1b[2J\n]]>`|\ud800'
HOSTILE = good(
    id="e",
    workload=EVIL,
    branch=EVIL,
    metrics={EVIL: Measured(EVIL, "lower", 3.0, (2.0, 4.0)), "a.b": Measured("s", "lower", 1.0)},
    thresholds=(Judgement(EVIL, "critical", 1.0, 3.0, passed=False),),
    checks=(CheckResult(EVIL, False, EVIL),),
)
ALLOWED = {
    "testsuites": ({"name", "tests", "failures", "errors", "time"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": (
        {"name", "classname", "time", "status"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
    "system-out": (set(), set()),
}
"""Attributes and children of the schema that most readers of JUnit's XML share."""
NEEDED = {
    "testsuite": {"name", "tests", "failures", "errors"},
    "testcase": {"name", "classname"},
    "property": {"name", "value"},
}


def suites(*records):
    """The testsuites of a document that has the common shape, by name."""
    root = ElementTree.fromstring(junit(records))
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, children = ALLOWED[element.tag]
        assert NEEDED.get(element.tag, set()) <= element.attrib.keys() <= attributes, element.attrib
        assert {child.tag for child in element} <= children
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases)
        for count, tag in (("failures", "failure"), ("errors", "error")):
            assert int(suite.attrib[count]) == sum(case.find(tag) is not None for case in cases)
            assert len(suite.findall(f"testcase/{tag}")) <= len(cases)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
    for count in ("tests", "failures", "errors"):
        assert int(root.attrib[count]) == sum(int(suite.attrib[count]) for suite in root)
    return {suite.attrib["name"]: suite for suite in root}


def ended(suite):
    """How each testcase ended, by name."""
    return {
        case.attrib["name"]: next(
            (tag for tag in ("failure", "error") if case.find(tag) is not None), "passed"
        )
        for case in suite.findall("testcase")
    }


LOAD = "the load was delivered and can be believed"


def test_junit_has_a_suite_per_workload_and_a_case_per_threshold_and_check():
    found = suites(failing(), one())
    assert [*found] == ["shop/browse", "shop/one"]
    assert ended(found["shop/browse"]) == {
        LOAD: "passed",
        "threshold: response.p95": "failure",
        "threshold: throughput": "passed",
        "check: every order is stored": "failure",
    }
    assert ended(found["shop/one"]) == {LOAD: "passed"}
    (missed,) = found["shop/browse"].findall("testcase[@name='threshold: response.p95']/failure")
    assert missed.attrib["message"] == "response.p95 is 3.6 ms, its critical level is at most 3 ms"
    assert "its target level is at most 1 ms" in missed.text


def test_in_junit_what_can_not_be_believed_is_an_error():
    assert ended(suites(invalid())["shop/browse"]) == {
        LOAD: "error",
        "threshold: response.p95": "error",
        "check: every accepted instance is stored": "passed",
    }
    unknown = replace(good(), thresholds=(Judgement("response.p99", "critical", 1.0, None, passed=None),))
    assert ended(suites(unknown)["shop/browse"])["threshold: response.p99"] == "error"
    dead = replace(good(), error=Failure("system", "it died\nof this"))
    assert ended(suites(dead)["shop/browse"])[LOAD] == "error"


def test_junit_tells_several_results_of_a_workload_apart():
    names = ended(suites(good(), failing())["shop/browse"])
    assert len(names) == 3 + 4
    assert f"{LOAD} (fa11ed)" in names


@pytest.mark.parametrize("kind", [*RECORDS])
def test_every_kind_has_junit_markdown_and_figures(kind):
    record = RECORDS[kind]
    assert suites(record)
    assert record.workload in results_markdown([record])
    assert csv_table([record]).startswith("id,kind,workload")
    assert open_metrics([record]).endswith("# EOF\n")
    assert set(benchmark_action([record])) == {SMALLER, BIGGER}


def test_junit_of_a_comparison_has_a_case_per_metric():
    def change(metric, verdict):
        return Change(
            metric, "s", "lower", 1.0, 2.0, verdict, Reason("clear_change"), Shift(1.0, 0.5, 2.0), p=0.01
        )

    verdicts = {"a": "regression", "b": "inconclusive", "c": "same", "d": "improvement"}
    compared = make_comparison(changes=tuple(change(*one) for one in verdicts.items()))
    found = suites(compared)["shop/browse"]
    assert ended(found) == {"a": "failure", "b": "error", "c": "passed", "d": "passed"}
    rows = [*csv.DictReader(io.StringIO(csv_table([compared])))]
    assert [(row["side"], row["value"]) for row in rows[:2]] == [("base", "1.0"), ("head", "2.0")]


def test_open_metrics_are_read_by_the_parser_of_prometheus():
    text = open_metrics([good(), failing()])
    families = {family.name: family for family in text_string_to_metric_families(text)}
    p95 = families["loadledger_response_p95_seconds"]
    assert (p95.type, p95.unit) == ("gauge", "seconds")
    assert [sample.value for sample in p95.samples] == pytest.approx([0.0036, 0.0036])
    assert {sample.labels["result"] for sample in p95.samples} == {good().id, "fa11ed"}
    assert families["loadledger_throughput_per_second"].unit == "per_second"
    assert families["loadledger_failures_ratio"].unit == "ratio"
    idle = {one.labels["operation"]: one.value for one in families["loadledger_memory_idle_bytes"].samples}
    assert idle["database"] == 4e7
    (told, failed) = families["loadledger_result"].samples
    assert (told.labels["verdict"], failed.labels["verdict"]) == ("pass", "fail")
    counted = {one.labels["outcome"]: one.value for one in families["loadledger_result_operations"].samples}
    assert counted["failed"] == 900
    assert text.endswith("# EOF\n")


def test_metrics_that_differ_in_signs_alone_stay_apart():
    metrics = {
        "a.b": Measured("s", "lower", 1.0),
        "a_b": Measured("s", "lower", 2.0),
        "a b": Measured("1", "none", 3.0),
    }
    families = [*text_string_to_metric_families(open_metrics([good(metrics=metrics)]))]
    values = {family.name: family.samples[0].value for family in families if "_a_b" in family.name}
    assert values == {"loadledger_a_b_seconds": 1.0, "loadledger_a_b_2_seconds": 2.0, "loadledger_a_b": 3.0}


def test_a_table_has_a_row_for_the_value_and_for_each_round():
    rows = [*csv.DictReader(io.StringIO(csv_table([make_run()])))]
    assert tuple(rows[0]) == COLUMNS
    mine = [row for row in rows if row["metric"] == "response.p95"]
    assert [row["round"] for row in mine] == ["", "1", "2", "3"]
    assert [float(row["value"]) for row in mine] == pytest.approx([0.0036, 0.0035, 0.0036, 0.0037])
    database = [
        row for row in csv.DictReader(io.StringIO(csv_table([good()]))) if row["operation"] == "database"
    ]
    assert {row["metric"] for row in database} == {"memory.idle", "memory.peak"}


def test_the_action_gets_what_is_known_and_can_be_believed_by_direction():
    bound = replace(good().metrics["response.p99"], at_least=True)
    endless = Measured("1", "lower", math.inf)
    neither = Measured("1", "none", 1.0)
    run = good(metrics={**good().metrics, "response.p99": bound, "own": endless, "offered": neither})
    lists = {name: json.loads(text) for name, text in benchmark_action([run, invalid()]).items()}
    assert [one["name"] for one in lists[BIGGER]] == ["shop/browse: throughput"]
    names = [one["name"] for one in lists[SMALLER]]
    assert "shop/browse: response.p95" in names
    assert not {f"shop/browse: {name}" for name in ("response.p99", "own", "offered")} & {*names}
    assert len(names) == len({*names})
    for one_list in lists.values():
        for one_entry in one_list:
            assert isinstance(one_entry["value"], float)
            assert {*one_entry} <= {"name", "unit", "value", "range", "extra"}
    assert lists[BIGGER][0]["range"] == "± 2"


def test_the_action_gets_one_value_of_a_name_the_newest():
    later = good(
        id="later",
        started="2025-01-01T00:00:00+00:00",
        metrics={"throughput": Measured("1/s", "higher", 7.0)},
    )
    told = json.loads(benchmark_action([later, good()])[BIGGER])
    assert [(one["name"], one["value"]) for one in told] == [("shop/browse: throughput", 7.0)]


def test_names_from_outside_are_data_in_every_form():
    (suite,) = suites(HOSTILE).values()
    assert "\x1b" not in junit([HOSTILE])
    assert suite.attrib["name"].startswith("=cmd")
    families = [*text_string_to_metric_families(open_metrics([HOSTILE]))]
    assert any(
        "=cmd" in sample.labels.get("workload", "") for family in families for sample in family.samples
    )
    rows = [*csv.DictReader(io.StringIO(csv_table([HOSTILE])))]
    assert all(
        value.startswith("'=cmd") for value in (rows[0]["workload"], rows[0]["metric"], rows[0]["branch"])
    )
    said = results_markdown([HOSTILE])
    assert "<b>" not in said
    for text in (said, csv_table([HOSTILE]), open_metrics([HOSTILE]), junit([HOSTILE])):
        text.encode()
    assert json.loads(benchmark_action([HOSTILE])[SMALLER])[0]["name"].startswith("=cmd")


@pytest.mark.parametrize("field", ["workload", "id", "branch", "commit"])
def test_a_name_of_a_megabyte_is_not_in_each_row(field):
    """A document of one megabyte made a table of two hundred: each row and label had all of the name."""
    named: dict[str, Any] = {field: "x" * 1_000_000}
    record = replace(good(), **named)
    action = "".join(benchmark_action([record]).values())
    for text in (csv_table([record]), open_metrics([record]), action):
        assert "x" * 900 in text or field in ("branch", "commit")
        assert len(text) < 1_000_000


def test_markdown_says_what_decided_and_folds_the_rest():
    said = results_markdown([failing(), one()])
    assert "| shop/browse | run |" in said
    assert "A check failed, every order is stored: 9,641 of 9,800" in said
    assert "- doubtful: only 589 samples" in said
    assert said.count("<details>") == said.count("</details>") == 2


def test_markdown_fits_into_a_comment():
    said = results_markdown([failing()] * 500)
    assert len(said) < 65_536
    assert re.search(r"Details of \d+ more results are in the JSON document", said)
    assert "… and 440 more." in said
