"""The process that reads what a system says of itself, beside the load and in nobody's way."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from inspect import isawaitable
from itertools import compress
from multiprocessing.connection import Connection
from typing import Any, Literal

from suite.contract.address import Address
from suite.contract.observe import OBSERVED, Observe, figure_of
from suite.contract.system import System
from suite.contract.workload import Workload
from suite.engine.scrape import Unanswered, fetched
from suite.engine.workload_spec import WorkloadSpec
from suite.measure.exposition import Exposition, Unreadable, exposed, from_mapping
from suite.measure.system_reading import SystemReading, When
from suite.process.background import Background

_WINDOW = 1_000_000_000
_SHORTEST, _FEWEST = 100_000_000, 5
"""A short round has so many windows, unless they were too short."""
_NICE = 10
"""Who makes the load comes first."""
_SETTLING_SECONDS, _PAUSE = 2.0, 0.05


@dataclass(frozen=True, slots=True)
class ObserverRequest:
    """What the coordinator tells the observer: where all is, or when the load begins, or to end.

    Times are monotonic nanoseconds: of the start, and of the measured part, whose end may not be known.
    """

    step: Literal["begin", "run", "end", "finish"]
    address: Address | None = None
    beside: dict[str, Address] | None = None
    start: int = 0
    begin: int = 0
    end: int | None = None


def metrics_named(workload: Workload) -> list[str]:
    """The metrics `observed.…` that a workload names in its thresholds, or as its own."""
    named = [one.metric for one in workload.thresholds] + [one.name for one in workload.metrics]
    return [name for name in dict.fromkeys(named) if name.startswith(OBSERVED)]


def figures_wanted(workload: Workload) -> frozenset[str]:
    """The figures that these are made of."""
    return frozenset(figure for name in metrics_named(workload) for figure in figure_of(name))


def observe(pipe: Connection, spec: WorkloadSpec) -> None:
    """Body of the observer's process: sends each SystemReading as it is made, and each step that is done."""
    os.nice(_NICE)
    with contextlib.suppress(EOFError, BrokenPipeError):
        observer = _Observer(pipe, spec.workload())
        while True:
            order: ObserverRequest = pipe.recv()
            if order.step == "begin":
                observer.begin(order)
            elif order.step == "run":
                observer.run(order)
            elif order.step == "end":
                observer.end()
            else:
                observer.finish()
            observer.send(order.step)


class _Observer:
    def __init__(self, pipe: Connection, workload: Workload) -> None:
        self._pipe = pipe
        self._workload = workload
        self._sending = threading.Lock()
        self._ended = threading.Event()
        self._sources: list[_Source] = []
        self._beside: list[Background[None]] = []

    def send(self, what: SystemReading | str) -> None:
        with self._sending:
            self._pipe.send(what)

    def begin(self, order: ObserverRequest) -> None:
        """Every source once; then, while nothing else asks, what a reading of each does to the counters."""
        system, wanted = self._workload.system, figures_wanted(self._workload)
        assert order.address is not None
        system.attach(order.address, order.beside or {})
        self._sources = [
            _Source(index, one, system, wanted) for index, one in enumerate(self._workload.observe)
        ]
        first = [self._read(source, "before") for source in self._sources]
        if any(reading.failure for reading in first):
            return
        for counting in self._counting():
            for other in (counting, counting, *self._sources):
                if other is not counting:
                    self._read(other, "before")
                self._read(counting, "before")

    def run(self, order: ObserverRequest) -> None:
        self._beside = [Background(partial(self._windows, source, order)) for source in self._sources]

    def end(self) -> None:
        """Nothing is started any more: where that was not foreseen, this is the moment for a reading."""
        self._ended.set()

    def finish(self) -> None:
        """Once more each, and those that count requests until all of them are counted."""
        self._ended.set()
        end = time.monotonic() + max(source.timeout for source in self._sources) + 1.0
        ended = [reading.wait(max(end - time.monotonic(), 0.0)) for reading in self._beside]
        free = list(compress(self._sources, ended))
        for source in free:
            self._read(source, "after")
        for source in self._counting():
            if source in free:
                self._settle(source)

    def _counting(self) -> Iterator[_Source]:
        return (source for source in self._sources if source.observe.requests)

    def _settle(self, source: _Source) -> None:
        """Read until three answers in a row are equally far apart: only our own readings are counted then."""
        end = time.monotonic() + _SETTLING_SECONDS
        seen: list[float] = []
        while time.monotonic() < end:
            found = self._read(source, "after").found
            if found is None or found.requests is None:
                return
            seen.append(found.requests)
            if len(seen) > 2 and seen[-1] - seen[-2] == seen[-2] - seen[-3]:
                return
            time.sleep(_PAUSE)

    def _windows(self, source: _Source, order: ObserverRequest) -> None:
        for moment in moments(order.start, order.begin, order.end):
            now = time.monotonic_ns()
            if now > moment + _WINDOW:
                self.send(SystemReading(source.index, "beside", moment, moment, failure="still waiting"))
                continue
            ended = self._ended.wait(max(moment - now, 0) / 1e9)
            if not ended or order.end is None:
                self._read(source, "beside")
            if ended:
                return

    def _read(self, source: _Source, when: When) -> SystemReading:
        reading = source.read(when)
        self.send(reading)
        return reading


def moments(start: int, begin: int, end: int | None) -> Iterator[int]:
    """When to read: every window before and after `begin`, and at the end if that is known."""
    window = _WINDOW if end is None else min(_WINDOW, max((end - begin) // _FEWEST, _SHORTEST))
    moment = begin - (begin - start) // window * window
    while end is None or moment < end:
        yield moment
        moment += window
    yield end


class _Source:
    """One place to read at."""

    def __init__(self, index: int, observe: Observe, system: System, wanted: Collection[str]) -> None:
        self.index = index
        self.observe = observe
        self.timeout = observe.timeout
        self._wanted = wanted
        source: Any = observe.source
        self._look: Callable[[], Exposition]
        if callable(source):
            self._look = lambda: from_mapping(_value(source(system), self.timeout), observe, wanted)
        else:
            self._url = source if source.startswith("http") else system.url + source
            self._look = self._fetched

    def read(self, when: When) -> SystemReading:
        asked = time.monotonic_ns()
        found: Exposition | None = None
        failure = detail = ""
        try:
            found = self._look()
        except Unanswered as error:
            failure, detail = error.kind, str(error)
        except Unreadable as error:
            failure, detail = "unreadable", str(error)
        except Exception as error:  # a function of the user's
            failure, detail = type(error).__name__, f"raises {type(error).__name__}: {error}"
        if found is not None and when != "before":  # they are many, and known by then
            found = replace(found, names=frozenset())
        return SystemReading(self.index, when, asked, time.monotonic_ns(), found, failure, detail)

    def _fetched(self) -> Exposition:
        body, self._url = fetched(self._url, self.timeout)
        return exposed(body, self.observe, self._wanted)


def _value(given: Any, seconds: float) -> Any:
    """What a function gave, awaited if it must be."""
    if not isawaitable(given):
        return given

    async def awaited() -> Any:
        async with asyncio.timeout(seconds):
            return await given

    return asyncio.run(awaited())
