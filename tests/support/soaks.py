"""Soaks to test with, as they are when they have ended."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from suite.records.comparison import Shift
from suite.records.histogram import Histogram
from suite.records.run import Measured
from suite.records.soak import Holding, Soak, SoakWindow, Trend, WindowOperation


def make_window(index, *, length=60.0, response=0.010, count=1_000, outcomes=None, **changes):
    """Window `index`, of a system that holds 100 MB and 20 descriptors."""
    around = response * np.linspace(0.5, 1.5, count) * 1e9
    one = WindowOperation(outcomes or {"ok": count}, Histogram.of(around.astype(np.int64)).encode())
    held = Holding(1, 100_000_000, 20, 4, 3, 4096, 1_000)
    window = SoakWindow(
        index,
        0,
        f"2024-05-01T10:{index % 60:02}:00.000+00:00",
        index * length,
        length,
        warming=False,
        operations={"browse": one},
        parties={"system": held, "workers": Holding(1, 50_000_000, 10, 2, 2, None, 1_000)},
        memory_left=4_000_000_000,
        disk_left=50_000_000_000,
    )
    return replace(window, **changes)


def holding(window, **changes):
    """The same window, with a system that holds something else."""
    return replace(window, parties={**window.parties, "system": replace(window.parties["system"], **changes)})


def make_head(**changes):
    """A soak of an hour that has not begun."""
    soak = Soak(
        id="50a4b2c3d4e5",
        workload="shop/browse",
        started="2024-05-01T10:00:00.000+00:00",
        commit="0123456789abcdef",
        branch="main",
        environment={"cores": 8},
        plan={"loop": "closed", "users": 4, "seconds": 3600.0},
        seconds=3600.0,
        window=60.0,
        warmup=0.0,
    )
    return replace(soak, **changes)


def make_soak(**changes):
    """Of an hour in which descriptors leak."""
    windows = [make_window(index) for index in range(60)]
    windows = [holding(one, descriptors=20 + one.index, descriptors_left=980 - one.index) for one in windows]
    values = tuple(float(20 + one.index) for one in windows)
    drifting = Trend(
        "descriptors", "1", "lower", "drifts", 20.0, 79.0, Shift(60.0, 59.0, 61.0), 1e-20, 1.0, 5.0, values,
        1000.0, 55_260.0,
    )  # fmt: skip
    steady = Trend(
        "response.p50",
        "s",
        "lower",
        "steady",
        0.01,
        0.01,
        Shift(0.0, -1e-4, 1e-4),
        0.6,
        2.0,
        5e-4,
        (0.01,) * 60,
    )
    metrics = {"response.p50": Measured("s", "lower", 0.01, (0.01,))}
    made = replace(make_head(), windows=tuple(windows), trends=(drifting, steady), metrics=metrics)
    return replace(made, **changes)
