"""The face that asv sees: names, failures, and nothing left when asv kills it."""

import inspect
import math
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
import uuid
from contextlib import suppress
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest
from asv_runner.discovery import disc_benchmarks
from support.costs import make_cost, make_costs
from support.processes import EXAMPLES, Suite, wait_for
from support.runs import make_run

import suite.config.catalog
from suite.errors import SuiteError
from suite.formats.envelope import read_document
from suite.integrations import asv
from suite.integrations.asv_journal import journalled
from suite.ledger.left_behind import bring_in
from suite.records.leak import LeakVerdict
from suite.records.reason import Reason
from suite.records.run import Measured, Run, Validity

ROOT = Path(__file__).parent.parent.parent
LOAD = [
    "time_per_operation", "response_p50", "response_p95", "response_p99", "memory_peak",
    "memory_growth_per_operation", "cpu_per_operation", "failures",
]  # fmt: skip
LIMIT = ["limit_excess", "limit_shortfall"]
COSTS = ["cost_instructions", "cost_system_calls", "cost_calls", "cost_allocations", "cost_statements"]
EXPECTED = {
    "api.Health": LOAD,
    "api.SessionReads": LOAD,
    "conversation.FiftyUsers": LOAD + LIMIT,
    "conversation.Mixed": LOAD,
    "conversation.GlobalLimit": LOAD + LIMIT,
    "conversation.UserLimit": LOAD + LIMIT,
    "conversation.RapidCycles": LOAD,
    "dicom.Receive": LOAD,
    "dicom.Receive512k": LOAD,
    "dicom.ReceiveConcurrent": LOAD,
    "dicom.Forward": [*LOAD, "forward_time_per_operation", "forward_p50", "forward_p95"],
    "dicom.FileIo": LOAD,
    "hotel.CallCreation": LOAD,
    "hotel.CallSpeech": [*LOAD, "first_p50", "first_p95"],
    "hotel.DatabaseConsistency": LOAD,
    "hotel.PmsLookups": LOAD,
    "hotel.PmsPartition": [*LOAD, "recovery", "breaker_open"],
    "vision.Match500": LOAD,
    "vision.FrameBuffer": LOAD,
    "vision.FrameBufferFour": LOAD,
    "vision.FrameAdd": LOAD,
    "vision.Household": LOAD,
    "vision.SharedFrames": [*LOAD, "memory_overhead", "hand_over_p50"],
    "vision.Pipeline": [*LOAD, "dropped"],
    "api.HealthLeaks": ["bytes_per_operation"],
    "conversation.RapidCyclesLeaks": ["bytes_per_operation"],
    "dicom.ReceiveLeaks": ["bytes_per_operation"],
    "hotel.CallCreationLeaks": ["bytes_per_operation"],
    "vision.Match500Leaks": ["bytes_per_operation"],
    "api.HealthCosts": COSTS,
    "conversation.RapidCyclesCosts": COSTS,
    "dicom.ReceiveCosts": COSTS,
    "hotel.CallCreationCosts": COSTS,
    "vision.Match500Costs": COSTS,
    "harness.NullPlainCosts": COSTS,
    "harness.NullAsyncCosts": COSTS,
    "harness.NullPlain": ["time_per_operation"],
    "harness.NullAsync": ["time_per_operation"],
    "harness.Clock20000": ["lateness_p50", "lateness_p99", "cpu_per_operation"],
    "harness.Recording": ["store", "analysis"],
}


@pytest.fixture(scope="module")
def discovered():
    sys.path.insert(0, str(ROOT))
    try:
        return list(disc_benchmarks(str(ROOT / "benchmarks"), True))
    finally:
        sys.path.remove(str(ROOT))


def test_asv_discovers_exactly_these_benchmarks(discovered):
    """asv drops what it can't import without a word: this list is the word."""
    expected = {f"{group}.track_{what}" for group, names in EXPECTED.items() for what in names}
    assert {benchmark.name for benchmark in discovered} == expected


def test_every_benchmark_has_a_version_and_a_unit_of_its_own(discovered):
    for benchmark in discovered:
        assert benchmark.version == "1", benchmark.name
        assert benchmark.unit in ("seconds", "bytes", "ratio", "1"), benchmark.name


def test_every_class_has_a_load_of_its_own_with_a_timeout(discovered):
    """asv runs one load for all classes whose setup_cache stands on the same line."""
    keys = {}
    for benchmark in discovered:
        keys.setdefault(benchmark.setup_cache_key, set()).add(benchmark.name.rpartition(".")[0])
        patient = ".track_cost_" in benchmark.name
        assert benchmark.setup_cache_timeout == (960 if patient else 240)
    assert all(len(classes) == 1 for classes in keys.values()), keys
    assert len(keys) == len(EXPECTED)


def test_every_workload_that_benchmarks_name_exists():
    text = "".join(path.read_text() for path in (ROOT / "benchmarks").glob("*.py"))
    measured = re.findall(r'self\.measure\("([^"]+)"\)', text)
    searched = re.findall(r'self\.search\("([^"]+)"\)', text)
    counted = re.findall(r'self\.count\("([^"]+)"\)', text)
    assert {*measured, *searched, *counted} <= {
        found.workload.name for found in suite.config.catalog.installed()
    }
    assert len({*measured}) + len({*searched}) + len({*counted}) == len(EXPECTED)


def test_the_signatures_are_frozen():
    assert str(inspect.signature(asv.measure)) == "(name: 'str') -> 'dict[str, Samples]'"
    assert str(inspect.signature(asv.leaks)) == "(name: 'str') -> 'dict[str, Samples]'"
    assert str(inspect.signature(asv.costs)) == "(name: 'str') -> 'dict[str, Samples]'"


@pytest.mark.parametrize(
    ("outcome", "found", "stored"),
    [("no growth", 0.0, 0.0), ("bounded", 0.0, 0.0), ("unbounded", 96.5, 96.5), ("sporadic", 3.0, math.nan)],
)
def test_a_search_for_leaks_gives_bytes_per_operation(outcome, found, stored, monkeypatch):
    import suite.leaks.session

    verdict = LeakVerdict(outcome, 100, bytes_per_operation=found)
    monkeypatch.setattr(
        suite.config.catalog, "installed", lambda: suite.config.catalog.from_file(EXAMPLES / "load_echo.py")
    )
    monkeypatch.setattr(suite.leaks.session, "find_leaks", lambda *_, **__: SimpleNamespace(verdict=verdict))
    (value,) = asv.leaks("echo/mixed")["leak.bytes_per_operation"]["samples"]
    assert value == stored or (math.isnan(value) and math.isnan(stored))
    assert asv.leaks("echo/of-tomorrow") == {}


def test_costs_are_those_of_the_last_two_windows(echo_installed, monkeypatch):
    import suite.costs.session

    bill = make_costs(costs={**make_costs().costs, "cost.calls": make_cost(5.0, windows=(9.0, 5.0, 5.1))})
    monkeypatch.setattr(suite.costs.session, "count_costs", lambda *_, **__: bill)
    found = asv.costs("echo/mixed")
    assert found["cost.calls"] == {"samples": [5.0, 5.1], "number": 1}
    assert math.isnan(found["cost.instructions"]["samples"][0])
    assert found["cost.instructions"]["why"].startswith("it could not be counted: valgrind is not")
    assert asv.costs("echo/of-tomorrow") == {}
    why = Validity("invalid", (Reason("operations_failed"),))
    monkeypatch.setattr(suite.costs.session, "count_costs", lambda *_, **__: replace(bill, validity=why))
    with pytest.raises(SuiteError, match="echo/mixed: operations failed while they were counted"):
        asv.costs("echo/mixed")


@pytest.fixture
def echo_installed(monkeypatch):
    monkeypatch.setattr(
        suite.config.catalog, "installed", lambda: suite.config.catalog.from_file(EXAMPLES / "load_echo.py")
    )
    monkeypatch.setenv("LOADLEDGER_ASV_ROUNDS", "2")


@pytest.mark.exhaustive
@pytest.mark.usefixtures("echo_installed")
def test_samples_are_one_per_round_and_lower_is_better():
    result = asv.measure("echo/mixed")
    assert set(result["time_per_operation"]) == {"samples", "number"}
    assert len(result["time_per_operation"]["samples"]) == 2
    assert "throughput" not in result
    assert all(math.isfinite(value) for value in result["response.p50"]["samples"])


def test_a_percentile_that_single_rounds_are_too_short_for_is_that_of_all_of_them():
    """p99 of five loads was nan in all commits: rounds of a second have too few samples."""
    none = Measured("s", "lower", 0.25, (None, None))
    some = Measured("s", "lower", 0.25, (0.2, None))
    run = replace(make_run(), metrics={"response.p99": none, "response.p95": some})
    found = asv._samples(run)
    assert found["response.p99"]["samples"] == [0.25]
    assert found["response.p95"]["samples"] == [0.25]  # a nan among samples would make their median one
    (invalid,) = asv._samples(run, believed=False)["response.p99"]["samples"]
    assert math.isnan(invalid)


def test_asv_is_told_why_there_is_no_number(capsys):
    """It showed n/a, and what `setup_cache` wrote was seen by nobody."""
    found = asv._samples(
        replace(make_run(), metrics={"response.p99": Measured("s", "lower", 0.25)}), why="late"
    )
    assert asv.Load.track_response_p99(None, found) == {"samples": [0.25], "number": 1}
    assert capsys.readouterr().err == "suite: note: late\n"
    assert found["response.p99"]["why"] == "late"


def test_a_workload_of_a_file_can_be_benchmarked(monkeypatch):
    monkeypatch.setenv("LOADLEDGER_ASV_ROUNDS", "1")
    assert asv.measure(f"{EXAMPLES / 'load_counter.py'}::counter/click")["time_per_operation"]["number"] == 1


OLD = "7b835b8933fef25d1fc744d50a6e56c08604ff48"
"""A commit without base classes of benchmarks."""


def _as_installed(checkout):
    """Have `checkout` say itself which workloads it has, as asv's installation of a commit does."""
    known = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]["entry-points"]
    info = checkout / "loadledger-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: loadledger\nVersion: 0\n")
    lines = [f"{name} = {module}" for name, module in known["suite.workloads"].items()]
    (info / "entry_points.txt").write_text("\n".join(["[suite.workloads]", *lines, ""]))


@pytest.mark.exhaustive
def test_a_benchmark_of_today_measures_a_commit_from_before(tmp_path):
    old = tmp_path / "old"
    added = ["git", "worktree", "add", "--quiet", "--detach", str(old), OLD]
    if subprocess.run(added, cwd=ROOT, capture_output=True, check=False).returncode:
        pytest.skip("this clone has no such commit")
    _as_installed(old)
    code = (
        f"import sys; sys.path[:0] = [{str(old)!r}]; import suite, benchmarks.vision as today;"
        f"assert suite.__file__.startswith({str(old)!r}), suite.__file__;"
        "one = today.Match500(); found = one.setup_cache(); one.setup(found);"
        "print(today.Match500.setup_cache.timeout, one.track_time_per_operation(found)['samples'])"
    )
    try:
        said = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(old), "LOADLEDGER_ASV_ROUNDS": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", str(old)], cwd=ROOT, check=True)
    assert re.fullmatch(r"240 \[[\d.e-]+\]", said.stdout.strip()), said.stderr


@pytest.mark.exhaustive
@pytest.mark.usefixtures("echo_installed")
def test_a_metric_without_a_value_is_nan():
    assert all(math.isnan(value) for value in asv.measure("echo/mixed")["response.p999"]["samples"])


@pytest.mark.usefixtures("echo_installed")
def test_a_workload_that_this_commit_does_not_have_is_empty():
    assert asv.measure("echo/of-tomorrow") == {}


@pytest.mark.usefixtures("echo_installed")
def test_a_system_that_dies_raises():
    with pytest.raises(SuiteError, match="would not start"):
        asv.measure("echo/dead")


@pytest.mark.usefixtures("echo_installed")
@pytest.mark.exhaustive
def test_a_check_that_fails_raises(monkeypatch):
    found = suite.config.catalog.from_file(EXAMPLES / "load_echo.py")
    monkeypatch.setattr(suite.config.catalog, "installed", lambda: [f for f in found if f.workload.checks])
    monkeypatch.setattr(asv, "_failed_checks", lambda result: ["kept equals answers: planted"])
    with pytest.raises(SuiteError, match="planted"):
        asv.measure("echo/mixed")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_when_asv_kills_a_benchmark_its_pipes_close_and_nothing_lives_on(how, tmp_path):
    """asv reads stdout to its end: a child that kept it open would make asv wait for its timeout."""
    mark = uuid.uuid4().hex
    code = (
        "import suite.config.catalog as c; from suite.integrations.asv import measure;"
        f"c.installed = lambda: c.from_file({str(EXAMPLES / 'load_echo.py')!r}); measure('echo/endless')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "LOADLEDGER_TEST": mark, "TMPDIR": str(tmp_path)},
    )

    def ours():
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    wait_for(lambda: len(ours()) >= 3)
    time.sleep(0.5)
    process.send_signal(how)
    process.communicate(timeout=30)
    wait_for(lambda: not ours())


@pytest.mark.exhaustive
def test_what_a_benchmark_had_measured_is_kept_by_the_next_command_if_it_is_killed(tmp_path):
    """asv has nothing of it: it stores what `setup_cache` returns."""
    project, load = tmp_path / "project", f"{EXAMPLES / 'load_echo.py'}::echo/mixed"
    project.mkdir()
    code = f"from suite.integrations.asv import measure; measure({load!r})"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "ASV_CONF_DIR": str(project), "TMPDIR": str(tmp_path)},
        cwd=tmp_path,
    )
    wait_for(lambda: [*project.glob("results/journal/*/runs/*.journal")])
    process.kill()
    process.wait()
    after = Suite(tmp_path, "show", cwd=project)
    after.finish()  # asv needs no ledger: there may be none to show anything of
    assert "a command ended before all was kept; what it had measured of echo/mixed is " in after.err
    (found,) = [read_document(path).records[0] for path in project.glob("results/runs/*.json")]
    assert isinstance(found, Run)
    assert found.partial
    assert found.outcomes["ok"] > 0
    assert not [*project.glob("results/journal/*")]


def test_what_a_benchmark_measured_to_its_end_is_asvs_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("LOADLEDGER_ASV_ROUNDS", "1")
    monkeypatch.setenv("ASV_CONF_DIR", str(tmp_path))
    asv.measure(f"{EXAMPLES / 'load_counter.py'}::counter/click")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_a_benchmark_had_measured_is_kept_in_an_environment_that_was_there_too(tmp_path, monkeypatch):
    """`asv run -E existing` tells its benchmarks nothing of the project: all rounds were lost with it."""
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "asv.conf.json").touch()
    monkeypatch.delenv("ASV_CONF_DIR", raising=False)
    (place,) = find_spec("asv").submodule_search_locations
    program = str(Path(place) / "benchmark.py")
    monkeypatch.setattr("sys.argv", [program, "setup_cache", str(tmp_path / "benchmarks"), "shop:3", "{}"])
    with suppress(KeyboardInterrupt), journalled("run") as keeper:
        keeper.keep(make_run())
        raise KeyboardInterrupt
    (found,) = bring_in(tmp_path / "results", None)
    assert found.records[0].workload == make_run().workload
    monkeypatch.setattr("sys.argv", ["pytest", "setup_cache", str(tmp_path / "benchmarks")])
    with journalled("run") as keeper:
        assert keeper is None


ORPHANED = """
import os, sys, time
sys.path[:] = {path!r}
from suite.integrations.asv_journal import journalled
from support.runs import make_run
ready, tell = os.pipe()
if os.fork():  # as asv does: it is killed while its benchmark goes on
    os.read(ready, 1)
    os._exit(0)
asv = os.getppid()
with journalled("run") as keeper:
    keeper.keep(make_run())
    os.write(tell, b"x")
    while os.getppid() == asv:
        time.sleep(0.01)
"""


def test_what_a_benchmark_measured_to_its_end_is_kept_when_asv_was_killed_meanwhile(tmp_path):
    """Nobody reads what it gives, and it had forgotten all rounds."""
    code = ORPHANED.format(path=sys.path)
    subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "ASV_CONF_DIR": str(tmp_path)},
        check=True,
        capture_output=True,  # until who is left has ended, too
    )
    (found,) = bring_in(tmp_path / "results", None)
    assert found.records[0].workload == make_run().workload
