"""Turns: what decides, when they end, what is repeated; on rounds that no process ran."""

import random
from dataclasses import replace

import pytest
from support.processes import EXAMPLES
from support.runs import counts, make_measured, make_run, validity_of

from suite.ab.pairs import Repeated, Trial, measure
from suite.compare.likeness import Unlike
from suite.compare.primary import alike, check_metrics, primary_metrics
from suite.config.catalog import from_file
from suite.errors import ConfigurationError, SystemFailed
from suite.records.reason import Reason
from suite.records.run import CheckResult, Failure


def run(seconds, **changes):
    metrics = {
        "time_per_operation": make_measured("time_per_operation", seconds),
        "response.p50": make_measured("response.p50", seconds),
        "response.p99": make_measured("response.p99", seconds),
        "memory.peak": make_measured("memory.peak", 1e6),
        "cpu.per_operation": make_measured("cpu.per_operation", seconds),
        "failures": make_measured("failures", changes.pop("failures", 0.0)),
    }
    return make_run(**{"metrics": metrics, "rounds": 1, **changes})


class Sides:
    """`take` of a trial: base needs about a second, head `factor` of it; the runs of `bad` are replaced."""

    def __init__(self, factor=1.0, noise=0.01, **bad):
        self.factor = factor
        self.noise = noise
        self.bad = bad
        self.taken = []
        self.dice = random.Random(1)

    def __call__(self, side):
        self.taken.append(side)
        odd = self.bad.get(f"{side}{self.taken.count(side)}")
        if isinstance(odd, Exception):
            raise odd
        seconds = self.dice.uniform(1 - self.noise, 1 + self.noise)
        return odd or run(seconds * (self.factor if side == "head" else 1.0))


class Told:
    def __init__(self):
        self.lines = []

    def sampling(self, trial, side):
        self.lines.append((len(trial.pairs), side))

    def halved(self, trial, side, run):
        """Of what is kept nothing is told."""

    def cut_short(self, trial, side, run):
        """Nor of what was cut short."""

    def paired(self, trial):
        self.lines.append(len(trial.pairs))

    def repeated(self, trial, again):
        self.lines.append(again)


def measured(take, **changes):
    trial = Trial("work/turn", ("one", "two"), seed=1, **changes)
    told = Told()
    measure(trial, take, told)
    return trial, told


@pytest.mark.parametrize(
    ("factor", "noise", "verdict", "pairs"),
    [
        (1.5, 0.01, "regression", 8),
        (0.7, 0.01, "improvement", 8),
        (1.0, 0.001, "same", 8),
        (1.0, 0.5, "inconclusive", 16),
    ],
)
def test_it_ends_when_enough_is_known(factor, noise, verdict, pairs):
    take = Sides(factor, noise)
    trial, _ = measured(take, metrics=("time_per_operation",))
    standing, found = trial.judged()
    assert (found.verdict, found.runs, standing.looked) == (verdict, (pairs, pairs), pairs)
    assert (found.workload, found.base, found.head) == ("work/turn", "one", "two")
    assert take.taken.count("base") == take.taken.count("head") == pairs


def test_turns_are_in_random_order_and_balanced():
    take = Sides(noise=0.5)
    trial, told = measured(take, metrics=("time_per_operation",))
    orders = [pair.order for pair in trial.pairs]
    assert all(orders[i : i + 4].count("AB") == 2 for i in range(0, 16, 4))
    firsts = [line[1] for line in told.lines if isinstance(line, tuple)][::2]
    assert firsts == ["base" if order == "AB" else "head" for order in orders]
    assert [line for line in told.lines if isinstance(line, int)] == list(range(1, 17))


def test_an_invalid_round_is_repeated_with_its_pair():
    bad = run(9.0, validity=validity_of("invalid", "load was not delivered"))
    died = run(9.0, error=Failure("worker", "a worker died"))
    take = Sides(1.5, base2=bad, head5=died)
    trial, told = measured(take, metrics=("time_per_operation",))
    assert len(trial.pairs) == 8
    assert bad not in [pair.base for pair in trial.pairs]
    undelivered, died = map(Reason.of_text, ("load was not delivered", "a worker died"))
    assert trial.repeated == [Repeated("base", (undelivered,)), Repeated("head", (died,))]
    assert trial.repeated[0] in told.lines
    notes = trial.judged()[1].notes
    assert undelivered.behind("pairs_repeated", pairs=2, side="base") in notes


def test_what_stays_invalid_is_given_up_and_keeps_the_pairs_so_far():
    bad = run(9.0, validity=validity_of("invalid", "load was not delivered"))
    take = Sides(1.5, **{f"head{count}": bad for count in range(4, 99)})
    trial, _ = measured(take, metrics=("time_per_operation",))
    assert (len(trial.pairs), len(trial.repeated)) == (3, 5)
    _, found = trial.judged()
    assert found.verdict == "inconclusive"
    assert Reason.of_text("load was not delivered").behind("given_up", side="head") in found.notes


def test_a_side_that_fails_ends_it_and_keeps_the_pairs_so_far():
    trial = Trial("work/turn", ("one", "two"), seed=1, metrics=("time_per_operation",))
    with pytest.raises(SystemFailed, match="did not start"):
        measure(trial, Sides(head4=SystemFailed("did not start")), Told())
    assert len(trial.pairs) == 3


def test_less_error_for_each_of_many_workloads_asks_for_more():
    strict, _ = measured(Sides(1.5), metrics=("time_per_operation",), alpha=1e-4)
    assert len(strict.pairs) == 12
    assert strict.judged()[1].verdict == "regression"


def test_what_a_reader_must_know_is_noted():
    doubtful = validity_of("doubtful", "busy machine")
    failed = (CheckResult("all is stored", False, "3 of 4"),)
    heads = {f"head{count}": run(1.5, checks=failed, failures=0.25) for count in range(1, 17)}
    take = Sides(base3=run(1.0, validity=doubtful), **heads)
    trial, _ = measured(take, metrics=("time_per_operation",))
    found = trial.judged()[1]
    notes = found.notes
    assert Reason.doubtful([doubtful.reasons], 8, "base") in notes
    assert Reason("check_broken", {"side": "head", "check": "all is stored"}) in notes
    assert [(one.metric, one.verdict) for one in found.changes] == [
        ("time_per_operation", "regression"), ("failures", "regression"),
    ]  # fmt: skip
    assert trial.broken_checks() == ["all is stored"]
    assert trial.middles("time_per_operation")[1] == 1.5
    assert trial.middles("unheard.of") is None


def test_failures_that_decide_nothing_are_noted():
    heads = {f"head{count}": run(1.5, failures=0.25 if count == 3 else 0.0) for count in range(1, 17)}
    trial, _ = measured(Sides(base2=run(1.0, failures=0.2), **heads), metrics=("time_per_operation",))
    found = trial.judged()[1]
    assert [one.metric for one in found.changes] == ["time_per_operation"]
    assert "failures" not in {reason.kind for reason in found.notes}  # the medians are 0
    heads = {f"head{count}": run(1.5, failures=0.05 + 0.01 * (count % 3)) for count in range(1, 17)}
    bases = {f"base{count}": run(1.0, failures=0.05 + 0.01 * (-count % 3)) for count in range(1, 17)}
    trial, _ = measured(Sides(**bases, **heads), metrics=("time_per_operation",))
    found = trial.judged()[1]
    assert [(one.metric, one.verdict) for one in found.changes] == [("time_per_operation", "regression")]
    assert [reason.kind for reason in found.notes] == ["failures"]


def test_failing_fast_is_a_regression_and_no_improvement():
    """Every fourth operation fails at once, and the rest are faster: it was an improvement, with a note."""
    heads = {f"head{count}": run(0.5, failures=0.25) for count in range(1, 17)}
    trial, _ = measured(Sides(**heads))
    found = trial.judged()[1]
    verdicts = {one.metric: one.verdict for one in found.changes}
    assert verdicts.pop("failures") == found.verdict == "regression"
    assert "improvement" not in verdicts.values()
    reason = next(one.reason for one in found.changes if one.metric == "response.p50")
    assert reason == Reason("failures_rise", {"base": 0.0, "head": 0.25})


def test_the_first_pair_chooses_what_decides():
    many, few = run(1.0, outcomes=counts(ok=10_000)), run(1.0, outcomes=counts(ok=9_999))
    assert primary_metrics(many, many) == ("time_per_operation", "response.p99", "memory.peak")
    assert primary_metrics(many, few) == ("time_per_operation", "response.p50", "memory.peak")
    opened = run(1.0, plan={"loop": "open"})
    assert primary_metrics(opened, opened) == ("cpu.per_operation", "response.p50", "memory.peak")
    without = replace(few, metrics={"response.p50": few.metrics["response.p50"]})
    assert primary_metrics(few, without) == ("response.p50",)
    trial, _ = measured(Sides(1.5))
    assert trial.metrics == ("time_per_operation", "response.p50", "memory.peak")


def test_another_load_is_refused_other_software_is_noted():
    base = run(1.0, plan={"loop": "closed", "users": 8})
    with pytest.raises(Unlike) as load:
        alike(base, run(1.0, plan={"loop": "closed", "users": 16}))
    assert load.value.reasons == (Reason("other_load", {"fact": "users", "base": 8, "head": 16}),)
    with pytest.raises(Unlike, match="other_loop"):
        alike(base, run(1.0, plan={"loop": "open", "users": 8}))
    found = alike(
        replace(base, environment={"packages": {"numpy": "1"}}),
        replace(base, environment={"packages": {"numpy": "2"}}, dirty=True),
    )
    assert found == (Reason("other_package", {"fact": "numpy", "base": "1", "head": "2"}),)


@pytest.mark.parametrize(
    ("names", "minimums", "part"),
    [
        (["unheard.of"], {}, "no metric 'unheard.of'"),
        (["offered"], {}, "neither way is better"),
        (["response.p50", "response.p90", "response.p95", "response.p99"], {}, "at most 3"),
        ([], {"memory.peak": "soon"}, "minimum effect of memory.peak"),
        (["response.p50"], {"memory.peak": "5%"}, "does not decide"),
        ([], {"unheard.of": "5%"}, "does not decide"),
    ],
)
def test_metrics_that_can_t_decide_are_refused(names, minimums, part):
    with pytest.raises(ConfigurationError, match=part):
        check_metrics(names, minimums, from_file(EXAMPLES / "load_counter.py")[0].workload)
