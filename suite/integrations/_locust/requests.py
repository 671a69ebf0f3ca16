"""Requests of Locust's own clients, as Locust tells of each: what an existing locustfile does."""

from __future__ import annotations

import os
import time
from array import array
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from locust.env import Environment

from suite.formats.structure import dump
from suite.measure.tally import MOST_NAMES, OperationTally, Tally
from suite.measure.validity import saturation
from suite.process.redaction import excerpt, prepare, shown_name
from suite.records.detail import Detail
from suite.records.evidence import Evidence
from suite.records.histogram import Histogram
from suite.records.run import Round, Validity

_EXAMPLE = 300
_MOST_CAUSES = 200
_OTHERS = "others"


class Requests:
    """Users of Locust's own in this process, counted request by request."""

    def __init__(self, described: Mapping[str, Any], environment: Environment) -> None:
        self.name: str = described["name"]
        self.described = described
        self.running = False
        prepare()  # not at the first request, which others wait for
        self._share: dict[str, Any] | None = None
        events: Any = environment.events
        events.request.add_listener(self._request)
        self._forget()

    def start(self, **_what: Any) -> None:
        """Count from now on."""
        self._forget()
        self.running = True

    def wait_ready(self) -> bool:
        """There is nothing to wait for."""
        return True

    def begin(self) -> None:
        """What has been measured is forgotten."""
        self._forget()

    def finish(self) -> None:
        """Count no more; what this process alone can tell of the load."""
        if not self.running:
            return
        self.running = False
        self._until = time.time()
        wall = max(self._until - self._since, 1e-9)
        cpu, delay = (now - then for now, then in zip(_spent(), self._spent, strict=True))
        evidence = Evidence(
            wall=wall,
            worker_cpu=(cpu / wall,),
            worker_delay=(delay / wall,),
            workers_delay=delay,
            completed=self._answered / wall,
            delivered=(self._answered + sum(self._causes.values())) / wall,
        )
        limit = saturation(evidence)
        share = Round(
            0,
            sums={"cpu.workers": cpu},
            details=tuple(
                Detail(outcome, kind, name, count, *self._firsts[outcome, kind, name])
                for (outcome, kind, name), count in self._causes.items()
            ),
            validity=Validity("doubtful", (limit,)) if limit else Validity(),
            pids={"workers": (os.getpid(),)},
            evidence=evidence,
        )
        self._share = dump(share)

    def delta(self) -> dict[str, Any]:
        """What there is to add to what was told before, as plain data."""
        if self.running:
            self._until = time.time()
        share, self._share = self._share, None
        return {
            "tally": self._tally().pack(),
            "since": self._since,
            "until": self._until,
            "had_users": True,
            "share": share,
        }

    def _forget(self) -> None:
        self._since = self._until = time.time()
        self._spent = _spent()
        self._times: dict[str, array[float]] = {}
        self._late: dict[str, array[float]] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._causes: Counter[tuple[str, str, str]] = Counter()
        self._firsts: dict[tuple[str, str, str], tuple[float, str]] = {}
        self._names: set[str] = set()
        self._answered = 0
        self._share = None

    def _request(
        self,
        request_type: str = "",
        name: str = "",
        response_time: float | None = None,
        exception: BaseException | str | None = None,
        **_: Any,
    ) -> None:
        name = self._named(shown_name(f"{request_type} {name}".strip()))  # it may be a URL
        outcome = "ok"
        times = self._times
        if exception:
            outcome = self._failed(name, exception)
            times = self._late
        else:
            self._answered += 1
        self._counts[name, outcome] += 1
        if response_time is not None and outcome != "failed":
            times.setdefault(name, array("d")).append(response_time)

    def _named(self, name: str) -> str:
        """`name`, unless there are too many already: somebody's URLs have a number each."""
        if name not in self._names:
            if len(self._names) >= MOST_NAMES:
                return _OTHERS
            self._names.add(name)
        return name

    def _failed(self, name: str, exception: BaseException | str) -> str:
        """Count what went wrong; the outcome that it means."""
        kind = "error" if isinstance(exception, str) else type(exception).__name__
        outcome = "timeout" if "timeout" in kind.lower() else "failed"
        key = (outcome, kind, name)
        if key in self._causes or len(self._causes) < _MOST_CAUSES:
            self._causes[key] += 1
            if key not in self._firsts:
                text = excerpt(str(exception), _EXAMPLE)
                self._firsts[key] = time.time() - self._since, text
        return outcome

    def _tally(self) -> Tally:
        """What was counted since the last time."""
        times, late, counts = self._times, self._late, self._counts
        self._times, self._late, self._counts = {}, {}, Counter()
        outcomes: dict[str, dict[str, int]] = {}
        for (name, outcome), count in counts.items():
            outcomes.setdefault(name, {})[outcome] = count
        return Tally(
            {
                name: OperationTally(found, Histogram.of(_ns(times.get(name)), _ns(late.get(name))))
                for name, found in outcomes.items()
            }
        )


def _ns(milliseconds: array[float] | None) -> Any:
    return np.round(np.array(milliseconds or (), np.float64) * 1e6).astype(np.int64)


def _spent() -> tuple[float, float]:
    """Seconds that this process has run, and that it has waited for a core."""
    delay = int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9
    return time.process_time(), delay
