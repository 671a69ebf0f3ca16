"""Real loads inside tests, beside other plug-ins of pytest that people have."""

import json
import re
import sqlite3
from itertools import pairwise
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.exhaustive

PLUGIN = "suite.integrations.pytest"
SHOP = """
from suite import Component, Threshold, User, Workload, closed_loop, operation
import time
class Shop:
    def look(self): time.sleep(.001)
class Shopper(User):
    def connect(self, system): self.shop = system
    @operation
    def browse(self): self.shop.look()
browse = Workload("shop/browse", Component(Shop), Shopper, loop=closed_loop(1, seconds=.3),
    thresholds=[Threshold("response.max", critical="20s")])
"""
WEB = """
import asyncio
from suite import Remote, User, Workload, closed_loop, operation
class Visitor(User):
    @operation
    async def nap(self): await asyncio.sleep(.001)
nap = Workload("web/nap", Remote("http://127.0.0.1:1"), Visitor, loop=closed_loop(1, seconds=.3))
"""
SHORT = 'load("load_shop.py::shop/browse", rounds=1)'
SEVERAL = """
import pytest
@pytest.mark.parametrize("n", range(3))
def test_load(load, n):
    load("load_shop.py::shop/browse", rounds=1)
"""


@pytest.fixture
def session(pytester, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("GITHUB_ACTIONS", "PYTEST_ADDOPTS", "COV_CORE_SOURCE", "PYTEST_XDIST_WORKER"):
        monkeypatch.delenv(name, raising=False)
    (pytester.path / "load_shop.py").write_text(SHOP)

    def go(source, *words):
        pytester.makepyfile(source)
        return pytester.runpytest_subprocess("-p", PLUGIN, "-W", "error", *words)

    return go


def runs_in(folder):
    paths = sorted((folder / "results" / "runs").glob("*.json"))
    return [json.loads(path.read_text())["results"][0] for path in paths]


def test_under_xdist_loads_take_turns_and_none_is_multiplied(session, pytester):
    found = session(SEVERAL, "-p", "xdist", "-n", "3")
    found.assert_outcomes(passed=3)
    found.stdout.fnmatch_lines(["Loads took turns: -n 3 multiplies none. *"])
    with sqlite3.connect(pytester.path / "results" / "ledger.db") as database:
        assert database.execute("SELECT count(*) FROM results").fetchone() == (3,)
    written = sorted(path.stat().st_mtime for path in (pytester.path / "results" / "runs").glob("*.json"))
    assert all(later - sooner > 0.3 for sooner, later in pairwise(written))


def test_what_the_documentation_shows(session):
    text = (Path(__file__).parents[2] / "docs" / "pytest.md").read_text()
    example = re.search(r"```python\n(.*?)```", text, re.S)[1]
    session(example, "--suite-on-invalid", "warn").assert_outcomes(passed=3)


def test_another_machine_is_loaded_only_if_the_command_line_says_so(session, pytester):
    source = """
    def test_load(load):
        load("load_web.py::web/nap", rounds=1, target="http://192.0.2.1:8000")
    """
    (pytester.path / "load_web.py").write_text(WEB)
    found = session(source)
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(
        [
            "load goes to 192.0.2.1:8000, which is not this machine:",
            "  web/nap: closed loop, 1 user, 300 ms, 1 round, as many as are answered",
            "nothing was sent to 192.0.2.1:8000: nobody is there to be asked; *, add --suite-yes",
        ]
    )
    found = session(source, "--suite-yes")
    found.stdout.fnmatch_lines(["*nothing answers at http://192.0.2.1:8000*"])


def test_an_async_test_has_its_loop_meanwhile(session):
    pytest.importorskip("pytest_asyncio")
    source = """
        import asyncio, pytest
        from suite.clients import Http

        async def ask(user):
            if not hasattr(user, "http"):
                user.http = await Http.connect(user.system.url)
            await user.http.get("/", expect=200)

        @pytest.mark.asyncio
        async def test_server_here(load):
            async def serve(reader, writer):
                try:
                    while await reader.readuntil(b"\\r\\n\\r\\n"):
                        writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
                except (asyncio.IncompleteReadError, ConnectionError):
                    writer.close()
                    await writer.wait_closed()
            async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
                url = "http://127.0.0.1:%d" % server.sockets[0].getsockname()[1]
                found = await load.aio(ask, name="own/ask", system=url, users=2, seconds=0.3, rounds=1)
                await asyncio.sleep(0.1)
            assert found["failures"] == 0
            assert found.run.outcomes["ok"] > 10

        @pytest.mark.asyncio
        async def test_plain_call(load):
            load("load_shop.py::shop/browse", rounds=1)
    """
    words = ("-p", "asyncio", "-o", "asyncio_default_fixture_loop_scope=function")
    session(source, *words, "--suite-on-invalid", "warn").assert_outcomes(passed=2)


def test_in_the_tables_and_documents_of_pytest_benchmark(session, pytester):
    source = f"""
        def test_load(load):
            {SHORT}
        def test_other():
            raise AssertionError("not a benchmark")
        def test_unused(load):
            pass
    """
    found = session(source, "-p", "benchmark", "--benchmark-only", "--benchmark-json", "all.json")
    found.assert_outcomes(passed=2, skipped=1)
    found.stdout.fnmatch_lines(["*benchmark: 1 tests*", "test_load *"])
    (one,) = json.loads((pytester.path / "all.json").read_text())["benchmarks"]
    (run,) = runs_in(pytester.path)
    assert one["stats"]["rounds"] == run["outcomes"]["ok"]
    assert one["extra_info"]["run"] == run["id"]
    assert one["extra_info"]["throughput"] == run["metrics"]["throughput"]["value"]
    assert one["stats"]["min"] >= 0.001


def test_only_what_is_invalid_is_run_again(session, pytester):
    pytest.importorskip("pytest_rerunfailures")
    source = """
        import pathlib
        from suite.integrations._pytest.verdicts import InvalidLoad

        def tried(name):
            with open(name, "a") as file:
                file.write("x")
            return len(pathlib.Path(name).read_text())

        def test_invalid_at_first(load):
            if tried("invalid") < 3:
                raise InvalidLoad("late", pytrace=False)
        def test_failed(load):
            tried("failed")
            load("load_shop.py::shop/browse", rounds=1, thresholds={"response.max": "1us"})
        def test_without_a_load():
            assert tried("plain") == 2
    """
    found = session(source, "-p", "rerunfailures", "--reruns", "2")
    outcomes = found.parseoutcomes()
    assert (outcomes["passed"], outcomes["failed"], outcomes["rerun"]) == (2, 1, 3)
    tried = {name: len((pytester.path / name).read_text()) for name in ("invalid", "failed", "plain")}
    assert tried == {"invalid": 3, "failed": 1, "plain": 2}


def test_under_a_tracer_a_run_is_doubtful_and_never_a_baseline(session, pytester):
    source = f"""
        import sys
        def test_load(load):
            sys.settrace(lambda *_: None)
            try:
                found = {SHORT}
            finally:
                sys.settrace(None)
            assert found.run.validity.verdict == "doubtful"
            assert "instrumented" in [one.kind for one in found.run.validity.reasons]
    """
    session(source).assert_outcomes(passed=1)
    (run,) = runs_in(pytester.path)
    assert run["validity"]["verdict"] == "doubtful"
    document = json.loads(next((pytester.path / "results" / "runs").glob("*.json")).read_text())
    assert document["environment"]["instruments"] == "a debugger"


@pytest.mark.rounds
def test_a_test_that_is_broken_off_ends_its_load(session, pytester):
    source = """
        import pytest
        @pytest.mark.timeout(4, method="signal")
        def test_load(load):
            load("load_shop.py::shop/browse", rounds=1, seconds=60)
    """
    session(source, "-p", "pytest_timeout").assert_outcomes(failed=1)
    assert all(run["partial"] for run in runs_in(pytester.path))
    assert not [*(pytester.path / "results" / "journal").glob("**/*.journal")]
