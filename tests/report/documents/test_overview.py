"""What a document says of all its Runs together."""

from dataclasses import replace
from pathlib import Path

from support.runs import counts, make_run, validity_of

from suite.contract.category import Category
from suite.records.detail import Detail
from suite.records.reason import Reason
from suite.records.run import CheckResult, Failure, Judgement, Measured
from suite.report.documents.overview import overview

PMS = Category("pms", "PMS Connector Load Testing")
GOOD = make_run(workload="hotel/look-up", thresholds=(), checks=(), details=(), outcomes=counts(ok=90))
BAD = replace(
    GOOD,
    workload="hotel/failover",
    outcomes=counts(ok=5, failed=3, rejected=2),
    metrics={**GOOD.metrics, "response.p95": Measured("s", "lower", 2.5)},
    checks=(
        CheckResult("no booking is lost", passed=False, detail="2 are"),
        CheckResult("fine", passed=True),
    ),
    thresholds=(
        Judgement("response.p95", "critical", 1.0, 2.5, passed=False),
        Judgement("response.p95", "target", 0.1, 2.5, passed=False),
    ),
    details=(
        Detail("failed", "Reset", "book", 3, 1.25, "connection reset"),
        Detail("rejected", "Busy", "book", 2, 0.5, "come again"),
    ),
    limiter=Reason("disk", {"threads": 3.0, "stalled": 0.2}),
)
DEAD = replace(GOOD, workload="hotel/mixed", error=Failure("system", "it ended with code 3"))


def test_totals_are_of_all_and_of_each_category():
    told = overview([GOOD, BAD, DEAD], {"hotel/look-up": PMS, "hotel/failover": PMS, "hotel/mixed": None})
    assert told["workloads"] == 3
    assert told["verdicts"] == {"pass": 1, "fail": 1, "invalid": 0, "error": 1}
    assert told["operations"] == 190
    (part,) = told["categories"]
    assert (part["name"], part["title"]) == ("pms", "PMS Connector Load Testing")
    assert (part["workloads"], part["verdicts"]["fail"], part["operations"]) == (2, 1, 100)
    assert part["outcomes"]["ok"] == 95


def test_each_failure_has_its_place_and_what_a_limit_refused_is_none():
    failures = overview([GOOD, BAD, DEAD], {})["failures"]
    assert [(one["workload"], one["what"], one["name"], one["at"]) for one in failures] == [
        ("hotel/failover", "check", "no booking is lost", None),
        ("hotel/failover", "threshold", "response.p95", None),
        ("hotel/failover", "operation", "book", 1.25),
        ("hotel/mixed", "error", "system", None),
    ]
    assert failures[1]["detail"] == "2.5 s instead of 1 s"
    assert failures[2]["detail"] == "3 times failed, the first: connection reset"


def test_recommendations_come_with_their_figures():
    (one,) = overview([GOOD, BAD], {})["recommendations"]
    assert (one["workload"], one["kind"]) == ("hotel/failover", "synchronise_less")
    assert one["figures"]["threads"] == 3.0
    assert "3 threads waited" in one["text"]


def test_what_did_not_run_and_where_the_raw_data_are():
    told = overview([], {}, skipped=["dicom/receive: pip install"], saved=[Path("results/runs/a.json")])
    assert told["skipped"] == ["dicom/receive: pip install"]
    assert told["raw"] == ["results/runs/a.json"]


def test_an_invalid_run_counts_as_that():
    assert overview([replace(GOOD, validity=validity_of("invalid"))], {})["verdicts"]["invalid"] == 1
