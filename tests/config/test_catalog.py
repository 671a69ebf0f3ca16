"""Finding workloads, and referring to them so that a fresh process finds the same."""

import importlib.metadata
import os
import pickle
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite import Component, User, Workload, closed_loop, operation
from suite.config.catalog import (
    Reference,
    from_file,
    from_module,
    installed,
    reference_to,
    select,
)
from suite.config.settings import Settings
from suite.engine.coordinator import run
from suite.errors import ConfigurationError, Ended, Interrupted
from suite.process.pickled import PickledWorkload

names = st.text("abcdefgh/-_é", min_size=1)


@given(
    st.builds(
        Reference,
        name=names,
        module=names,
        file=names,
        pickled=st.none()
        | st.builds(
            PickledWorkload,
            pickled=st.binary(),
            modules=st.lists(st.tuples(names, names), max_size=3).map(tuple),
        ),
    )
)
def test_references_survive_pickling(reference):
    again = pickle.loads(pickle.dumps(reference))
    assert again == reference
    assert hash(again) == hash(reference)


def test_every_installed_workload_is_found_again_by_its_reference():
    found = installed()
    assert len({one.workload.name for one in found}) == len(found)
    for one in found:
        again = pickle.loads(pickle.dumps(one.reference)).load()
        assert again.name == one.workload.name
        assert again.loop == one.workload.loop


def test_every_workload_of_a_file_is_found_again_in_a_fresh_process(command):
    found = from_file(command.example("load_echo.py"))
    assert len(found) == 7
    script = (
        "import pickle, sys\nfor reference in pickle.load(sys.stdin.buffer): print(reference.load().name)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script],
        input=pickle.dumps([one.reference for one in found]),
        capture_output=True,
        check=True,
    )
    assert said.stdout.decode().split() == [one.workload.name for one in found]


def test_a_file_is_imported_once_and_its_folder_is_importable(command):
    command.file("helper.py", "import os\nos.mkdir('once')")
    command.example("load_counter.py")
    load = command.file("load_it.py", "import helper\nfrom load_counter import click")
    assert from_file(load) == from_file("load_it.py")
    assert (command.folder / "once").is_dir()


def test_workloads_in_lists_and_tuples_count_too(command):
    command.example("load_counter.py")
    load = command.file(
        "load_it.py",
        """
        import load_counter as c
        def make(name):
            return c.Workload(name, c.click.system, c.Clicker, loop=c.click.loop)
        many = [make("a/1"), make("a/2")]
        more = (make("a/3"), many[0])
        alias = many[1]
        """,
    )
    assert [one.workload.name for one in from_file(load)] == ["a/1", "a/2", "a/3"]


def test_a_file_that_failed_can_be_mended_and_loaded_again(command):
    command.example("load_counter.py")
    load = command.file("load_it.py", "1 / 0")
    with pytest.raises(ConfigurationError, match="line 1: ZeroDivisionError"):
        from_file(load)
    command.file("load_it.py", "from load_counter import click")
    assert len(from_file(load)) == 1


NAMED = """
from suite import Component, User, Workload, closed_loop, operation
class U(User):
    @operation
    def f(self): ...
w = Workload("x/w", Component(dict), U, loop=closed_loop(1, operations=1))
"""


def test_two_files_of_one_name_do_not_meet(command):
    for name in ("one", "two"):
        (command.folder / name).mkdir()
        command.file(f"{name}/load_it.py", NAMED.replace("x/w", f"{name}/w"))
    found = select(["one/load_it.py", "two/load_it.py"])
    assert [one.workload.name for one in found] == ["one/w", "two/w"]


def test_a_file_in_a_folder_whose_name_is_no_text_is_imported(command):
    """It could not be loaded, and why was no help."""
    (command.folder / os.fsdecode(b"caf\xe9")).mkdir()
    load = command.file(os.fsdecode(b"caf\xe9/load_it.py"), NAMED)
    (found,) = select([str(load)])
    assert found.reference.load().name == "x/w"


def test_a_reference_whose_workload_is_gone_says_so(command):
    (one, *_) = from_file(command.example("load_counter.py"))
    with pytest.raises(ConfigurationError, match=r"load_counter.py has no workload 'counter/gone'"):
        Reference("counter/gone", file=one.reference.file).load()
    with pytest.raises(ConfigurationError, match="there is no file"):
        Reference("counter/gone", file=one.reference.file + "x.py").load()


def test_a_module_of_workloads():
    found = from_module("suite.reference.vision.workloads")
    assert {one.reference.module for one in found} == {"suite.reference.vision.workloads"}
    with pytest.raises(
        ConfigurationError, match=r"^no\.such can't be loaded: ModuleNotFoundError: No module named 'no'"
    ):
        from_module("no.such")


# --- workloads that only exist as objects


def test_a_workload_of_a_test_function_travels_by_value():
    step = 3

    class Counter:
        def __init__(self):
            self.count = 0

    class Clicker(User):
        def connect(self, counter):
            self.counter = counter

        @operation
        def click(self):
            self.counter.count += step

    def tripled(counter, kept, recording):
        assert counter.count == step * recording.of("click").counts()["ok"]

    workload = Workload(
        "local/click", Component(Counter), Clicker, loop=closed_loop(1, operations=100), checks=[tripled]
    )
    again = pickle.loads(pickle.dumps(reference_to(workload))).load()
    assert (again.name, again.loop) == (workload.name, workload.loop)
    result = run(workload, Settings(rounds=1))
    assert (result.outcomes["ok"], [check.passed for check in result.checks]) == (100, [True])


SCRIPT = """
import os
print("started", flush=True)
os.mkdir("once")

from suite import Component, Server, User, Workload, closed_loop, operation
from suite.engine.coordinator import run
from suite.config.settings import Settings
import asyncio
import helper

STEP = 2

class Counter:
    def __init__(self):
        self.count = 0

class Clicker(User):
    def connect(self, counter):
        self.counter = counter
    @operation
    def click(self):
        self.counter.count += helper.same(STEP)

def doubled(counter, kept, recording):
    assert counter.count == 2 * recording.of("click").counts()["ok"]
    return f"{counter.count}"

async def serve(system):
    async def answer(reader, writer):
        while line := await reader.readline():
            writer.write(line)
        writer.close()
    async with await asyncio.start_server(answer, "127.0.0.1", system.port) as server:
        await server.serve_forever()

class Talker(User):
    async def connect(self, system):
        self.reader, self.writer = await asyncio.open_connection(system.host, system.port)
    async def close(self):
        self.writer.close()
    @operation
    async def echo(self):
        self.writer.write(b"x\\n")
        assert await self.reader.readline() == b"x\\n"

loop = closed_loop(1, operations=50)
for workload in (
    Workload("script/click", Component(Counter), Clicker, loop=loop, checks=[doubled]),
    Workload("script/echo", Server(serve), Talker, loop=loop),
):
    result = run(workload, Settings(rounds=1))
    print(result.verdict, result.outcomes["ok"], result.error, [check.detail for check in result.checks])
"""


def test_a_script_without_a_main_guard_runs_once_and_its_workloads_travel(tmp_path):
    (tmp_path / "helper.py").write_text("def same(value):\n    return value\n")
    (tmp_path / "script.py").write_text(SCRIPT)
    said = subprocess.run(
        [sys.executable, "-W", "error", "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert said.returncode == 0, said.stderr
    assert said.stderr == ""
    assert said.stdout.splitlines() == ["started", "pass 50 None ['100']", "pass 50 None []"]


def test_a_workload_of_a_module_that_no_import_would_find_travels_with_its_file(tmp_path):
    """What a load file defines lives in a module of an invented name."""
    text = """
        from suite import Component, User, Workload, closed_loop, operation

        class Clicker(User):
            @operation
            def click(self): ...

        w = Workload("file/click", Component(dict), Clicker, loop=closed_loop(1, operations=5))
    """
    load = tmp_path / "load_it.py"
    load.write_text(textwrap.dedent(text))
    (found,) = from_file(load)
    reference = reference_to(found.workload)
    script = "import pickle, sys; print(pickle.load(sys.stdin.buffer).load().name)"
    said = subprocess.run(
        [sys.executable, "-c", script], input=pickle.dumps(reference), capture_output=True, check=True
    )
    assert said.stdout.decode().strip() == "file/click"
    assert [name.startswith("loadfile_load_it") for name, _ in reference.pickled.modules] == [True]


def test_a_broken_entry_point_matters_only_where_it_could_be_meant(monkeypatch):
    """A stale one of another package kept `suite ab` from running what it was asked for."""
    good = list(importlib.metadata.entry_points(group="suite.workloads"))
    stale = importlib.metadata.EntryPoint("stale", "gone.for.good", "suite.workloads")
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [*good, stale])
    assert [one.workload.name for one in select(["vision/match-10"])] == ["vision/match-10"]
    for words in ([], ["stale/what"]):
        with pytest.raises(ConfigurationError, match=r"gone\.for\.good"):
            select(words)


def test_a_project_in_src_that_is_not_installed_is_named(tmp_path):
    (tmp_path / "src" / "shop_in_src").mkdir(parents=True)
    (tmp_path / "loads").mkdir()
    file = tmp_path / "loads" / "load_shop.py"
    file.write_text("import shop_in_src.app\n")
    words = rf"shop_in_src is in {tmp_path}/src and not installed here: pip install -e {tmp_path}$"
    with pytest.raises(ConfigurationError, match=words):
        select([str(file)])


def test_a_name_that_is_misspelt_is_asked_about():
    with pytest.raises(
        ConfigurationError, match=r"'dicom/recieve'; .*; did you mean dicom/receive\? see: suite"
    ):
        select(["dicom/recieve"])
    with pytest.raises(ConfigurationError, match=r"hotel, vision; see: suite list"):
        select(["something/else"])


OWN = """
from suite import Component, User, Workload, closed_loop, operation
class Caller(User):
    @operation
    def call(self): pass
a = Workload("vision/own", Component(object), Caller, loop=closed_loop(operations=1))
b = Workload("shop/browse", Component(object), Caller, loop=closed_loop(operations=1))
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "load_shop.py").write_text(OWN)
    return tmp_path


@pytest.mark.parametrize(("target", "names"), [
    ("shop/browse", ["shop/browse"]), ("shop", ["shop/browse"]), ("vision", ["vision/own"]),
    ("vision/match-10", ["vision/match-10"]),
])  # fmt: skip
def test_the_project_s_own_are_found_by_name_before_what_is_installed(own, target, names):
    assert [one.workload.name for one in select([target])] == names


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    ("target", "said"),
    [
        (".", "no workload, system or file '.'"),
        ("..x", "no workload, system or file"),
        ("::", "'::': '' is no file or module; write FILE.py::NAME"),
        (".::browse", "'.' is no file or module; write FILE.py::NAME"),
    ],
)
def test_what_no_module_is_called_is_not_imported(target, said):
    """`suite run .` was told of Python's 'package' argument."""
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        select([target])


def test_those_of_files_that_the_configuration_names_too(own):
    (own / "load_shop.py").rename(own / "mine.py")
    with pytest.raises(ConfigurationError, match="no workload, system or file 'shop/browse'"):
        select(["shop/browse"])
    (found,) = select(["shop/browse"], files=["mine.py"])
    assert found.reference.file == str(own / "mine.py")


def test_a_name_of_one_s_own_that_is_misspelt_is_asked_about(own):
    with pytest.raises(ConfigurationError, match=r"shop, vision; did you mean shop/browse\? see: suite list"):
        select(["shop/brwose"])


def test_a_signal_that_python_makes_another_error_of_is_no_fault_of_the_load_file(tmp_path):
    """Ctrl-C while a class is made: `suite run` ended with 2, and blamed the file."""
    file = tmp_path / "load_early.py"
    file.write_text(EARLY)
    with pytest.raises(Interrupted) as ended:
        from_file(file)
    assert ended.value.exit_code == 130


def test_a_worker_that_is_asked_to_end_while_it_reads_the_load_file_blames_no_file(tmp_path):
    """It said "can't be loaded: SystemExit: 0" of SIGTERM, and the Run ended with 2."""
    file = tmp_path / "load_ended.py"
    file.write_text("from suite.errors import Ended\nraise Ended(0)\n")
    with pytest.raises(Ended):
        from_file(file)


EARLY = """
import os, signal

class Field:
    def __set_name__(self, owner, name):
        os.kill(os.getpid(), signal.SIGINT)
        while True:
            pass

class Around:
    taken = Field()
"""


def test_a_load_file_that_goes_elsewhere_takes_nobody_along(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    streams = sys.stdout, sys.stderr
    (tmp_path / "load_away.py").write_text(
        "import io, os, sys\nos.chdir('/')\nsys.stdout = io.StringIO()\nsys.stderr = None\n"
        "from suite import Component, User, Workload, closed_loop, operation\n"
        "class Idle(User):\n    @operation\n    def wait(self): pass\n"
        "w = Workload('away/idle', Component(list), Idle, loop=closed_loop(1, operations=1))\n"
    )
    from_file("load_away.py")
    assert Path.cwd() == tmp_path, "results that lie in a folder by a relative path would be elsewhere"
    assert (sys.stdout, sys.stderr) == streams


def test_a_load_file_that_has_gevent_patch_python_is_told_so(tmp_path):
    """Its workers were told to allow more processes."""
    (tmp_path / "load_green.py").write_text(
        "from gevent import monkey\nmonkey.patch_all()\n"
        "from suite import Component, User, Workload, closed_loop, operation\n"
        "class Idle(User):\n    @operation\n    def wait(self): pass\n"
        "w = Workload('green/idle', Component(list), Idle, loop=closed_loop(1, operations=1))\n"
    )
    argv = [sys.executable, "-m", "suite.cli", "list", "load_green.py"]
    said = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.returncode == 2
    assert "load_green.py has gevent patch Python, as `import locust` does" in said.stderr
