"""How long the history commands take with 100,000 stored Runs, as whole processes; run it with -s to see."""

import resource
import subprocess
import sys

import pytest
from support.bulk import fill_fast, sha_of

COMMITS = 10_000
WORKLOADS = 10


def seconds(folder, *words, times=3):
    """Processor time of the cheapest of some tries: what the command costs, not what else runs here."""
    return min(_once(folder, *words) for _ in range(times))


def _once(folder, *words):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "suite.cli", *words, "--ledger", str(folder / "ledger.db")]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def told(what, *taken):
    sys.stdout.write(f"{what:<60.60}{'  '.join(f'{one:.2f} s' for one in taken)}\n")


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    for at in range(WORKLOADS):
        fill_fast(folder / "ledger.db", f"shop/w{at}", range(COMMITS), steps=[4000, 9900], seed=at)
    told("history, nothing looked through yet", _once(folder, "history"))
    told("history --all, the first time", _once(folder, "history", "--all"))
    return folder


@pytest.mark.load
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "words",
    [
        ["history"],
        ["history", "shop/w3"],
        ["history", "response.p50", "--workload", "shop/w3"],
        ["history", "response.p50"],
        ["blame", "response.p99", "--workload", "shop/w7"],
        ["accept", "response.p95", sha_of(9900), "--workload", "shop/w1", "--reason", "x"],
    ],
    ids=" ".join,
)
def test_any_command_answers_within_a_second(large, words):
    taken = seconds(large, *words)
    told(" ".join(words), taken)
    assert taken < 1


@pytest.mark.load
@pytest.mark.timeout(600)
def test_pruning_looks_through_all_metrics_and_still_takes_seconds_only(large):
    taken = seconds(large, "prune", "--keep", "9000", "--dry-run", times=1)
    told("prune --keep 9000 --dry-run", taken)
    assert taken < 20


@pytest.mark.load
@pytest.mark.timeout(600)
def test_one_more_commit_costs_the_same_in_a_long_history(tmp_path):
    taken = {}
    for count in (100, COMMITS):
        folder = tmp_path / str(count)
        fill_fast(folder / "ledger.db", "shop/browse", range(count))
        _once(folder, "history", "--all")
        times = []
        for more in range(5):
            fill_fast(folder / "ledger.db", "shop/browse", [count + more])
            times.append(_once(folder, "history"))
        taken[count] = min(times)
    told("one more commit to 100, to 10,000", taken[100], taken[COMMITS])
    assert taken[COMMITS] < 1.5 * taken[100]
