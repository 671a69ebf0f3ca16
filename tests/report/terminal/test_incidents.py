"""The faults of a Run, as the terminal shows them."""

import io
from dataclasses import replace

from rich.console import Console
from support.runs import make_run

from suite.records.incident import Impact, Incident
from suite.report.terminal.console import Reporter

IMPACT = Impact(
    {"before": {"ok": 900}, "during": {"ok": 12, "failed": 1040}, "after": {"ok": 800}},
    slowest=3.2,
    resolution=0.1,
    detection=0.0052,
    recovery=1.5,
    service=0.0,
)
CUT = Incident("Partition", "database", 5.0, began=5.0, ended=8.0, struck=20, impact=IMPACT)


def printed(*incidents, rounds=1):
    out = io.StringIO()
    console = Console(file=out, width=120, force_terminal=False)
    Reporter(console).print_run(replace(make_run(), incidents=incidents, rounds=rounds, series={}))
    return out.getvalue()


def row(text, name):
    return " ".join(next(line for line in text.splitlines() if name in line).split())


def test_a_fault_and_what_it_did():
    text = printed(CUT)
    assert row(text, "Partition of database") == (
        "Partition of database 5 – 8 s 20 5.2 ms 1.5 s, served < 100 ms 1,040 failed, 12 ok, slowest 3.2 s"
    )
    assert "times of recovery: to 100 ms" in text


def test_what_never_recovered_and_what_did_at_once():
    never = replace(CUT, impact=replace(IMPACT, recovery=7.0, recovery_at_least=True, service=6.95))
    assert "5.2 ms > 7 s 1,040" in row(printed(never), "Partition of")
    assert "5.2 ms < 100 ms 1,040" in row(
        printed(replace(CUT, impact=replace(IMPACT, recovery=0.0))), "of data"
    )


def test_of_several_rounds_the_worst_is_shown():
    slow = replace(CUT, round=1, impact=replace(IMPACT, recovery=2.5))
    text = printed(CUT, slow, replace(CUT, round=2), rounds=3)
    assert text.count("Partition of database") == 1
    assert "2.5 s, served" in text
    assert "of 3 rounds the worst" in text


def test_why_there_is_no_recovery():
    kept = replace(IMPACT, recovery=None, service=None, untold="not_over")
    text = printed(Incident("Kill", "system", 2.0, began=2.0, struck=1, impact=kept))
    assert "recovery from Kill of system can't be told: it lasted until the load ended" in text
    assert row(text, "Kill of system  ").startswith("Kill of system 2 s on 1 5.2 ms - 1,040 failed")


def test_a_fault_that_was_not_made():
    assert row(printed(Incident("Reset", "system", 99.0)), "Reset of") == "Reset of system never 0 - -"


def test_a_run_without_faults_says_nothing_of_them():
    assert "recover" not in printed()


def test_what_operations_ended_of_and_how_often_they_were_tried():
    causes = {
        "during": {"failed: reset": 1000, "timeout": 40, "failed: X": 3, "failed: Y": 2},
        "after": {"timeout": 1},
    }
    told = replace(
        IMPACT,
        causes=causes,
        retries={"before": 0, "during": 2104},
        amplification={"before": 1.0, "during": 3.0012},
    )
    text = printed(replace(CUT, impact=told))
    assert (
        "errors around Partition of database: during 1,000 failed: reset, 40 timeout, 3 failed: X; after 1"
        in text
    )
    assert "attempts per operation around Partition of database: 1 before, 3 during" in text
    assert "errors around" not in printed(CUT)
