"""The `load` fixture: what a test calls, and what it gets."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest

from suite.contract.system import System
from suite.contract.workload import Workload
from suite.errors import ConfigurationError, SuiteError
from suite.formats.envelope import read_document
from suite.integrations._pytest.benchmarks import tell
from suite.integrations._pytest.errand import FAULT, RUN, TABLE, Errand, measure
from suite.integrations._pytest.given import asked_for, checked, on_invalid, place_of
from suite.integrations._pytest.operations import workload_of
from suite.integrations._pytest.verdicts import InvalidLoad
from suite.ledger.entry import HEADLINES
from suite.measure.instruments import instruments
from suite.process.child import Child, start_function
from suite.process.identity import lasting_identity
from suite.process.pickled import PickledWorkload
from suite.process.redaction import redacted
from suite.process.scratch import scratch_directory
from suite.records.run import Run
from suite.report.documents.brief import brief_line, why

_POLL = 0.05
_GRACE = 20.0
"""Seconds that a load has to end and clean up when its test is broken off."""
_WIDTHS = 60, 110


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load came to: the Run, and its metrics by name in base units."""

    run: Run

    def __getitem__(self, metric: str) -> float:
        """The value of a metric; the test fails where it has none, and says why."""
        measured = self.run.metrics.get(metric)
        if measured is None:
            known = ", ".join(sorted(self.run.metrics))
            pytest.fail(f"{self.run.workload} has no metric {metric}; it has: {known}", pytrace=False)
        if measured.value is None:
            pytest.fail(f"{self.run.workload}: {metric} has no value: {measured.note}", pytrace=False)
        return measured.value


class LoadFixture:
    """Runs a load in a process of its own, keeps it in the ledger, and fails the test where it fails.

    Loads of one session take turns, whatever the workers of xdist. `used` if there was one in this test.
    """

    def __init__(self, request: pytest.FixtureRequest, benchmark: Any = None) -> None:
        self._item: pytest.Item = request.node
        self._config = request.config
        folder: Path = request.getfixturevalue("tmp_path_factory").getbasetemp()
        self._lock = (folder.parent if hasattr(request.config, "workerinput") else folder) / "load.lock"
        self._benchmark = benchmark
        self.used = False

    def __call__(
        self,
        what: str | Workload | Callable[..., Any],
        /,
        *,
        name: str | None = None,
        system: System | str | None = None,
        **how: Any,
    ) -> Loaded:
        """Measure `what`, and judge it: a workload in a file ("load_shop.py::shop/browse"), by its name or as
        an object; or a function, which may be async, under a `name` and on a `system` if it has one.

        `how` are rounds, quick, users, operations, each, seconds, rate, target, workers, seed, values and
        thresholds, as `suite run` and the configuration file have them; a threshold may be just its critical
        level: thresholds={"response.p95": "500ms"}.

        The test fails where a critical threshold or a check does, and where nothing can be believed
        (--suite-on-invalid), with the table for its message.
        """
        __tracebackhide__ = True  # or else a test that is broken off here shows `how` as it was given
        steps = self._steps(what, name, system, how)
        try:
            while True:
                next(steps)
                time.sleep(_POLL)
        except StopIteration as end:
            found: Loaded = end.value
            return found
        finally:
            steps.close()

    async def aio(
        self,
        what: str | Workload | Callable[..., Any],
        /,
        *,
        name: str | None = None,
        system: System | str | None = None,
        **how: Any,
    ) -> Loaded:
        """The same for an async test, whose event loop goes on meanwhile: a server in it answers."""
        __tracebackhide__ = True
        steps = self._steps(what, name, system, how)
        try:
            while True:
                next(steps)
                await asyncio.sleep(_POLL)
        except StopIteration as end:
            found: Loaded = end.value
            return found
        finally:
            steps.close()

    def _steps(
        self,
        what: str | Workload | Callable[..., Any],
        name: str | None,
        system: System | str | None,
        how: dict[str, Any],
    ) -> Generator[None, None, Loaded]:
        """All of a load, with a pause wherever it has to wait; whoever leaves it ends what was started."""
        __tracebackhide__ = True
        try:
            errand = self._errand(what, name, system, how)
        except SuiteError as error:
            self._fail(str(error))
        with open(self._lock, "a") as turn, scratch_directory() as folder, lasting_identity(folder):
            while not _taken(turn):
                yield
            child = start_function(measure, (errand, str(folder)), log=folder / "log", name="the load")
            try:
                while child.running():
                    yield
            finally:
                child.stop(_GRACE)
            return self._outcome(child, folder)

    def _errand(
        self,
        what: str | Workload | Callable[..., Any],
        name: str | None,
        system: System | str | None,
        how: dict[str, Any],
    ) -> Errand:
        """Raises ConfigurationError."""
        option = self._config.getoption
        workload = what if isinstance(what, Workload) else None
        if callable(what):
            checked(how)
            loop = {one: how.pop(one, None) for one in ("users", "operations", "each", "seconds", "rate")}
            workload = workload_of(what, name or self._item.nodeid.replace(" ", "-"), system, **loop)
        elif not isinstance(what, str | Workload):
            raise ConfigurationError(
                f'load takes "load_shop.py::shop/browse", a Workload or a function, not {what!r}'
            )
        elif name is not None or system is not None:
            raise ConfigurationError("name= and system= are for a function: a workload has its own")
        results, config = option("suite_results"), option("suite_config")
        width = min(max(shutil.get_terminal_size().columns, _WIDTHS[0]), _WIDTHS[1])
        return Errand(
            target=place_of(what, self._item) if isinstance(what, str) else "",
            packed=None if workload is None else self._packed(workload),
            given=asked_for(how, self._config),
            cwd=self._config.rootpath,
            results=Path(results) if results else None,
            ledger=option("suite_ledger"),
            config=Path(config) if config else None,
            width=width,
            instruments=instruments(),
            yes=bool(option("suite_yes")),
        )

    def _packed(self, workload: Workload) -> PickledWorkload:
        try:
            return PickledWorkload.pack(workload)
        except Exception as error:  # noqa: BLE001 - whatever its parts raise when they are asked to travel
            self._fail(
                f"{workload.name} can't travel to the process that measures it: {type(error).__name__}: "
                f"{error}; name what it needs by value, or put it into a load file"
            )

    def _outcome(self, child: Child, folder: Path) -> Loaded:
        """What the test gets. Fails or skips it."""
        fault, table = _text(folder / FAULT), _text(folder / TABLE)
        if not (folder / RUN).exists():
            self._fail(fault or child.exit_summary())
        (run,) = (one for one in read_document(folder / RUN).records if isinstance(one, Run))
        self._tell(run)
        said = "\n".join([*why(run), "", table.rstrip(), *fault.splitlines()])
        policy = on_invalid(self._config) if run.exit_code == 3 else "fail"
        believed = run.validity.verdict != "invalid" or run.error is not None
        if fault or (run.exit_code and policy != "warn" and believed):
            self._fail(said)
        if run.exit_code == 3 and policy == "fail":
            raise InvalidLoad(said, pytrace=False)
        if run.exit_code == 3 and policy == "skip":
            pytest.skip(f"{run.workload}: {'; '.join(why(run))}")
        self._item.add_report_section("call", "load", table)
        if self._benchmark is not None and not self.used:
            tell(self._benchmark, run)
        self.used = True
        return Loaded(run)

    def _tell(self, run: Run) -> None:
        """Into the report, as record_property does; the end of the session has its line from there."""
        properties = self._item.user_properties
        properties.append((f"load {run.workload}", brief_line(run)))
        properties.append((f"{run.workload} id", run.id))
        for metric in HEADLINES:
            measured = run.metrics.get(metric)
            if measured is not None and measured.value is not None:
                properties.append((f"{run.workload} {metric}", measured.value))

    def _fail(self, text: str) -> NoReturn:
        """Without what raised it, which quotes what was given."""
        raise pytest.fail.Exception(redacted(text, os.environ), pytrace=False) from None


def _taken(turn: Any) -> bool:
    """Whether it is our turn now; it stays ours until the file is closed."""
    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
