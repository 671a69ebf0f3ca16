"""The capacity search against systems whose limit is known. No time passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.queues import Queue

from suite.capacity.probe import LoadBounds, judged
from suite.capacity.search import Search, search
from suite.records.capacity import Probe, SearchResult

WIDE = LoadBounds(start=20, lowest=1, highest=1e6)


def edge(limit, looks=None):
    """Holds up to `limit`, breaks above it."""

    def probe(load):
        if looks is not None:
            looks.append(load)
        return Probe(load, load <= limit, None if load <= limit else "response.p95", throughput=load)

    return probe


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_an_edge_is_enclosed_as_narrowly_as_asked(limit, start):
    found = search(edge(limit), LoadBounds(start=start, lowest=0.5, highest=1e7))
    assert found.end == "found"
    assert found.low <= limit < found.high
    assert found.high - found.low <= 0.05 * found.low
    assert found.broke == "response.p95"
    assert not found.spent
    held = [look.load for look in found.looks if look.holds]
    assert found.low == max(held)
    assert held.count(found.low) >= 2
    assert len(found.looks) <= 2 * 45


@given(st.integers(1, 5000), st.integers(1, 200))
def test_users_are_whole_numbers(limit, start):
    looks = []
    bounds = LoadBounds(start=start, lowest=1, highest=10_000, whole=True, resolution=0.0)
    found = search(edge(limit, looks), bounds)
    assert (found.low, found.high) == (limit, limit + 1)
    assert all(load == int(load) for load in looks)


def test_loads_are_numbers_that_people_can_read():
    looks = []
    search(edge(787.0, looks), WIDE)
    assert all(float(f"{load:.3g}") == load for load in looks)


def test_what_never_breaks_holds_at_least_the_highest():
    found = search(edge(float("inf")), LoadBounds(start=20, lowest=1, highest=5000))
    assert (found.end, found.low, found.high, found.broke) == ("range", 5000, None, None)
    assert [look.load for look in found.looks].count(5000) == 2


def test_what_breaks_at_the_lowest_has_no_low():
    found = search(edge(0.0), WIDE)
    assert (found.end, found.low, found.high) == ("below", None, 1)


def test_a_generator_at_its_end_is_not_the_systems_limit():
    def probe(load):
        return Probe(load, True, throughput=load) if load <= 3000 else Probe(load, False, "p95", valid=False)

    found = search(probe, WIDE)
    assert (found.end, found.high, found.broke) == ("generator", None, None)
    assert found.low <= 3000 < found.low * 1.06


def test_a_limit_below_the_generators_is_found_though_the_first_look_above_is_invalid():
    def probe(load):
        return Probe(load, load <= 500, None if load <= 500 else "failures", valid=load <= 550)

    found = search(probe, WIDE)
    assert found.end == "found"
    assert found.low <= 500 < found.high <= 550


def test_a_generator_that_delivers_nothing_says_nothing():
    found = search(lambda load: Probe(load, False, "p95", valid=False), WIDE)
    assert (found.end, found.low, found.high) == ("generator", None, None)


def test_what_can_not_be_judged_ends_unclear():
    found = search(lambda load: Probe(load, True if load < 100 else None), WIDE)
    assert (found.end, found.high) == ("unclear", None)
    assert found.low < 100


def test_one_bad_look_does_not_lower_the_limit():
    """A neighbour's burst spoils every seventh look, wherever it falls."""
    count = 0

    def probe(load):
        nonlocal count
        count += 1
        good = load <= 800 and count % 7 != 3
        return Probe(load, good, None if good else "response.p99")

    found = search(probe, WIDE)
    assert found.low <= 800 < found.high
    assert found.high - found.low <= 0.05 * found.low


def test_one_lucky_look_while_it_widens_is_not_reported():
    """640 held once and never again; the limit is 500."""
    lucky = True

    def probe(load):
        nonlocal lucky
        good = load <= 500 or (load == 640 and lucky)
        lucky = lucky and load != 640
        return Probe(load, good, None if good else "response.p95")

    found = search(probe, WIDE)
    assert found.low <= 500 < found.high


@given(st.integers(1, 7), st.lists(st.sampled_from("hbv"), max_size=40))
def test_a_point_is_decided_by_its_majority_in_bounded_looks(repeats, fates):
    fate = {"h": Probe(1, True), "b": Probe(1, False, "x"), "v": Probe(1, False, valid=False)}
    looks = []
    for letter in fates:
        verdict = judged(looks, repeats)
        if verdict is not None:
            break
        looks.append(fate[letter])
    verdict = judged(looks, repeats)
    held = sum(look.valid and look.holds for look in looks)
    broke = sum(look.valid and not look.holds for look in looks)
    assert len(looks) <= 2 * repeats - 1 + 3
    if verdict == "held":
        assert held > broke
        assert held >= repeats // 2 + 1
    if verdict == "broke":
        assert broke
        assert not (held and not broke)
    if verdict == "undelivered":
        assert len(looks) - held - broke == 3


def test_probes_are_bounded_and_what_is_known_is_told():
    found = search(edge(700.0), LoadBounds(start=20, lowest=1, highest=1e6, probes=8))
    assert len(found.looks) == 8
    assert found.spent
    assert found.low <= 700 < (found.high or 1e9)


def test_time_is_bounded_by_the_longest_look():
    now = 0.0

    def probe(load):
        nonlocal now
        now += 5.0
        return edge(700.0)(load)

    found = search(probe, LoadBounds(start=20, lowest=1, highest=1e6, seconds=32), clock=lambda: now)
    assert found.spent
    assert now <= 32
    assert found.low == 640


def test_a_load_that_looks_differ_about_has_not_held_when_the_budget_ends():
    fates = iter([True, True, False, False, False])  # 20, 40, twice 80, then 40 again

    def probe(load):
        good = next(fates)
        return Probe(load, good, None if good else "response.p95")

    found = search(probe, LoadBounds(start=20, lowest=1, highest=1e6, probes=5, resolution=1.5))
    assert found.spent
    assert (found.low, found.high) == (20, 80)


def test_a_search_cut_short_tells_what_it_knows():
    def probe(load):
        if load > 1000:
            raise KeyboardInterrupt
        return Probe(load, True)

    running = Search(probe, WIDE)
    with pytest.raises(KeyboardInterrupt):
        running.run()
    found = running.found()
    assert (found.end, found.low, found.high) == ("budget", 640, None)


@pytest.mark.parametrize("start", [0.5, 2e6])
def test_a_start_outside_of_the_range_is_refused(start):
    with pytest.raises(ValueError, match="start"):
        search(edge(5), LoadBounds(start=start, lowest=1, highest=1e6))


# --- queues


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    ("slots", "service", "exponential"),
    [(8, 0.010, False), (8, 0.010, True), (2, 0.004, False), (1, 0.002, True)],
)
def test_a_queue_holds_up_to_a_little_below_its_capacity(slots, service, exponential, seed):
    queue = Queue(slots, service, limit=10 * service, exponential=exponential, seed=seed)
    found = search(queue, WIDE, confirm=queue.long)
    assert found.end == "found"
    assert found.broke in ("response.p95", "backlog")
    least = 0.55 if exponential else 0.85  # one exponential server at p95 = 10 services: rho = 0.70
    assert least * queue.capacity < found.low < 1.02 * queue.capacity
    assert found.low < found.high < 1.08 * queue.capacity
    assert queue.looks <= 60


def test_eight_slots_of_10_ms_under_p95_of_100_ms():
    """Looks of 3 s, confirmed by 12 s, enclose what looks of 60 s at the same queue find: about 785/s."""
    long = Queue(8, 0.010, limit=0.1, seconds=60.0, seed=99)
    truth = search(long, LoadBounds(start=20, lowest=1, highest=1e6, resolution=0.005))
    assert 0.97 * 785 < truth.low < truth.high < 1.01 * 800
    enclosed = 0
    for seed in range(12):
        queue = Queue(8, 0.010, limit=0.1, seed=seed)
        found = search(queue, WIDE, confirm=queue.long)
        below, above = found.margins()
        enclosed += found.low * (1 - below) <= truth.low and truth.high <= found.high * (1 + above)
        assert 0.94 * truth.low < found.low < found.high < 1.06 * truth.high
    assert enclosed >= 11


def test_chance_moves_the_ends_by_the_root_of_the_longest_look():
    looks = [Probe(100, True, count=2500), Probe(100, True, count=10_000), Probe(105, False, "x")]
    assert SearchResult("found", 100, 105, "x", tuple(looks)).margins() == (pytest.approx(0.02), 0.0)
    assert SearchResult("below", None, 105, "x", tuple(looks)).margins() == (0.0, 0.0)


def test_a_loose_limit_does_not_hide_that_a_backlog_grows():
    queue = Queue(8, 0.010, limit=1e9)
    found = search(queue, WIDE, confirm=queue.long)
    assert found.broke == "backlog"
    assert 0.94 * queue.capacity < found.low < found.high < 1.1 * queue.capacity


def test_what_holds_in_short_looks_only_is_not_reported():
    def probe(load):
        return Probe(load, load <= 800, None if load <= 800 else "response.p95")

    def longer(load):
        return Probe(load, load <= 700, None if load <= 700 else "backlog")

    found = search(probe, WIDE, confirm=longer)
    assert found.low <= 700 < found.high <= 800
    assert found.broke == "backlog"


def test_a_single_long_look_that_breaks_is_looked_at_again():
    fates = iter([False, True, True])

    def longer(load):
        good = next(fates)
        return Probe(load, good, None if good else "response.p95")

    found = search(edge(800.0), WIDE, confirm=longer)
    assert found.low <= 800 < found.high
    assert next(fates, None) is None
