"""What the terminal says of a replay: lines used and left out, and how late starts were."""

from dataclasses import replace

from support.runs import make_run

from suite.records.run import Measured
from suite.report.terminal.replayed import replayed
from suite.report.words import plan_words

SAID = {"lines": 401, "used": 366, "skipped": {"method": 34, "unreadable": 1}, "clients": 40, "sessions": 52,
        "whole": True, "back": 3, "planned": 300, "begin": 90.0, "beyond": 66}  # fmt: skip
PLAN = {"loop": "open", "rate": 60.0, "seconds": 10.0, "warmup": 2.0, "arrivals": "replay",
        "log": "access.log 0123", "speed": 2.0, "replay": SAID}  # fmt: skip
LATE = {"lateness.p50": Measured("s", "lower", 0.0001), "lateness.p99": Measured("s", "lower", 0.002)}


def test_how_true_a_replay_was():
    run = replace(make_run(), plan=PLAN)
    lines = [str(one) for one in replayed(replace(run, metrics={**run.metrics, **LATE}))]
    assert lines == [
        "access.log: 366 of 401 lines can be replayed, 34 neither GET nor HEAD, 1 can't be read, 40 clients "
        "in 52 sessions, its clock goes back 3 times, its stamps are whole seconds, spread at random "
        "within each",
        "replayed: 300 requests of 24 s of the log, from 90 s on, 66 come later and are left out, started "
        "100 µs late at p50, 2 ms at p99, waits for the client's own last request included",
    ]


def test_other_loops_say_nothing_of_it():
    assert list(replayed(make_run())) == []


def test_the_plan_names_the_log_and_its_speed():
    assert plan_words(PLAN) == "open loop, 60 /s from access.log at 2× speed, 10 s, warm-up 2 s"
    assert plan_words({"loop": "open", "log": "access.log", "speed": 1}) == "open loop, access.log"
    assert plan_words({"loop": "open", "log": "access.log", "speed": None}) == "open loop, access.log"


def test_what_a_plan_does_not_say_is_left_out():
    assert (
        plan_words({"loop": "closed", "users": 2, "workers": None, "seconds": None}) == "closed loop, 2 users"
    )
    run = make_run(plan={"loop": "open", "log": "access.log", "speed": None, "replay": {"lines": 3}})
    lines = [str(one) for one in replayed(run)]
    assert lines[0] == "access.log: 0 of 3 lines can be replayed, 0 clients in 0 sessions"
    assert lines[1].startswith("replayed: 0 requests of 0 s of the log, started ")
