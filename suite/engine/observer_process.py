"""The coordinator's side of an observer: started, told of the load, heard; never waited for for long."""

from __future__ import annotations

import time
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import multiprocess

from suite.contract.address import Address
from suite.contract.fault import SYSTEM
from suite.contract.observe import Observe, figure_of
from suite.contract.workload import Workload
from suite.engine.observer import ObserverRequest, figures_wanted, metrics_named, observe
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import ConfigurationError, SystemFailed, WorkerFailed
from suite.measure.observed import Observed, observed
from suite.measure.system_reading import SystemReading
from suite.process.child import Child, start_function
from suite.process.piping import PipeEnd

_STEP_SECONDS = 15.0
_SHOWN = 12


class ObserverProcess:
    """The observer's process and what it has read until now. It may die: then they end there."""

    def __init__(
        self, spec: WorkloadSpec, workload: Workload, directory: Path, cores: frozenset[int] | None
    ) -> None:
        self._workload = workload
        ours, theirs = multiprocess.Pipe()
        self._pipe = PipeEnd(ours)
        self.child: Child = start_function(
            observe, (spec,), log=directory / "observer.log", cores=cores, name="observer", pipe=theirs
        )
        theirs.close()
        self._readings: list[SystemReading] = []
        self.died = False

    def begin(self, address: Address, beside: dict[str, Address]) -> None:
        """Have everything read once.

        Raises ConfigurationError, SystemFailed where no answer comes, and WorkerFailed.
        """
        self._tell(ObserverRequest("begin", address, beside))
        patience = sum(one.timeout for one in self._workload.observe)
        done = self._hear("begin", 4 * patience + _STEP_SECONDS)
        if self.died:
            raise WorkerFailed(f"what the system says could not be read: {self.child.exit_summary()}")
        check_first(self._workload, self._readings)
        if not done:
            late = self._workload.observe[max((one.source + 1 for one in self._readings), default=0) - 1]
            raise SystemFailed(f"observe {late.name}: does not come to an end")

    def run(self, start: int, *, live: bool = False) -> None:
        """Load runs from `start` on. Where it ends nobody knows yet, if it is counted or `live`."""
        loop = self._workload.loop
        seconds = None if live else loop.seconds
        begin = start + round(loop.warmup * 1e9) if seconds else start
        end = begin + round(seconds * 1e9) if seconds else None
        self._tell(ObserverRequest("run", start=start, begin=begin, end=end))

    def tick(self) -> None:
        """Take in what was read."""
        self._hear("", 0.0)

    def end(self) -> None:
        """All operations have ended."""
        self._tell(ObserverRequest("end"))

    def finish(self) -> None:
        """Have everything read once more, after the load."""
        self._tell(ObserverRequest("finish"))
        patience = max(one.timeout for one in self._workload.observe)
        self._hear("finish", 2 * patience + _STEP_SECONDS)

    def window(self) -> Observed:
        """What was read since the last window, which is forgotten but for the last reading of each place."""
        self.tick()
        read = [one for one in self._readings if one.found is not None]
        self._readings = list({one.source: one for one in read}.values())
        if not read:
            return Observed()
        begin, end = min(one.at for one in read), max(one.at for one in read)
        return observed(self._workload.observe, read, begin, end, wanted=figures_wanted(self._workload))

    def measured(self, begin: int, end: int, sent: tuple[int, int] | None) -> Observed:
        """All that was read, with what users `sent` until they had closed, if that is known."""
        return observed(
            self._workload.observe,
            self._readings,
            begin,
            end,
            wanted=figures_wanted(self._workload),
            sent=sent,
            killed=any(one.fault.kills and one.fault.party == SYSTEM for one in self._workload.faults),
        )

    def dismiss(self) -> None:
        """Let it end by itself; nothing more is heard of it."""
        self._pipe.close()

    def stop(self) -> None:
        """End it, whatever it does."""
        self.dismiss()
        self.child.stop(grace=0.5)

    def _tell(self, order: ObserverRequest) -> None:
        try:
            self._pipe.send(order, _STEP_SECONDS)
        except OSError:
            self.died = True

    def _hear(self, step: str, seconds: float) -> bool:
        """Take in readings until `step` is done, at most for so long; whether it is."""
        end = time.monotonic() + seconds
        try:
            while not self.died and self._pipe.poll(max(end - time.monotonic(), 0.0)):
                told: SystemReading | str = self._pipe.receive()
                if isinstance(told, SystemReading):
                    self._readings.append(told)
                elif told == step:
                    return True
        except EOFError:
            self.died = True
        return False


def check_first(workload: Workload, readings: Sequence[SystemReading]) -> None:
    """Raise for a place that can't be read, and for a figure that the workload names and nobody says.

    ConfigurationError, or SystemFailed where no answer came in time.
    """
    sources = workload.observe
    for reading in readings:
        if reading.failure:
            told = f"observe {sources[reading.source].name}: {reading.detail}"
            raise SystemFailed(told) if reading.failure == "timeout" else ConfigurationError(told)
    known: set[str] = set()
    for reading in readings:
        assert reading.found is not None
        known |= reading.found.names
        source = sources[reading.source]
        if source.requests and reading.found.requests is None:
            raise ConfigurationError(_absent(source, source.requests, reading.found.names))
        labels = reading.found.labels
        if labels and (unknown := sorted(source.labels.keys() - labels)):
            raise ConfigurationError(
                f"observe {source.name}: {source.requests} has no label {', '.join(unknown)}; "
                f"there are {', '.join(sorted(labels))}"
            )
    _check_apart(sources, readings)
    for metric in metrics_named(workload):
        if not known.intersection(figures := figure_of(metric)):
            raise ConfigurationError(_absent(sources[0], figures[0], known))


def _check_apart(sources: Sequence[Observe], readings: Sequence[SystemReading]) -> None:
    """Raise ConfigurationError for a figure that two places say: its metrics would be of either."""
    said: dict[str, int] = {}
    for reading in readings:
        for name in reading.found.values if reading.found else ():
            other = said.setdefault(name, reading.source)
            if other != reading.source:
                places = f"{sources[other].name} and {sources[reading.source].name}"
                raise ConfigurationError(f"observe: {places} both say {name}; leave it out of one with only=")


def _absent(source: Observe, name: str, known: set[str] | frozenset[str]) -> str:
    """That there is no figure `name`, and which there are, the most alike first."""
    alike = get_close_matches(name, known, n=_SHOWN, cutoff=0.3)
    shown = list(dict.fromkeys([*alike, *sorted(known)]))[:_SHOWN]
    more = f" and {len(known) - len(shown)} more" if len(known) > len(shown) else ""
    return f"observe {source.name}: there is no {name}; there are {', '.join(shown)}{more}"
