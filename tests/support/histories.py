"""Histories to compare: git repositories of empty commits, and ledgers with Runs of them."""

import atexit
import os
import shutil
import subprocess
import tempfile
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, event
from support.runs import make_histogram, make_measured, make_run

from suite.ledger.store import Ledger

STEADY = (1.0, 1.01, 0.99, 1.005, 0.995, 1.008, 0.992, 1.002, 0.998)
_WHO = {f"GIT_{who}_{what}": "a" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
_ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
_ids = count(1)


def git(folder, *words):
    """What git prints in `folder`; it must end well, and knows nothing of this machine's settings."""
    environment = {**os.environ, **_WHO, **_ALONE}
    done = subprocess.run(
        ["git", *map(str, words)], cwd=folder, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@cache
def _made(commits):
    """Such a repository, made once and copied from then on; its shas."""
    folder = Path(tempfile.mkdtemp(prefix="history-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    git(folder, "init", "-q", "-b", "main", "--template=")
    return folder, [commit(folder) for _ in range(commits)]


def repository(folder, commits=3):
    """Make `folder` a repository with a branch main of so many empty commits; their shas, oldest first."""
    made, shas = _made(commits)
    shutil.copytree(made / ".git", folder / ".git")
    return shas


def commit(folder):
    """One more empty commit, and its sha."""
    git(folder, "commit", "-q", "--allow-empty", "-m", f"commit {next(_ids)}")
    return git(folder, "rev-parse", "HEAD")


def make_history_run(sha, factor=1.0, minute=0, metrics=("response.p50", "response.p95"), **changes):
    """A Run of shop/browse whose times are `factor` seconds; distinct moments for distinct minutes."""
    rng = np.random.default_rng(next(_ids))
    values = {name: make_measured(name, factor) for name in metrics}
    run = {
        "id": f"{next(_ids):012x}"[::-1],
        "workload": "shop/browse",
        "commit": sha,
        "started": f"2024-05-{1 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:00+00:00",
        "metrics": values,
        "thresholds": (),
        "environment": {"cpu": "x", "cores": 2},
        "histograms": {"response": make_histogram(*(1e3 * factor * rng.lognormal(0, 0.2, 400)))},
    }
    return make_run(**{**run, **changes})


def fill(folder, *runs):
    """Store `runs` in the ledger of `folder`/results; their ids."""
    event.listen(Engine, "connect", _in_haste)
    try:
        with Ledger(folder / "results" / "ledger.db") as ledger:
            ledger.add_new(runs)
    finally:
        event.remove(Engine, "connect", _in_haste)
    return [run.id for run in runs]


def _in_haste(connection, _record):
    """Nothing here need outlive a power cut."""
    connection.execute("PRAGMA synchronous = OFF")


def steady(sha, factor=1.0, first=0, count=9, **changes):
    """Runs of one commit, each at a moment of its own, that vary by a percent."""
    values = (STEADY * (1 + count // len(STEADY)))[:count]
    return [make_history_run(sha, factor * v, 20 * (first + i), **changes) for i, v in enumerate(values)]


def runs(shas, workload="shop/browse", step=None, **changes):
    """A Run of each commit, in milliseconds about 10; 25 % slower from `step` on."""
    made = []
    for at, sha in enumerate(shas):
        level = 1.25 if step is not None and at >= step else 1.0
        wave = 1 + 0.004 * (at * 7 % 5 - 2)
        metrics = {
            "response.p50": make_measured("response.p50", 0.01 * level * wave),
            "response.p95": make_measured("response.p95", 0.03 * level * wave),
            "throughput": make_measured("throughput", 300 / (level * wave)),
            "memory.peak": make_measured("memory.peak", 5e7 * wave),
        }
        made.append(replace(make_history_run(sha, minute=at, workload=workload, **changes), metrics=metrics))
    return made
