"""pytest's plug-in, in sessions of its own whose loads are played."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from support.processes import wait_for
from support.runs import make_run, validity_of

from suite import closed_loop, open_loop
from suite.config.paths import Places
from suite.errors import ConfigurationError
from suite.formats.document import write_document
from suite.formats.envelope import entry, envelope
from suite.integrations._pytest import load as load_module
from suite.integrations._pytest.errand import FAULT, RUN, TABLE, _keep
from suite.integrations._pytest.operations import workload_of
from suite.ledger.journal import Journal
from suite.ledger.left_behind import bring_in
from suite.ledger.store import Ledger
from suite.measure.instruments import instruments
from suite.records.run import CheckResult, Judgement

pytest_plugins = ["pytester"]

MISSED = Judgement("response.p95", "critical", 0.001, 0.0036, passed=False)
PLUGIN = "suite.integrations.pytest"
ONE = """
def test_one(load):
    found = load("load_shop.py::shop/browse", users=3, thresholds={"response.p95": "5ms"})
    assert found["throughput"] == 300
"""


class Played:
    """What plays a load: it is over at once, and left the Run that it is told to."""

    pid = 1

    def __init__(self):
        self.runs, self.errands, self.fault = [make_run(workload="shop/browse")], [], ""

    def __call__(self, _function, arguments, *, log, name):
        errand, folder = arguments[0], Path(arguments[1])
        self.errands.append(errand)
        if self.fault:
            (folder / FAULT).write_text(self.fault)
        else:
            run = self.runs.pop(0) if len(self.runs) > 1 else self.runs[0]
            write_document(folder / RUN, envelope("run", [entry(run)], exit_code=run.exit_code))
            (folder / TABLE).write_text(f"the table of {run.workload}\n")
        return self

    def running(self):
        return False

    def stop(self, _grace):
        pass

    def exit_summary(self):
        return "the load was killed by SIGKILL"


@pytest.fixture
def played(monkeypatch):
    found = Played()
    monkeypatch.setattr(load_module, "start_function", found)
    return found


@pytest.fixture
def session(pytester, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("GITHUB_ACTIONS", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    pytester.path.joinpath("load_shop.py").touch()

    def go(source, *words):
        pytester.makepyfile(source)
        ours = "-W", "ignore::pytest.PytestAssertRewriteWarning"  # it is a plug-in of these tests too
        return pytester.runpytest_inprocess("-p", PLUGIN, "-W", "error", *ours, *words)

    return go


def test_the_entry_point_is_declared():
    declared = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert declared["project"]["entry-points"]["pytest11"] == {"loadledger": PLUGIN}


def test_a_load_that_passes_has_its_line_and_its_properties(session, played, pytester):
    found = session(ONE, "--junitxml", "junit.xml", "--suite-rounds", "2", "--suite-set", "size=7")
    found.assert_outcomes(passed=1)
    found.stdout.fnmatch_lines(
        ["*= load =*", "shop/browse  passed  300 /s, p50 1.9 ms, p95 3.6 ms, p99 4.23 ms"]
    )
    (errand,) = played.errands
    assert not errand.yes
    assert (errand.given.users, errand.given.rounds, errand.given.values) == (3, 2, {"size": "7"})
    assert errand.given.thresholds == {"response.p95": {"critical": "5ms"}}
    assert errand.target == f"{pytester.path}/load_shop.py::shop/browse"
    assert errand.cwd == pytester.path
    said = (pytester.path / "junit.xml").read_text()
    assert 'name="shop/browse response.p95" value="0.0036' in said


def test_what_failed_is_told_by_its_table_and_no_traceback(session, played):
    played.runs = [
        make_run(workload="shop/browse", thresholds=(MISSED,), checks=(CheckResult("all", False, "7 of 8"),))
    ]
    found = session(ONE)
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(
        [
            "shop/browse: check all: 7 of 8",
            "shop/browse: threshold response.p95: 3.6 ms instead of 1 ms",
            "the table of shop/browse",
        ]
    )
    found.stdout.no_fnmatch_line("*Traceback*")
    found.stdout.no_fnmatch_line("*_pytest/load.py*")


@pytest.mark.parametrize("call", ["load", "await load.aio"])
def test_a_load_that_is_broken_off_shows_nothing_of_what_it_was_given(session, monkeypatch, played, call):
    def broken_off():
        pytest.fail("Timeout (>1.0s)")

    monkeypatch.setattr(played, "running", broken_off)
    monkeypatch.setenv("THEIRS", "Zq7vK2mXw9Lp4T")
    test = f"""
import asyncio
import os

async def load_it(load):
    {call}("load_shop.py::shop/browse", values={{"password": os.environ["THEIRS"]}})

def test_one(load):
    asyncio.run(load_it(load))
"""
    found = session(test, "-l", "--tb=long", "--junitxml", "junit.xml")
    found.assert_outcomes(failed=1)
    said = Path("junit.xml").read_text() + found.stdout.str()
    assert "Timeout (>1.0s)" in said
    assert "Zq7vK2mXw9Lp4T" not in said


@pytest.mark.parametrize(
    "call",
    [
        'load("load_shop.py::shop/browse", values="password=" + os.environ["THEIRS"])',
        'load(lambda: kept, name="own/nap")',
    ],
)
def test_what_a_load_can_not_take_is_told_without_its_secrets(session, monkeypatch, played, call):
    monkeypatch.setenv("THEIRS", "Zq7vK2mXw9Lp4T")
    test = f"""
import os

def test_one(load):
    class Kept:
        def __reduce__(self):
            raise TypeError("no pickle of password=" + os.environ["THEIRS"])
    kept = Kept()
    {call}
"""
    found = session(test, "-l", "--tb=long", "--junitxml", "junit.xml")
    found.assert_outcomes(failed=1)
    said = Path("junit.xml").read_text() + found.stdout.str()
    assert "no pickle of password=***" in said or "load(values=...)" in said
    assert "Zq7vK2mXw9Lp4T" not in said


@pytest.mark.parametrize(("policy", "outcome"), [("fail", "failed"), ("skip", "skipped"), ("warn", "passed")])
def test_what_can_not_be_believed(session, played, policy, outcome):
    played.runs = [
        make_run(workload="shop/browse", validity=validity_of("invalid", "the generator was late"))
    ]
    found = session(ONE, "--suite-on-invalid", policy, "-rs")
    found.assert_outcomes(**{outcome: 1})
    if policy != "warn":
        found.stdout.fnmatch_lines(["*shop/browse can't be believed: the generator was late*"])


def test_what_can_be_believed_and_not_judged_is_no_skip(session, played):
    unjudged = Judgement("response.p999", "critical", 0.001, None, passed=None)
    played.runs = [make_run(workload="shop/browse", thresholds=(unjudged,))]
    found = session(ONE, "--suite-on-invalid", "skip")
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(["shop/browse: response.p999 could not be judged"])


def test_that_another_machine_may_be_loaded_is_said_on_the_command_line(session, played):
    session(ONE, "--suite-target", "http://staging.example:8000", "--suite-yes")
    (errand,) = played.errands
    assert (errand.given.target, errand.yes) == ("http://staging.example:8000", True)


def test_a_fault_is_a_line_without_a_traceback(session, played):
    played.fault = "load_shop.py has no workload 'shop/browse'"
    found = session(ONE)
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines([played.fault])


def test_faults_of_the_call_are_lines_too(session, played):
    found = session(
        """
        import pathlib
        def test_keyword(load):
            load("load_shop.py::shop/browse", user=3)
        def test_file(load):
            load("load_nothing.py::shop/browse")
        def test_metric(load):
            load("load_shop.py::shop/browse")["response.p42"]
        def test_users(load):
            load("load_shop.py::shop/browse", users="ten", thresholds=["response.p95"])
        def test_none(load):
            load(len, users=0)
        def test_path(load):
            load(pathlib.Path("load_shop.py"))
        def test_system(load):
            load("load_shop.py::shop/browse", system="http://127.0.0.1:1")
        def test_travel(load):
            numbers = (number for number in range(3))
            load(lambda: next(numbers), name="own/numbers")
        """
    )
    found.assert_outcomes(failed=8)
    found.stdout.fnmatch_lines(
        [
            "a load has no user; it has: rounds, quick, users, *",
            "there is no load file load_nothing.py; looked for in *",
            "shop/browse has no metric response.p42; it has: cpu.per_operation, *",
            "load(users=...): 'ten' is not a whole number",
            "load(thresholds=...): Input should be a valid dictionary",
            "load(users=...): 0 is less than 1",
            "load takes *load_shop.py::shop/browse*, a Workload or a function, not PosixPath('load_shop.py')",
            "name= and system= are for a function: a workload has its own",
            "own/numbers can't travel to the process that measures it: TypeError: *generator*",
        ]
    )


def test_zero_on_the_command_line_is_a_fault_too(session, played):
    found = session(ONE, "--suite-users", "0")
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(["load(users=...): 0 is less than 1"])


def test_markers_do_not_clash_and_choose_loads(session, played, pytester):
    pytester.makeini("[pytest]\nmarkers =\n  slow: ours\n")
    source = ONE + "\ndef test_other():\n    pass\n"
    found = session(source, "--strict-markers", "-m", "not load")
    found.assert_outcomes(passed=1, deselected=1)
    markers = pytester.runpytest_inprocess("-p", PLUGIN, "--markers").stdout.str()
    assert markers.count("@pytest.mark.slow:") == 1
    assert "@pytest.mark.load: measures a system under load" in markers


def test_loads_are_one_group_for_xdist(session, played):
    source = "def test_one(load, request):\n    assert request.node.get_closest_marker('xdist_group').args\n"
    session(source, "-p", "xdist").assert_outcomes(passed=1)


def test_a_fixture_of_the_project_called_load_stays_its_own(session, played, pytester):
    pytester.makeconftest("import pytest\n@pytest.fixture\ndef load():\n    return 7\n")
    found = session(
        "def test_own(load, request):\n"
        "    assert load == 7\n"
        "    assert not list(request.node.iter_markers())\n"
    )
    found.assert_outcomes(passed=1)
    assert played.errands == []


def test_a_session_without_a_load_imports_nothing_dear(tmp_path):
    (tmp_path / "test_plain.py").write_text(
        "import sys\n"
        "DEAR = {'numpy', 'sqlalchemy', 'pydantic', 'multiprocess', 'dill', 'suite.engine', 'suite.config'}\n"
        "def test_light():\n    assert not DEAR & set(sys.modules)\n"
    )
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", PLUGIN, str(tmp_path), "--rootdir", str(tmp_path)],
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PATH": "/usr/bin:/bin"},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout


def test_what_was_measured_is_judged_against_a_commit_in_the_end(session, played, monkeypatch):
    asked = []

    def judged(config, base, workloads):
        asked.append((base, list(workloads)))
        return 1, "REGRESSION\n"

    monkeypatch.setattr("suite.integrations._pytest.compared.compared", judged)
    found = session(ONE, "--suite-compare", "main")
    assert asked == [("main", ["shop/browse"])]
    assert found.ret == pytest.ExitCode.TESTS_FAILED
    found.stdout.fnmatch_lines(
        ["*= load against main =*", "REGRESSION", "The session fails for it: suite gate ended with 1."]
    )


def test_a_function_is_a_workload_of_one_operation():
    async def fetch(user):
        return user.index

    workload = workload_of(fetch, "own/fetch", "http://127.0.0.1:1", users=3, rate="20/s")
    assert workload.operation_names() == ("fetch",)
    assert workload.loop == open_loop(20, 5, users=3)
    assert workload_of(lambda: 1, "own/call", None).loop == closed_loop(1, seconds=5)
    for name in (
        "connect",
        "keep",
        "system",
        "index",
        "<lambda>",
    ):  # what a user has already stays what it is
        fetch.__name__ = name
        assert workload_of(fetch, "own/fetch", None).operation_names() == ("call",)
    with pytest.raises(ConfigurationError, match="users must be at least 1"):
        workload_of(fetch, "own/fetch", None, users=0)
    assert workload_of(lambda: 1, "own/call", None, each=3).loop == closed_loop(1, each=3)


def test_what_watches_a_process_is_seen():
    before = sys.gettrace(), sys.getprofile()
    sys.settrace(None)
    sys.setprofile(None)
    try:
        assert instruments() == ()
        sys.setprofile(lambda *_: None)
        assert instruments() == ("a profiler",)
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])


def test_a_load_that_is_killed_between_its_document_and_the_ledger_is_brought_into_that(tmp_path):
    """Nobody would have: its journal was gone before the ledger had it."""
    place = tmp_path / "ledger.db"

    class Killed(Ledger):
        def add(self, record):
            raise KeyboardInterrupt

    with Killed(place) as ledger, Journal(tmp_path, "runs", "run", ledger.identity) as journal:
        journal.keep(run := make_run())
        with pytest.raises(KeyboardInterrupt):
            _keep(run, Places(tmp_path, str(place)), ledger, journal)
    with Ledger(place) as later:
        assert [one.records for one in bring_in(tmp_path, later)] == [(run,)]
        assert later.record(run.id) == run


DYING = """
import os
from suite.integrations._pytest import load as module

def test_one(load, monkeypatch):
    monkeypatch.setattr(module, "start_function", lambda *_, **__: os._exit(7))
    load(lambda: None, name="own/nothing")
"""


def test_of_a_pytest_that_ends_at_once_in_a_load_nothing_is_left(tmp_path):
    """As pytest-timeout ends it: a folder was left until the next load."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    (tmp_path / "test_dying.py").write_text(DYING)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_dying.py"],
        cwd=tmp_path, env={**os.environ, "TMPDIR": str(temporary)}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 7, done.stdout.decode()
    assert wait_for(lambda: not [*temporary.glob("loadledger-*")])
