"""Whether a system leaks, by what simulated ones hold: the right outcome, in so many operations."""

import pytest
from support.leak_cases import CASES, LEAK, SMALL, system_of, trial
from support.leaking import System, adds, caches, drawn, drive, jitters, usual
from support.leaking_amounts import between, done, share

from suite.leaks.verdict import Idle, Rules, Window
from suite.leaks.window_series import CHANGING
from suite.records.reason import Reason
from suite.report.reasons import verdict_words


@pytest.mark.exhaustive
@pytest.mark.parametrize("case", CASES)
def test_cases_have_the_right_outcome(case):
    outcomes, _ = trial(case, range(12))
    right = sum(outcomes.get(outcome, 0) for outcome in CASES[case][0])
    assert right >= 11, outcomes


@pytest.mark.exhaustive
@pytest.mark.nightly
@pytest.mark.parametrize("case", CASES)
def test_99_of_100_searches_have_the_right_outcome(case):
    outcomes, _ = trial(case, range(1_000, 1_200))
    right = sum(outcomes.get(outcome, 0) for outcome in CASES[case][0])
    assert right >= 198, outcomes
    if case not in ("fragmentation, slow", *(case for case in CASES if CASES[case][0] == LEAK)):
        assert "unbounded" not in outcomes, "nobody is accused wrongly"


def test_a_clean_system_takes_2000_operations():
    for case in ("clean", "worker recycled", "unreadable beside"):
        outcomes, operations = trial(case, range(10))
        assert outcomes == {"no growth": 10}
        assert operations == 2_000


def test_the_course_of_a_clean_search():
    steps = []
    verdict = drive(system_of("clean", 1), steps=steps)
    assert steps[0] == Window(0, words="first mark")
    assert [step.operations for step in steps[1:]] == [100] * 20
    assert [step.hold for step in steps] == [False] * 12 + [True] * 9
    assert steps[1].words == "warming up, window 1"
    assert steps[4].words == "looking, window 1 of 8"
    assert steps[12].words == "warming up, connections held"
    assert steps[-1].words == "looking, connections held, window 8 of 8"
    assert not any(isinstance(step, Idle) for step in steps), "nobody to accuse"
    assert (verdict.bytes_per_operation, verdict.blocks_per_operation, verdict.held) == (0.0, 0.0, False)
    assert verdict.detectable == pytest.approx(8, rel=0.3)
    assert (verdict.outcome, verdict.operations, verdict.reasons) == ("no growth", 2000, ())
    assert [(growth.process, growth.counter) for growth in verdict.growths] == [("all", "blocks")]
    assert len(verdict.growths[0].levels) == 9


def test_the_course_that_accuses():
    steps = []
    verdict = drive(system_of("100 B", 1), steps=steps)
    assert verdict.operations == 3_700
    looking = [step.operations for step in steps if isinstance(step, Window)][13:]
    assert looking == [100] * 8 + [400] * 4 + [100], "confirmed, and once more after the time to live"
    assert steps[-2] == Idle(5.0, words="idling 5 s, for what expires")
    assert verdict.blocks_per_operation == pytest.approx(2, rel=0.01)
    assert (verdict.outcome, verdict.operations) == ("unbounded", 3700)
    assert ("1", "blocks") in {(growth.process, growth.counter) for growth in verdict.growths}
    own, whole = (growth for growth in verdict.growths if growth.counter == "blocks")
    assert (own.process, own.operations, len(own.levels)) == ("1", 400, 5)
    assert whole.process == "all"
    assert whole.per_operation == pytest.approx(2, rel=0.01)


def test_held_connections_stay_open_until_the_verdict():
    steps = []
    verdict = drive(system_of("held connections", 1), steps=steps)
    first = next(index for index, step in enumerate(steps) if step.hold)
    assert all(step.hold for step in steps[first:]), "also while it idles"
    assert isinstance(steps[-2], Idle)
    assert verdict.held
    assert (verdict.outcome, verdict.held) == ("unbounded", True)
    assert drive(system_of("held connections", 1), Rules(held=False)).outcome == "no growth"


@pytest.mark.parametrize(("bound", "each"), [(5_000, 1.0), (20_000, 1.0), (2_000, 0.2)])
def test_a_cache_that_can_be_seen_is_filled_before_anybody_is_accused(bound, each):
    """One of 5,000 entries was a leak: "unbounded up to 3,700 operations"."""
    steps = []
    verdict = drive(System(1, caches(bound, each)), steps=steps)
    assert verdict.outcome == "bounded"
    (filling,) = [step for step in steps if step.words == "filling caches"]
    assert filling.warming
    assert bound / each < verdict.operations < 2.2 * bound / each + 6_000


def test_caches_that_fill_one_after_the_other():
    verdict = drive(System(1, caches(5_000), caches(12_000)))
    assert verdict.outcome == "bounded"


def test_a_leak_beside_a_cache_that_fills_is_a_leak():
    verdict = drive(System(1, caches(5_000), adds(done, blocks=2, small=128)))
    assert verdict.outcome == "unbounded"
    assert verdict.operations > 5_000
    assert verdict.blocks_per_operation == pytest.approx(2, rel=0.01)


def test_a_cache_too_large_to_fill_is_told():
    verdict = drive(System(1, caches(1_000_000)))
    assert (verdict.outcome, verdict.operations) == ("unbounded", 3_700)
    assert verdict.reasons == (Reason("cache_fills", {"left": 996_400, "window": 99_640}),)
    assert verdict_words(verdict).endswith(
        "; a cache with a bound fills, and will be full after 996,400 operations more: look further with "
        "--operations 99640"
    )


def test_what_still_grows_may_be_bounded_further_on():
    verdict = drive(system_of("100 B", 1))
    assert verdict.reasons == (Reason("still_growing", {"window": 400}),)
    assert verdict_words(verdict).endswith(
        "; if something may keep more than it got, look further with --operations 400"
    )


@pytest.mark.parametrize(
    ("case", "size", "blocks"),
    [
        ("malloc, 100 B", 112, 0),
        ("numpy, 1 KB", 1_100, 1),
        ("10 KB", 10_000, 2),
        ("mmap, 4 KB", 4_096, 0),
        ("sporadic", 100, 0.02),
        ("not Python, 10 KB", 10_000, None),
    ],
)
def test_the_size_of_a_leak(case, size, blocks):
    verdict = drive(system_of(case, 2))
    assert verdict.bytes_per_operation == pytest.approx(size, rel=0.35 if case == "sporadic" else 0.03)
    assert verdict.blocks_per_operation == (blocks if blocks is None else pytest.approx(blocks, abs=0.02))


@pytest.mark.parametrize("seed", range(5))
def test_small_objects_are_sized_by_the_arenas_they_fill_or_by_their_number(seed):
    verdict = drive(system_of("1 KB", seed))
    assert 500 <= verdict.bytes_per_operation <= 2_000
    assert 64 <= drive(system_of("100 B", seed)).bytes_per_operation <= 1_048_576 / 1_600


def test_what_is_bounded_tells_how_much_and_how_far():
    verdict = drive(system_of("LRU of 3,000", 1))
    assert (verdict.outcome, verdict.operations) == ("bounded", 4500)
    (reason,) = verdict.reasons
    assert reason.figures == {"bytes": pytest.approx(3e6, rel=0.05)}
    assert verdict.bytes_per_operation == 0.0


def test_what_expires_is_released_after_the_time_to_live():
    found = drive(system_of("expires, with the next", 1))
    assert (found.outcome, found.reasons) == ("released", (Reason("retained", {"seconds": 5.0}),))
    assert drive(system_of("expires, at once", 1), Rules(ttl=1.0)).outcome == "unbounded", "2 s, in truth"


def test_processes_that_come_and_go_are_told():
    assert Reason("processes_changed") in drive(system_of("worker recycled, leaks", 1)).reasons
    piled = drive(system_of("children pile up", 1))
    assert CHANGING in {growth.process for growth in piled.growths}
    assert {growth.process for growth in piled.growths} == {"started or ended", "all"}


def test_processes_that_are_not_python_are_told():
    verdict = drive(system_of("not Python", 1))
    assert Reason("not_python") in verdict.reasons
    assert verdict.blocks_per_operation is None
    assert verdict.detectable > 128


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("unreadable", "nothing_readable"),
        ("vanishes", "nothing_readable"),
        ("replaced all the time", "processes_replaced"),
        ("far too busy", "restless"),
    ],
)
def test_what_can_not_be_settled_says_why(case, reason):
    verdict = drive(system_of(case, 1))
    assert verdict.outcome == "unsettled"
    assert verdict.reasons[0].kind == reason
    assert verdict.bytes_per_operation is None
    assert (verdict.detectable is None) == (case in ("unreadable", "vanishes"))


def test_memory_that_moves_between_processes_is_no_growth():
    """Process 2 grows as process 3 shrinks; it looks for longer until that is over."""
    taken = between(0, 4_000)
    moving = System(1, usual(), adds(taken, 2, **SMALL), adds(lambda system: -taken(system), 3, **SMALL))
    verdict = drive(moving)
    assert verdict.outcome == "no growth"
    assert verdict.operations > 4_000


@pytest.mark.parametrize("workers", [16, 32])
def test_many_workers_that_share_the_operations(workers):
    parts = [drawn(share(1 / workers), pid, blocks=2, malloc=100) for pid in range(2, 2 + workers)]
    assert drive(System(1, usual(), *parts)).outcome == "unbounded"


def test_irregular_growth_for_ever_is_sporadic():
    """Once in 1,500 operations: too rare for windows of 1,000."""
    verdict = drive(System(5, usual(), drawn(share(1 / 1_500), malloc=100_000)))
    assert verdict.outcome == "sporadic"
    assert verdict.bytes_per_operation == pytest.approx(67, rel=0.6)
    assert verdict.outcome == "sporadic"


# --- what would have been noticed


@pytest.mark.parametrize("noise", [{}, {"malloc": 1_000, "blocks": 20}, {"malloc": 5_000, "blocks": 100}])
def test_the_detectable_growth_is_found_and_much_less_is_not(noise):
    """As growth of malloc, which is the coarser counter here."""
    found = less = 0
    for seed in range(25):
        parts = (usual(), jitters(**noise))
        least = drive(System(seed, *parts)).detectable
        leak = adds(lambda system, least=least: int(1.02 * least * system.done), malloc=1)
        found += drive(System(1_000 + seed, *parts, leak)).outcome == "unbounded"
        tiny = adds(lambda system, least=least: int(0.03 * least * system.done), malloc=1)
        less += drive(System(1_000 + seed, *parts, tiny)).outcome == "unbounded"
    assert found >= 24
    assert less <= 2
