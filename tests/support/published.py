"""A small made-up project with a history: a repository, asv's results, a ledger, documents."""

import json
import math
import random
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from asv.benchmarks import Benchmarks
from asv.config import Config
from asv.repo import get_repo
from asv.results import iter_results
from support.capacities import make_capacity
from support.records import make_search
from support.runs import counts, make_measured, make_run, validity_of

from suite.contract.metric import STANDARD
from suite.formats.document import write_document
from suite.formats.envelope import envelope
from suite.integrations import publishing
from suite.ledger.store import Ledger
from suite.records.capacity import Capacity
from suite.records.histogram import Histogram
from suite.records.run import Run, Validity

COMMITS = 36
STEP = 22
"""The commit from which on everything takes 40 % longer, and 1.5 % more memory for asv."""
METRICS = {
    "time_per_operation": ("seconds", 0.0033),
    "response_p50": ("seconds", 0.0018),
    "response_p95": ("seconds", 0.0036),
    "response_p99": ("seconds", 0.0042),
    "memory_peak": ("bytes", 62e6),
    "cpu_per_operation": ("seconds", 0.00102),
    "failures": ("ratio", 0.0),
}
MACHINE = {
    "machine": "bench",
    "os": "Linux 6.1",
    "arch": "x86_64",
    "cpu": "made up",
    "num_cpu": "8",
    "ram": "1",
}


def git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def make_project(folder: Path, commits: int = COMMITS) -> list[str]:
    """A repository in `folder` with an asv configuration that has our plugin; its commits, oldest first."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    configuration = {
        "version": 1, "project": "shop", "repo": ".", "branches": ["HEAD"], "benchmark_dir": "benchmarks",
        "results_dir": "results/asv", "html_dir": "results/site",
        "plugins": [".suite.integrations.publisher"],
    }  # fmt: skip
    (folder / "asv.conf.json").write_text(json.dumps(configuration))
    git(folder, "add", ".")
    return branch(folder, "main", commits)


def branch(folder: Path, name: str, commits: int, start: str | None = None) -> list[str]:
    """So many empty commits more on a branch, after the commit `start` or as its first; oldest first."""
    stream = "".join(
        f"commit refs/heads/{name}\ncommitter t <t@example.org> {1700000000 + day * 86400} +0000\n"
        f"data {len(name) + 3}\n{name} {day:2}\n" + (f"from {start}\n" if start and not day else "")
        for day in range(commits)
    )
    subprocess.run(
        ["git", "fast-import", "--quiet"],
        cwd=folder,
        input=stream,
        text=True,
        check=True,
        capture_output=True,
    )
    return git(folder, "rev-list", "--reverse", f"--max-count={commits}", name).splitlines()


def code(workload: str, metric: str) -> str:
    name = metric.replace("_", ".", 1) if metric not in STANDARD else metric
    return (
        f'class X:\n    def track_{metric}(self, result):\n        return result.get("{name}", _NAN)\n\n'
        f'    def setup_cache(self):\n        return _measure("{workload}")'
    )


@dataclass(frozen=True)
class Result:
    """As asv reads its results: a value for each benchmark that was run at a commit, a day after another."""

    commit_hash: str
    day: int
    values: Mapping[str, float]
    params: Mapping[str, str] = field(default_factory=lambda: {**MACHINE, "python": "3.11"})
    env_vars: Mapping[str, str] = field(default_factory=dict)

    @property
    def date(self) -> int:
        return (1700000000 + self.day * 86400) * 1000

    def get_all_result_keys(self) -> list[str]:
        return list(self.values)

    def get_result_keys(self, benchmarks: Mapping) -> set[str]:
        return {*self.values} & {*benchmarks}

    def get_result_value(self, name: str, params: list) -> list[float]:
        assert not params
        return [self.values[name]]

    def get_result_stats(self, name: str, params: list) -> list[None]:
        assert name in self.values
        return [None]


def benchmark(name: str, workload: str, metric: str) -> dict:
    unit = METRICS[metric][0]
    return {
        "code": code(workload, metric), "name": name, "param_names": [], "params": [], "type": "track",
        "timeout": 60, "unit": unit, "version": "1",
    }  # fmt: skip


def add_asv_results(
    folder: Path,
    commits: list[str],
    prefix: str = "shop.Browse",
    workload: str = "shop/browse",
    factor: float = 1.0,
) -> None:
    """asv's results of all commits; the sixth failed, and the 40 % are there from STEP on."""
    chance = random.Random(7)
    place = folder / "results" / "asv" / "bench"
    place.mkdir(parents=True, exist_ok=True)
    (place / "machine.json").write_text(json.dumps({**MACHINE, "version": 1}))
    names = {f"{prefix}.track_{metric}": metric for metric in METRICS}
    known = {name: benchmark(name, workload, metric) for name, metric in names.items()}
    (folder / "results/asv/benchmarks.json").write_text(json.dumps({**known, "version": 2}))
    for index, commit in enumerate(commits):
        results = {}
        for name, metric in names.items():
            step, noise = (1.4, 0.03) if metric != "memory_peak" else (1.015, 0.002)
            level = factor * METRICS[metric][1] * (step if index >= STEP else 1.0)
            value = level * math.exp(chance.gauss(0, noise)) if index != 5 else None
            ends = [None, None] if value is None else [value * 0.96, value * 1.04]
            results[name] = [
                [value],
                [],
                "1",
                1700000000000,
                3.0,
                [ends[0]],
                [ends[1]],
                *[[value]] * 2,
                [1],
                [10],
            ]
        columns = ["result", "params", "version", "started_at", "duration"]
        columns += [
            "stats_ci_99_a",
            "stats_ci_99_b",
            "stats_q_25",
            "stats_q_75",
            "stats_number",
            "stats_repeat",
        ]
        data = {
            "commit_hash": commit, "env_name": "virtualenv-py3.11",
            "date": (1700000000 + index * 86400) * 1000,
            "params": {**MACHINE, "python": "3.11"}, "python": "3.11", "requirements": {}, "env_vars": {},
            "result_columns": columns, "results": results, "durations": {}, "version": 2,
        }  # fmt: skip
        (place / f"{commit[:8]}-virtualenv-py3.11.json").write_text(json.dumps(data))


def add_leak_results(folder: Path) -> None:
    """asv looked for leaks too, at all commits that there are results of, and found none."""
    name = "shop.BrowseLeaks.track_bytes_per_operation"
    body = 'result.get("leak.bytes_per_operation", _NAN)\n\n_search("shop/browse")'
    place = folder / "results" / "asv"
    known = json.loads((place / "benchmarks.json").read_text())
    known[name] = {**benchmark("x", "x", "memory_peak"), "name": name, "code": body}
    (place / "benchmarks.json").write_text(json.dumps(known))
    for path in (place / "bench").glob("*-*.json"):
        data = json.loads(path.read_text())
        data["results"][name] = [[0.0], [], "1", 1700000000000, 3.0]
        path.write_text(json.dumps(data))


def make_stored_run(index: int, commit: str, **changes) -> Run:
    """A Run like a real one: 20,000 times with a tail, 20 seconds of series; slower from STEP on."""
    rng = np.random.default_rng(index)
    slower = 1.4 if index >= STEP else 1.0
    times = rng.lognormal(math.log(1.8e6 * slower), 0.35, 20_000)
    times[rng.random(20_000) < 0.004] *= 8
    response = Histogram.of(times.astype(np.int64))
    service = Histogram.of((times * 0.8).astype(np.int64))
    noise = float(np.exp(rng.normal(0, 0.03)))
    seconds = np.arange(20.0)
    memory = 48e6 + 14e6 * (1 - np.exp(-seconds / 4)) + rng.normal(0, 1e5, 20)
    percentiles = {
        f"response.p{name}": make_measured(f"response.p{name}", response.percentile(q)[0])
        for name, q in (("50", 0.5), ("95", 0.95), ("99", 0.99))
    }
    bad = counts(ok=20_000 - index * 3, failed=index, timeout=index, rejected=index)
    run = make_run(
        id=f"run{index:04d}",
        workload="shop/browse",
        started=f"2023-11-{15 + index // 24:02d}T{index % 24:02d}:00:00+00:00",
        commit=commit,
        plan={"loop": "open", "rate": 300.0, "arrivals": "poisson", "seconds": 20.0, "warmup": 1.0},
        metrics={
            **percentiles,
            "throughput": make_measured("throughput", 300.0 * noise / slower),
            "failures": make_measured("failures", 2 * index / 20_000),
            "memory.peak": make_measured("memory.peak", float(memory.max())),
        },
        histograms={"response": response, "service": service},
        outcomes=bad,
        series={
            "second": tuple(seconds.tolist()),
            "completed": tuple((300 / slower + rng.normal(0, 8, 20)).tolist()),
            "p99": tuple((0.004 * slower * np.exp(rng.normal(0, 0.1, 20))).tolist()),
            "memory": tuple(memory.tolist()),
            "cpu": tuple((0.6 + rng.normal(0, 0.02, 20)).tolist()),
        },
        validity=validity_of("doubtful", "only 2 cores") if index % 7 == 3 else Validity(),
    )
    return replace(run, **changes)


def add_ledger(folder: Path, commits: list[str], place: str | None = None) -> None:
    """A Run for each commit, one of them invalid; two searches for leaks, one with a flame graph."""
    with Ledger(place or folder / "results" / "ledger.db") as ledger:
        for index, commit in enumerate(commits):
            changes = {"validity": validity_of("invalid", "the load was not delivered")} if index == 9 else {}
            ledger.add(make_stored_run(index, commit, **changes))
        graph = folder / "results" / "leaks" / "new" / "shop.html"
        graph.parent.mkdir(parents=True)
        graph.write_text("<!doctype html><title>flames</title>")
        ledger.add(
            make_search(
                id="new", recordings=("results/leaks/new/shop.html",), started="2024-05-02T10:11:12+00:00"
            )
        )
        ledger.add(make_search("bounded", id="old", suspects=None, recordings=("results/leaks/gone.html",)))


def add_capacity(folder: Path, **changes) -> Capacity:
    found = make_capacity(**changes)
    write_document(folder / "results/capacity/found.json", envelope("capacity", [found], exit_code=0))
    return found


def publish_here(
    folder: Path, branches: tuple[str, ...] = ("main",), commits: str | None = None
) -> list[str]:
    """What our part of `asv publish` warns of, run in this process with `folder` as the current one.

    `commits` is a range.
    """
    conf = Config.load("asv.conf.json")
    conf.branches = list(branches)
    repo = get_repo(conf)
    inside = None if commits is None else {*repo.get_hashes_from_range(commits)}
    found = {each.commit_hash for each in iter_results(conf.results_dir)}
    tagged = {*repo.get_tags().values()}
    known = repo.get_revisions(tagged | (found if inside is None else found & inside))
    benchmarks = dict(Benchmarks.load(conf))
    return publishing.publish(conf, repo, benchmarks, known, folder / "results" / "site", "loadledger")


def publish(folder: Path, *words: str) -> subprocess.CompletedProcess:
    """What `asv publish` says, run in `folder`."""
    return subprocess.run(
        [sys.executable, "-m", "asv", "publish", "--no-pull", *words],
        cwd=folder, capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
