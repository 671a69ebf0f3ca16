"""Load for hours on one system, window by window; goes on where it was cut off."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

from suite.config.catalog import Reference, reference_to
from suite.config.configured import configured, startable
from suite.config.settings import Settings
from suite.contract.loop import OpenLoop, not_replayed
from suite.contract.workload import Workload
from suite.engine.coordinator import described
from suite.engine.live_measurement import LiveMeasurement
from suite.engine.live_round import LiveRound, live_round
from suite.engine.progress import Progress, Silent
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import ConfigurationError, CutShort, SuiteError, SystemFailed
from suite.measure.record_origin import RecordOrigin
from suite.measure.room import disk_left, memory_left
from suite.measure.tally import OperationTally, Tally
from suite.process.guard import interruptible
from suite.records.classes import machine_class
from suite.records.detail import Detail
from suite.records.run import Failure
from suite.records.soak import Soak, SoakWindow, WindowOperation
from suite.soak.limits import check_limits
from suite.soak.looks import Looks
from suite.soak.plan import SoakLength
from suite.soak.steering import steering
from suite.soak.summary import summed_up

_TAKE_SECONDS = 0.25
_LOOKS = 10
"""So often in a window is looked at what the parties hold, but not more than once a second."""
_ENDS = ("operations", "each", "warmup")
"""What a loop says of its end, and of its own warm-up."""
_NO_LIMITS: Mapping[str, float] = MappingProxyType({})


def cycle_of(workload: Workload, settings: Settings) -> float:
    """Seconds after which a ramp, or stages, come again; 0.0 for a load that is always the same."""
    loop = configured(workload, settings).loop
    not_replayed(loop, "suite soak")
    return loop.seconds if isinstance(loop, OpenLoop) and loop.arrivals in ("ramp", "stages") else 0.0


def soak_head(workload: Workload, settings: Settings, length: SoakLength) -> Soak:
    """What a soak is before it has any window. Raises ConfigurationError for one that can't be started."""
    actual = startable(workload, settings)
    cycle = cycle_of(workload, settings)
    plan = {name: value for name, value in described(actual, settings, []).items() if name not in _ENDS}
    plan |= {"seconds": length.seconds} | ({"cycle": cycle} if cycle else {})
    return Soak(
        **RecordOrigin().fields(),
        workload=actual.name,
        plan=json.loads(json.dumps(plan, default=str)),  # to compare it with one that was read
        seconds=length.seconds,
        window=length.window,
        warmup=length.warmup,
    )


def check_same(before: Soak, now: Soak) -> None:
    """Raise ConfigurationError, with all faults, unless what began as `before` goes on as `now`."""
    names = {**before.plan, **now.plan}
    faults = [
        f"{name} was {_said(before.plan.get(name))} and would be {_said(now.plan.get(name))}"
        for name in names
        if before.plan.get(name) != now.plan.get(name)
    ]
    if (before.window, before.warmup) != (now.window, now.warmup):
        faults.append(
            f"it has windows of {before.window:g} s after {before.warmup:g} s of warm-up, "
            f"and not of {now.window:g} s after {now.warmup:g} s"
        )
    if before.commit != now.commit:
        faults.append(f"it began at commit {_said(before.commit)}, and this is {_said(now.commit)}")
    if machine_class(before.environment) != machine_class(now.environment):
        faults.append("it began on another class of machine")
    if faults:
        raise ConfigurationError.of(
            f"--resume: {fault}; go on as it began, or begin anew without --resume" for fault in faults
        )


class SoakRun:
    """A soak as its `head` says, from the `windows` on that are there.

    `limits` are what metrics must not get to, beside thresholds. `keep` is told each window as it ends, and
    has added it to `windows` when it returns.
    """

    def __init__(
        self,
        workload: Workload,
        settings: Settings,
        head: Soak,
        windows: Sequence[SoakWindow],
        *,
        keep: Callable[[SoakWindow], None],
        reference: Reference | None = None,
        limits: Mapping[str, float] = _NO_LIMITS,
        progress: Progress | None = None,
    ) -> None:
        self._workload = startable(workload, settings)
        self._spec = WorkloadSpec(reference or reference_to(workload), settings.merged(rounds=1))
        self._head = head
        self._windows = windows
        self._keep = keep
        self._limits = limits
        self._progress = progress or Silent()
        self._under_load = False

    def run(self) -> Soak:
        """All windows that are missing. Call it from the main thread.

        Raises CutShort for what ends it early, and ConfigurationError.
        """
        check_limits(self._limits, self._workload)
        try:
            with interruptible():
                if self._missing():
                    with live_round(self._spec, self._progress) as running:
                        self._segment(running)
        except ConfigurationError:
            raise
        except SuiteError as error:
            died = isinstance(error, SystemFailed) and self._under_load
            failure = Failure("system", str(error)) if died else None
            raise CutShort(error, self._summed_up(partial=True, error=failure)) from error
        return self._summed_up()

    def _missing(self) -> int:
        return self._head.wanted - sum(not window.warming for window in self._windows)

    def _summed_up(self, *, partial: bool = False, error: Failure | None = None) -> Soak:
        return summed_up(
            self._head, self._windows, self._workload, limits=self._limits, partial=partial, error=error
        )

    def _segment(self, running: LiveRound) -> None:
        """Windows of one live round until none is missing."""
        number = self._windows[-1].segment + 1 if self._windows else 0
        self._under_load = True
        user_load, measurement, looks = steering(running), LiveMeasurement(running), Looks(running)
        warming, told = self._head.warmup > 0, tuple[Detail, ...]()
        while True:
            length = self._head.warmup if warming else self._head.window
            started = datetime.now(UTC).isoformat(timespec="milliseconds")
            tally = self._loaded(running, measurement, looks, user_load.tick, length)
            begin, end = measurement.window
            validity = measurement.judged()
            before = self._windows[-1] if self._windows else None
            earlier, told = told, tuple(measurement.news())
            window = SoakWindow(
                index=len(self._windows),
                segment=number,
                started=started,
                begin=before.begin + before.seconds if before else 0.0,
                seconds=(end - begin) / 1e9,
                warming=warming,
                operations=_operations(tally.started),
                beside=_operations(tally.beside),
                parties=looks.take(),
                observed=_observed(running),
                memory_left=memory_left(),
                disk_left=disk_left(running.directory),
                validity=validity,
                details=told if told != earlier else (),
            )
            self._keep(window)
            warming = False
            if not self._missing():
                running.stop()
                return

    def _loaded(
        self,
        running: LiveRound,
        measurement: LiveMeasurement,
        looks: Looks,
        steer: Callable[[int], None],
        seconds: float,
    ) -> Tally:
        """Let load run so long; what ended meanwhile."""
        start = time.monotonic()
        every = max(seconds / _LOOKS, 1.0)
        look, parts, count = start + every, list[Tally](), 0
        while (left := start + seconds - time.monotonic()) > 0:
            time.sleep(min(left, _TAKE_SECONDS))
            part = measurement.take()
            if any(one.outcomes.keys() - {"ok"} for one in (*part.started.values(), *part.beside.values())):
                running.ask_for_news()
            ended = sum(sum(one.outcomes.values()) for one in part.started.values())
            steer(ended)
            parts, count = [Tally.merged([*parts, part])], count + ended
            if time.monotonic() >= look:
                look += every
                looks.look()
            self._progress.tick(time.monotonic() - start, seconds, count)
        return Tally.merged(parts)


def _operations(operations: Mapping[str, OperationTally]) -> dict[str, WindowOperation]:
    return {
        name: WindowOperation(
            one.outcomes, one.response.encode(), None if one.service is None else one.service.encode()
        )
        for name, one in operations.items()
    }


def _observed(running: LiveRound) -> dict[str, float]:
    if running.observer is None:
        return {}
    return {name: value for name, value in running.observer.window().metrics.items() if value is not None}


def _said(value: object) -> str:
    return "not given" if value is None else f"{value}"
