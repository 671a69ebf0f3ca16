"""What of a gate's accusations holds when it is measured again; and how seldom nothing but noise does."""

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from support.runs import make_comparison, make_measured, make_run

from suite.compare.compared import Compared
from suite.compare.confirmed import accused, confirmed, judged_again
from suite.compare.minimum import minimum
from suite.compare.power import MetricSeries, ab_catches, gate_catches
from suite.compare.sequential import LOOKS, schedule
from suite.records.comparison import Change, Shift
from suite.records.reason import Reason
from suite.report.reasons import words

RECORDED = json.loads((Path(__file__).parent / "recorded_rounds.json").read_text())


def change(metric, verdict="regression", p=0.001):
    return Change(
        metric, "s", "lower", 0.1, 0.13, verdict, Reason("clear_change"), Shift(0.3, 0.2, 0.4), True, 0.05, p
    )


def test_what_is_timed_is_measured_again_the_surest_first():
    one = make_comparison(
        "shop/browse",
        changes=(
            change("response.p50", p=0.002),
            change("response.p99"),
            change("cost.instructions"),
            change("memory.peak", "improvement"),
        ),
    )
    found = accused(Compared("main", "topic", (one, make_comparison("shop/other"))))
    assert found == {"shop/browse": ("response.p99", "response.p50")}


def test_what_turns_show_takes_the_place_of_what_accused():
    one = make_comparison(
        "shop/browse", changes=(change("response.p50"), change("response.p99"), change("throughput", "same"))
    )
    again = {"response.p50": change("response.p50", "same"), "response.p99": change("response.p99", p=0.0001)}
    found = confirmed(one, again, 12)
    assert [(c.metric, c.verdict, c.p) for c in found.changes] == [
        ("response.p50", "same", 0.001),
        ("response.p99", "regression", 0.0001),
        ("throughput", "same", 0.001),
    ]
    assert [words(note) for note in found.notes] == [
        "response.p50 was measured again, 12 pairs in turns: same",
        "response.p99 was measured again, 12 pairs in turns: regression",
    ]


@pytest.mark.parametrize("kind", ["no_commits", "not_described", "runs_elsewhere", "no_whole_pair"])
def test_what_can_not_be_measured_again_stands(kind):
    found = confirmed(make_comparison("shop/browse", changes=(change("response.p50"),)), {}, 0, Reason(kind))
    assert found.verdict == "regression"
    (note,) = found.notes
    assert words(note).startswith("response.p50 was not measured again: ")
    assert words(note) != words(Reason("not_measured_again"))


def test_more_metrics_than_may_decide_are_judged_a_few_at_a_time():
    names = ("response.mean", "response.p50", "response.p95", "response.p99")
    pairs = []
    for n, _ in enumerate(schedule(1)):
        base = make_run(id=f"a{n}")
        slower = {name: make_measured(name, 1.3 * base.metrics[name].value) for name in names}
        pairs.append((base, replace(base, id=f"b{n}", metrics={**base.metrics, **slower})))
    found = judged_again(pairs, names, {}, 0.01)
    assert {metric: one.verdict for metric, one in found.items()} == dict.fromkeys(names, "regression")


def accusing(recorded, moved, seed, slowed=0.0):
    """Whether a gate accuses a commit that is so much slower, on a machine whose level moved between."""
    return gate_catches(recorded, "response.p50", (1 + moved) * (1 + slowed) - 1, 1, 3, seed) > 0


def showing(recorded, seed, slowed=0.0):
    """Whether turns show it too."""
    return ab_catches(recorded, "response.p50", slowed, 1, seed)[LOOKS[-1]] > 0


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", ["waiting", "computing"])
def test_alarms_of_a_machine_that_changed_its_speed_fall_tenfold_and_slow_downs_stay_caught(kind):
    """Gates whose Runs and turns are drawn from rounds that were recorded one after the other."""
    dice = Random(7)
    values = tuple(RECORDED[kind])
    recorded = [
        MetricSeries("response.p50", "s", "lower", minimum("response.p50", "s", {}), values),
    ]
    alarms, accused_rightly = [], []
    for seed in range(800):
        moved = abs(dice.gauss(0, 0.25))
        if accusing(recorded, moved, seed):
            alarms.append(seed)
        if accusing(recorded, moved, seed, slowed=0.2):
            accused_rightly.append(seed)
    assert len(alarms) >= 40
    assert 10 * sum(showing(recorded, seed) for seed in alarms) <= len(alarms)
    caught = sum(showing(recorded, seed, slowed=0.2) for seed in accused_rightly)
    share = {"waiting": 0.95, "computing": 0.5}[kind]  # its rounds differ by a third from one to the next
    assert caught >= share * len(accused_rightly)
