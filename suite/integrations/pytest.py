"""pytest's plug-in: a `load` fixture that runs workloads inside tests, markers, options, what the end says.

Every start of pytest imports this file where Loadledger is installed: what is dear comes with the first load.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from suite.integrations._pytest.load import LoadFixture

_MARKERS = {"load": "measures a system under load", "slow": "takes long"}
_GROUP = "loadledger"
"""Tests with a load are for one worker of xdist (--dist loadgroup)."""
_LINE = "load "
"""What properties begin with that have a load's line for the end of the session."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """All begin with --suite."""
    group = parser.getgroup("loadledger", "load tests (loadledger)")
    add = group.addoption
    add("--suite-rounds", type=int, metavar="N", help="rounds of each load, over what tests say")
    add("--suite-quick", action="store_true", help="one short round of each load")
    add("--suite-users", type=int, metavar="N", help="virtual users of each load")
    add("--suite-seconds", metavar="TIME", help="length of each load's measured part, e.g. 5min")
    add("--suite-set", action="append", metavar="NAME=VALUE", help="a parameter of system or workload")
    add("--suite-target", metavar="URL", help="load this running system instead")
    add("--suite-yes", action="store_true", help="it may be loaded, though it is on another machine")
    add("--suite-results", metavar="FOLDER", help="folder of ledger.db and runs/ [results]")
    add("--suite-ledger", metavar="PLACE", help="database of results: a file or a URL [RESULTS/ledger.db]")
    add("--suite-config", metavar="FILE", help="loadledger.toml, or pyproject.toml's table")
    add("--suite-compare", metavar="BASE", help="judge what was measured against this commit, as suite gate")
    add(
        "--suite-on-invalid",
        choices=("fail", "skip", "warn"),
        help="what becomes of a test whose numbers can't be believed [fail]",
    )
    parser.addini("suite_on_invalid", "as --suite-on-invalid", default="fail")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Markers that the project has not itself; the fixture, which with pytest-benchmark is one of its too."""
    known = {line.partition(":")[0].partition("(")[0].strip() for line in config.getini("markers")}
    for name, meaning in _MARKERS.items():
        if name not in known:
            config.addinivalue_line("markers", f"{name}: {meaning}")
    if config.pluginmanager.hasplugin("benchmark"):
        config.pluginmanager.register(_BesideBenchmarks(), "loadledger-fixture")
    else:
        config.pluginmanager.register(_Alone(), "loadledger-fixture")
    config.pluginmanager.register(_LoadSession(config), "loadledger-session")


class _Alone:
    @pytest.fixture
    def load(self, request: pytest.FixtureRequest) -> LoadFixture:
        """Run a workload, or an operation, under load inside a test: `load("load_shop.py::shop/browse")`."""
        return _load(request)


class _BesideBenchmarks:
    @pytest.fixture
    def load(self, request: pytest.FixtureRequest, benchmark: Any) -> Iterable[LoadFixture]:
        """Run a workload, or an operation, under load inside a test: `load("load_shop.py::shop/browse")`."""
        found = _load(request, benchmark)
        yield found
        if not found.used:
            benchmark.skipped = True  # or else it would complain that nobody used it


def _load(request: pytest.FixtureRequest, benchmark: Any = None) -> LoadFixture:
    from suite.integrations._pytest.load import LoadFixture

    return LoadFixture(request, benchmark)


def pytest_itemcollected(item: pytest.Item) -> None:
    """A test with a load carries the marker, is of one group for xdist, and is run again if invalid only."""
    if not _has_load(item):
        return
    plugins = item.config.pluginmanager
    if item.get_closest_marker("load") is None:
        item.add_marker("load")
    if plugins.hasplugin("xdist") or hasattr(item.config, "workerinput"):
        item.add_marker(pytest.mark.xdist_group(_GROUP))
    if plugins.hasplugin("rerunfailures"):
        from suite.integrations._pytest.reruns import only_invalid

        only_invalid(item)


def _has_load(item: pytest.Item) -> bool:
    """Whether it uses our fixture, and not one of the project's own with the same name."""
    if "load" not in getattr(item, "fixturenames", ()):
        return False
    known: Any = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {}).get("load")
    return bool(known) and known[-1].func.__module__ == __name__


class _LoadSession:
    """What is said of all loads together at the end; under xdist its controller has one that hears of all."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._measured: list[tuple[str, str]] = []
        self._compared: tuple[int, str] | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Hear of a load."""
        if report.when == "call":
            self._measured += [
                (name.removeprefix(_LINE), str(said))
                for name, said in report.user_properties
                if name.startswith(_LINE)
            ]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Judge all that was measured against --suite-compare; a regression fails the session."""
        base = self._config.getoption("suite_compare")
        if not base or not self._measured or hasattr(self._config, "workerinput"):
            return
        from suite.integrations._pytest.compared import compared

        found = compared(self._config, base, [name for name, _ in self._measured])
        self._compared = found
        if found[0] and session.exitstatus in (
            pytest.ExitCode.OK,
            pytest.ExitCode.NO_TESTS_COLLECTED,
        ):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """A line per load; the comparison."""
        if not self._measured:
            return
        terminalreporter.section("load")
        longest = max(len(name) for name, _ in self._measured)
        for name, said in self._measured:
            terminalreporter.line(f"{name:<{longest}}  {said}")
        workers = self._config.getoption("numprocesses", None)
        if workers:
            terminalreporter.line(
                f"Loads took turns: -n {workers} multiplies none. Other tests ran beside them: "
                "for figures to keep, pytest -m load."
            )
        if self._compared is not None:
            terminalreporter.section(f"load against {self._config.getoption('suite_compare')}")
            code, said = self._compared
            terminalreporter.write(said)
            if code:
                terminalreporter.line(f"The session fails for it: suite gate ended with {code}.", red=True)
