"""A workload under `suite run`, under `suite locust`, its requests under Locust's FastHttpUser, in turns.

    PAUSE=0.005 python tests/studies/engines/compare.py [ROUNDS]

PAUSE is how long users think, in seconds; 0 drives each to its limit. CPU is that of all processes but the
system's while there is load, for each request completed.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import psutil

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[2]))

from support.processes import EXAMPLES, Suite  # noqa: E402

from suite.formats.envelope import read_document  # noqa: E402
from suite.records.run import Run  # noqa: E402

USERS, SECONDS = 32, 10
ITEMS, FILE = EXAMPLES / "load_items.py", EXAMPLES / "locust_items.py"
_ON_LOCUST = ("--headless", "--only-summary", "--users", str(USERS), "--spawn-rate", "100", "--run-time")
ENGINES: dict[str, tuple[object, ...]] = {
    "suite run": ("run", ITEMS, "--rounds", "1", "--users", str(USERS), "--seconds", str(SECONDS)),
    "suite locust": ("locust", ITEMS, *_ON_LOCUST, f"{SECONDS}s"),
    "FastHttpUser": ("locust", ITEMS, "-f", FILE, "--tags", "read", *_ON_LOCUST, f"{SECONDS}s"),
}


def measured(engine: str) -> tuple[float, float, float]:
    """Requests per second, p50 in seconds, and seconds of CPU for each request."""
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(folder, *map(str, ENGINES[engine]))
        samples = []
        while suite.process.poll() is None:
            samples.append((time.monotonic(), spent([suite.process.pid, *suite.processes()])))
            time.sleep(0.5)
        suite.finish()
        (path,) = Path(folder).glob("results/runs/*.json")
        run = read_document(path).records[0]
    assert isinstance(run, Run)
    known = run.pids[0]
    told = known["workers"] if engine == "FastHttpUser" else None  # what measures its system is no generator
    rates = []  # of the process that makes the load, and of all that belongs to the generator
    for (now, before), (then, after) in pairwise(samples):
        used = {pid: (after[pid] - before[pid]) / (then - now) for pid in after if pid in before}
        ours = sum(
            rate for pid, rate in used.items() if (pid in told if told else pid not in known["system"])
        )
        rates.append((used.get(known["workers"][0], 0.0), ours))
    busy = max(load for load, _ in rates)
    cpu = statistics.mean(ours for load, ours in rates if load > busy / 2)  # neither starting nor ending
    throughput, p50 = (run.metrics[name].value or 0.0 for name in ("throughput", "response.p50"))
    return throughput, p50, cpu / throughput


def spent(pids: list[int]) -> dict[int, float]:
    """Seconds of CPU that each has used."""
    found = {}
    for pid in pids:
        try:
            times = psutil.Process(pid).cpu_times()
        except psutil.Error:
            continue
        found[pid] = times.user + times.system
    return found


def main() -> None:
    """Print what each round found, and the ratios of the medians."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    found: dict[str, list[tuple[float, float, float]]] = {engine: [] for engine in ENGINES}
    for index in range(rounds):
        for engine in list(ENGINES)[:: 1 if index % 2 == 0 else -1]:
            found[engine].append(measured(engine))
            rate, p50, cpu = found[engine][-1]
            sys.stdout.write(
                f"{engine:14} {rate:8.0f} /s  p50 {p50 * 1e6:6.0f} µs  CPU {cpu * 1e6:6.0f} µs\n"
            )
            sys.stdout.flush()
    ours, locust, fast = ([statistics.median(one) for one in zip(*found[e], strict=True)] for e in ENGINES)
    sys.stdout.write(
        f"suite locust / suite run: throughput {locust[0] / ours[0]:.3f}, p50 {locust[1] / ours[1]:.3f}, "
        f"CPU {locust[2] / ours[2]:.2f}\n"
        f"FastHttpUser / suite locust: CPU {fast[2] / locust[2]:.1f}\n"
    )


if __name__ == "__main__":
    main()
