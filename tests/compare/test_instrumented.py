"""What was measured under coverage, a debugger or a profiler is compared with nothing."""

from dataclasses import replace

from support.runs import make_run

from suite.compare.likeness import likeness
from suite.compare.pairing import paired
from suite.compare.revision import Revision, RevisionResolver
from suite.records.classes import machine_class
from suite.report.reasons import words

PLAIN = make_run(id="a")
WATCHED = make_run(id="b", environment={**PLAIN.environment, "instruments": "coverage"})


def test_it_is_like_nothing_and_of_a_history_of_its_own():
    assert likeness(PLAIN, replace(PLAIN, id="c")).alike
    (why,) = likeness(WATCHED, PLAIN).never
    assert words(why) == "base was measured under coverage, which nothing is compared with"
    assert likeness(PLAIN, WATCHED).never
    assert machine_class(PLAIN.environment) != machine_class(WATCHED.environment)


def test_as_head_it_is_refused_with_the_reason(tmp_path):
    base, head = Revision.of("base", [PLAIN]), Revision.of("head", [WATCHED])
    (found,), _ = paired(base, head, [PLAIN.workload], RevisionResolver(tmp_path / "ledger.db"))
    assert [one.kind for one in found.refused] == ["instrumented"]
    assert not found.base


def test_beside_others_of_head_it_is_left_out(tmp_path):
    head = Revision.of("head", [WATCHED, replace(PLAIN, id="c")])
    (found,), _ = paired(Revision.of("base", [PLAIN]), head, [PLAIN.workload], RevisionResolver(tmp_path))
    assert [run.id for run in found.head] == ["c"]
