"""What `suite` says when something is wrong: one clear line per fault, the right code, nothing lost."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from typing import Any

import pytest
from support.processes import Suite, wait_for
from support.runs import make_run
from support.variants import exhaustive

from suite.engine.coordinator import RunInterrupted
from suite.errors import ConfigurationError, Interrupted, StoreError
from suite.records.run import Failure


@pytest.fixture
def refused(command):
    """Run a command that must be refused with exactly these lines on stderr, before any load."""

    def run(*words, says, code=2):
        said = command(*words)
        assert said.code == code, said.err
        assert said.out == ""
        patterns = [says] if isinstance(says, str) else says
        assert len(said.complaints) == len(patterns), said.err
        for line, pattern in zip(said.complaints, patterns, strict=True):
            assert re.fullmatch(f"suite: {pattern}", line), line
        assert command.saved() == []

    refused: Any = run
    refused.example = command.example
    refused.file = command.file
    return refused


# --- usage


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "--hlep"], r"No such option: --hlep.* \(see: suite run --help\)"),
        (["list", "--quikc"], r"No such option: --quikc.* \(see: suite list --help\)"),
        (["rnu"], r"No such command 'rnu'.* \(see: suite --help\)"),
        (["run", "--users", "0"], r"Invalid value for '--users': .*1.* \(see: suite run --help\)"),
        (["run", "--users", "many"], r"Invalid value for '--users': .* \(see: suite run --help\)"),
        (["run", "--rounds"], r"Option '--rounds' requires an argument \(see: suite.* --help\)"),
        (["show", "--limit", "0"], r"Invalid value for '--limit': .*"),
        (["show", "a", "b"], r"Got unexpected extra argument.* \(see: suite show --help\)"),
        (["run", "--seconds", "abc"], "--seconds: 'abc' is not a quantity in 's'; write it like \"100ms\""),
        (["run", "--seconds", "5/s"], r"--seconds: '5/s' is not a quantity in 's'; .*"),
        (["run", "--rate", "fast"], "--rate: 'fast' is not a quantity in '1/s'; write it like \"30/s\""),
        (["run", "--set", "users"], r"--set users: write it as NAME=VALUE"),
        (["run", "--set", "=5"], r"--set =5: write it as NAME=VALUE"),
        (["run", "--on-invalid", "ignore"], r"--on-invalid is fail or warn, not 'ignore'"),
        (["run", "nothing"], r"no workload, system or file 'nothing'; systems: .*vision.*; see: suite list"),
        (["run", "dicom/nothing"], r"no workload, system or file 'dicom/nothing'; .*"),
        (["run", "no.such.module"], r"no\.such\.module can't be loaded: .*No module named 'no'"),
        (["run", "json.decoder"], r"no workload, system or file 'json.decoder'; .*"),
        (["run", "missing.py"], r"there is no file /.*/missing\.py"),
        (["run", "vision", "--tags", "slwo"], r"no workload has the tag 'slwo'; tags: .*vision.*"),
        (["list", "vision", "-T", "slwo"], r"no workload has the tag 'slwo'; tags: .*"),
        (["run", "-k", "zzz"], r"no workload is left after -k, --tags and --exclude-tags; see: suite list"),
        (["show"], r"there is no ledger results/ledger.db; start with: suite run"),
    ],
)  # fmt: skip
def test_usage(refused, words, says):
    refused(*words, says=says)


def test_all_faults_of_a_command_line_are_named_at_once(refused):
    refused(
        "run", "nothing", "missing.py", "--seconds", "abc", "--rate", "x", "--set", "y", "--on-invalid", "no",
        "--config", "missing.toml",
        says=[
            "--on-invalid is .*",
            "--seconds: .*",
            "--rate: .*",
            "--set y: .*",
            "can't read missing.toml: No such file or directory",
            "no workload, system or file 'nothing'.*",
            "there is no file .*/missing.py",
        ],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--set", "stpe=2"], "--set stpe: no chosen workload has it; parameters: depth, fast, name, .*"),
        (["--set", "step=two"], r"--set step=two: a value like 1 \(int\) is wanted"),
        (["--set", "ratio=x"], r"--set ratio=x: a value like 0.5 \(float\) is wanted"),
        (["--set", "fast=perhaps"], "--set fast=perhaps: yes or no is wanted"),
        (["--set", "fast=x", "--set", "step=y"], ["--set fast=x: .*", "--set step=y: .*"]),
        (["--rate", "5"], "counter/click is a closed loop: it has no --rate"),
        (["--workers", 2], "counter/click is a Component: it lives in exactly one worker"),
        (["--target", "http://x:1"], "counter/click runs a Python object; it has no --target"),
        (["--operations", 5, "--seconds", 5], "counter/click: give --operations or --seconds, not both"),
        (["--operations", 5, "--each", 5], "counter/click: give --operations or --each, not both"),
        (["--each", 5, "--seconds", 5], "counter/click: give --each or --seconds, not both"),
        (["--seconds", 0], "closed_loop: seconds must be above 0"),
        (["--rate", "5", "--workers", 2, "--set", "step=x"], [".*--rate", "--set .*", ".*Component.*"]),
    ],
)  # fmt: skip
def test_options_that_do_not_fit_the_workload(refused, words, says):
    load = refused.example("load_counter.py")
    match = ["-k", "click"] if words[0] != "--set" or "stpe=2" not in words else []
    refused("run", load, *match, *words, says=says)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--operations", 5], "echo/open is an open loop: give --rate and --seconds"),
        (["--each", 5], "echo/open is an open loop: give --rate and --seconds"),
        (["--rate", "-5"], "open_loop: rate must be above 0"),
        (["--rate", "1e9"], "echo/open: 600,000,000 planned operations are more than 50,000,000; .*"),
        (["--users", 2, "--workers", 3], "echo/open: users: 2, too few .*; give at least 3"),
        (["--target", "http://x:port"], "'http://x:port' is no address; write it like http://host:8000 .*"),
        (["--target", ""], "'' is no address; .*"),
    ],
)
def test_options_that_do_not_fit_an_open_loop(refused, words, says):
    refused("run", refused.example("load_echo.py"), "-k", "open", *words, says=says)


# --- load files


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("import no_such_thing", "line 1: ModuleNotFoundError: No module named 'no_such_thing'"),
        ("from json import nope", "line 1: ImportError: cannot import name 'nope' from 'json' .*"),
        ("x = 1\nx = (", r"line 2: SyntaxError: '\(' was never closed .*"),
        ("import os\n\n1 / 0", "line 3: ZeroDivisionError: division by zero"),
        ("def f():\n    raise OSError('a\\nb')\nf()", "line 2: OSError: a b"),
        ("import sys\nsys.exit(3)", "line 2: SystemExit: 3"),
        ("x = 1\n\0", "SyntaxError: .*null bytes"),
    ],
)
def test_a_load_file_that_can_not_be_loaded(refused, text, says):
    load = refused.file("load_it.py", text)
    refused("run", load, says=f"{re.escape(str(load))} can't be loaded: {says}")


def test_a_load_file_that_is_no_text(refused):
    load = refused.file("load_it.py", "")
    load.write_bytes(b"\xff\xfe\x00")
    refused("run", load, says=f"{re.escape(str(load))} can't be loaded: SyntaxError: .*")


def test_a_syntax_error_in_what_a_load_file_imports_is_told_with_its_own_place(refused):
    refused.file("helper.py", "x = 1\ny = 2\nz = (\n")
    load = refused.file("load_it.py", "import helper")
    refused("run", load, says=r".*/load_it.py can't be loaded: SyntaxError: .*\(helper.py, line 3\)")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1", ".*load_it.py defines no Workload"),
        (
            "from load_counter import *\nother = Workload('counter/click', Component(Counter), Clicker,"
            " loop=closed_loop(1, operations=1))",
            ".*load_it.py has two workloads called counter/click",
        ),
        (
            "from load_counter import *\n\nw = Workload('a b', Component(Counter), int,\n"
            "  loop=closed_loop(1, operations=1))",
            [".*: line 3: workload a b: a name .*", ".*load_it.py: line 3: workload a b: .*int.*User"],
        ),
        (
            "from load_counter import *\nfrom suite import Threshold\nw = Workload('a/b', Component(Counter),"
            " Clicker, loop=closed_loop(1, operations=1), thresholds=["
            "Threshold('response.p95', target='soon'), Threshold('speed', critical=1),"
            " Threshold('response.p50@clikc', critical=1)])",
            [
                ".*load_it.py: line 3: workload a/b: threshold response.p95 target: 'soon' is not a .*",
                ".*load_it.py: line 3: workload a/b: threshold on unknown metric 'speed'",
                ".*load_it.py: line 3: workload a/b: threshold on unknown metric 'response.p50@clikc'",
            ],
        ),
        (
            "from suite import closed_loop\nclosed_loop(2, operations=5, each=5)",
            r".*load_it.py: line 2: closed_loop: give one of operations= \(of all users\), each= .*",
        ),
        ("from suite import closed_loop\nclosed_loop(0, seconds='x')", ".*load_it.py: line 2: 'x' is not .*"),
    ],
)  # fmt: skip
def test_a_load_file_that_makes_no_sense(refused, text, says):
    refused.example("load_counter.py")
    refused("run", refused.file("load_it.py", text), says=says)


def test_two_files_with_a_workload_of_one_name(refused):
    one = refused.example("load_counter.py")
    other = refused.file("load_it.py", "from load_counter import click")
    says = (
        "two workloads are called counter/click, in .*load_counter.py and in .*load_it.py; rename one, or .*"
    )
    refused("run", one, other, says=says)


def test_an_operation_that_would_make_all_users_wait(refused):
    load = refused.file(
        "load_it.py",
        """
        from load_counter import *
        from suite import Command
        Workload("a/b", Command("x"), Clicker, loop=closed_loop(1, operations=1))
        """,
    )
    refused.example("load_counter.py")
    line = ".*load_it.py: line 4: workload a/b: operation Clicker.{} must be async: .*"
    refused("run", load, says=[line.format("click"), line.format("look")])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{prot}", r".*placeholder that means nothing \('prot'\); known: {depth}, {directory}, {port}, .*"),
        ("{port", r".*placeholder that means nothing \(expected '}' .*"),
        ("{database.url}", r".*placeholder that means nothing \('database'\).*"),
    ],
)
def test_an_unknown_placeholder_is_seen_before_any_load(refused, text, says):
    load = refused.file(
        "load_it.py",
        f"""
        from load_echo import *
        from suite import Command
        first = echo
        second = Workload("a/b", Command("serve {text}", depth=3), Talker, loop=closed_loop(1, operations=1))
        """,
    )
    refused.example("load_echo.py")
    refused("run", load, says=says)


def test_a_missing_extra_that_was_asked_for(refused):
    load = refused.file(
        "load_it.py",
        """
        from load_counter import *
        for n, module in enumerate(("no_such_module", "no_such.module")):
            globals()[f"w{n}"] = Workload(f"needy/{n}", Component(Counter, needs=("dicom", module)), Clicker,
                                          loop=closed_loop(1, operations=1))
        """,
    )
    refused.example("load_counter.py")
    says = r"{} is not installed; run: pip install 'loadledger\[dicom\]'"
    refused("run", load, says=[says.format("no_such_module"), says.format("no_such.module")])


def test_a_broken_entry_point_is_loud_and_clear(refused, monkeypatch):
    folder = refused.file("acme_loads.py", "import os\n\n1 / 0").parent
    refused.file("acme_empty.py", "")
    package = folder / "acme_loads-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-loads\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text(
        "[suite.workloads]\nacme = acme_loads\nempty = acme_empty\nlost = acme_lost:workloads\n"
    )
    monkeypatch.syspath_prepend(str(folder))
    start = "entry point '{}' of package acme-loads, mend or uninstall it: {}"
    says = [
        start.format("acme", r"acme_loads can't be loaded: .*acme_loads.py, line 3: ZeroDivisionError: .*"),
        start.format("empty", "acme_empty defines no Workload"),
        start.format("lost", "acme_lost can't be loaded: .*No module named 'acme_lost'"),
    ]
    refused("run", "vision", says=says)
    refused("list", says=says)
    refused("run", refused.example("load_counter.py"), "--set", "x", says="--set x: .*")  # needs none of them


# --- configuration files


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rounds = 3 4", "loadledger.toml is not valid TOML: .*line 1.*"),
        ("roudns = 3", "loadledger.toml: roudns: no such setting; there are: each, files, gate, .*"),
        ("rounds = 0", "loadledger.toml: rounds: 0 is less than 1"),
        ("rounds = true\nusers = 1.5", [".*: rounds: True is not a .*", ".*: users: 1.5 is not .*"]),
        ("seed = '1'", "loadledger.toml: seed: '1' is not a whole number"),
        ("quick = 'yes'", "loadledger.toml: quick: 'yes' is neither true nor false"),
        ("target = 80", "loadledger.toml: target: 80 is not text; put it in quotes"),
        ("results = 5", "loadledger.toml: results: 5 is not text; put it in quotes"),
        ("seconds = 'soon'\nrate = 'x'", [".*: seconds: 'soon' is not .*", ".*: rate: 'x' is not .*"]),
        ("set = 5", "loadledger.toml: set must be a table, not 5"),
        ("thresholds = 5", "loadledger.toml: thresholds must be a table, not 5"),
        ("workloads = 5", "loadledger.toml: workloads must be a table, not 5"),
        ("workloads.counter = 5", "loadledger.toml: workloads.counter must be a table, not 5"),
        ("workloads.counter.roudns = 5", "loadledger.toml: workloads.counter.roudns: no such setting; .*"),
        ("thresholds.'response.p95' = 5", 'loadledger.toml: thresholds."response.p95" must be a .*'),
        (
            "thresholds.response.p95.critical = '1s'",
            'loadledger.toml: thresholds.response.p95: names of metrics have dots: put .*',
        ),
        ("thresholds.'response.p95'.critical = 'soon'", "threshold response.p95 critical: 'soon' is not .*"),
        ("thresholds.'response.p95'.wish = 1", "threshold response.p95: unknown level wish"),
        ("thresholds.throughput = {}", "threshold throughput has no level; .*"),
        ("thresholds.speed.critical = 1", "loadledger.toml: threshold on unknown metric 'speed'"),
        ("set.step = 'two'", r"--set step=two: a value like 1 \(int\) is wanted"),
        ("operations = 1\nseconds = 1", "counter/.*: give --operations or --seconds, not both"),
        ("operations = 1\neach = 1", "counter/.*: give --operations or --each, not both"),
        ("each = 0", "loadledger.toml: each: 0 is less than 1"),
        ("a = 1\nb = 2", ["loadledger.toml: a: no such setting.*", "loadledger.toml: b: no such setting.*"]),
    ],
)  # fmt: skip
def test_a_configuration_that_makes_no_sense(refused, text, says):
    refused.file("loadledger.toml", text)
    refused("run", refused.example("load_counter.py"), "-k", "click", says=says)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[tool.loadledger]\nroudns = 1", "pyproject.toml: roudns: no such setting; .*"),
        ("tool.loadledger = 5", r"pyproject.toml: \[tool.loadledger\] must be a table, not 5"),
        ("[tool.loadledger", "pyproject.toml is not valid TOML: .*"),
    ],
)
def test_a_pyproject_that_makes_no_sense(refused, text, says):
    refused.file("pyproject.toml", text)
    refused("run", refused.example("load_counter.py"), says=says)


def test_a_configuration_file_that_is_not_there_or_says_nothing_of_us(refused):
    load = refused.example("load_counter.py")
    refused("run", load, "--config", "no.toml", says="can't read no.toml: No such file or directory")
    refused("run", load, "--config", ".", says="can't read .: Is a directory")
    refused.file("pyproject.toml", "tool = 5")
    says = r"pyproject.toml has no table \[tool.loadledger\]"
    refused("run", load, "--config", "pyproject.toml", says=says)


# --- where results go: seen before any load


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--results", "file"], "can't write file/runs/.*: a part of its path is a file; .*"),
        (["--results", "file/below"], "can't write file/below/runs/.*: a part of its path is a file; .*"),
        (["--results", "/proc/results"], "can't write /proc/results/runs/.*: .*"),
        (["--json", "file/out.json"], "can't write file/out.json: a part of its path is a file; .*"),
        (["--json", "."], "can't write .: it is a folder; give the name of a file"),
        (["--json", "/proc/out.json"], "can't write /proc/out.json: .*"),
        (["--json", "x" * 300], "can't write x*: the name is too long; choose a shorter one"),
    ],
)  # fmt: skip
def test_a_place_that_can_not_be_written(refused, engine, words, says):
    refused.file("file", "")
    refused("run", refused.example("load_counter.py"), *words, says=says)
    assert not engine.asked


def corrupt(path):
    path.write_bytes(b"garbage" * 1000)


def newer(path):
    with sqlite3.connect(path) as database:
        database.execute("update loadledger_version set version_num = '9999'")
    database.close()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (corrupt, "ledger results/ledger.db .* corrupt; it was left as it is: .*"),
        (newer, "ledger results/ledger.db .*newer.*"),
    ],
)
def test_a_ledger_that_can_not_be_used(command, engine, damage, says):
    load = command.example("load_counter.py")
    assert command("run", load).code == 0
    ledger = command.folder / "results/ledger.db"
    damage(ledger)
    before = ledger.read_bytes()
    engine.asked.clear()
    for words in (["run", load], ["show"], ["show", "counter/click"]):
        said = command(*words)
        assert (said.code, said.out) == (2, "")
        (line,) = said.complaints
        assert re.fullmatch(f"suite: {says}", line)
    assert not engine.asked
    assert ledger.read_bytes() == before


def test_a_full_device_for_the_document_loses_nothing(command, engine):
    said = command("run", command.example("load_counter.py"), "--json", "/dev/full")
    assert (said.code, said.complaints) == (
        2,
        ["suite: can't write /dev/full: the disk is full; free some space"],
    )
    assert len(command.saved()) == 2


@pytest.fixture
def tiny(tmp_path):
    """A file system of 1 MB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(words, capture_output=True).returncode:
        pytest.skip("a file system can't be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder, leave=0):
    with (folder / "ballast").open("wb") as file:
        free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_bsize
        file.write(bytes(free - leave))


def test_a_full_disk(refused, engine, tiny):
    fill(tiny)
    refused("run", refused.example("load_counter.py"), "--results", tiny, says=".*the disk is full; free .*")
    assert not engine.asked


@pytest.mark.parametrize("left", [24, 48, 64, 80, 96])
def test_a_disk_that_runs_full_between_two_workloads(command, engine, tiny, left):
    """Wherever it happens: one line says so, and what was kept before can still be read."""
    load = command.example("load_counter.py")
    assert command("run", load, "-k", "click", "--results", tiny).code == 0
    fill(tiny, leave=left * 1024)
    engine.asked.clear()
    said = command("run", load, "--results", tiny, "--json", "out.json")
    if said.code:
        assert said.code == 2
        (line,) = said.complaints
        assert re.search("disk is full|check the disk and its space", line)
        if engine.asked:
            assert json.loads((command.folder / "out.json").read_text())["exit_code"] == 2
    (tiny / "ballast").unlink()
    assert "counter/click" in command("show", "--results", tiny).out


# --- systems: exit code 4


@pytest.fixture
def fails(command):
    """Run a good workload and then one whose system fails; the good one's result is kept."""

    def run(text, *, says):
        command.example("load_echo.py")
        head = "from load_echo import *\nfrom suite import Command\nimport sys\nfirst = echo\n"
        names = "del echo, long, endless, opened, mixed, dead, hanging\n"
        load = command.file("load_it.py", head + names + text)
        said = command("run", load, "--rounds", 1, "--seconds", "0.1", "--json", "out.json")
        assert said.code == 4, said.out + said.err
        assert said.err == ""
        assert re.search(f"ended early, system: {says}", " ".join(said.out.split())), said.out
        assert "SYSTEM FAILED  1 passed, 1 with errors" in said.out
        good, bad = json.loads((command.folder / "out.json").read_text())["results"]
        assert (good["error"], bad["error"]["kind"]) == (None, "system")
        assert good["outcomes"]["ok"] > 0
        assert len(command.saved()) == 2
        assert command("show").out.count("echo/") == 1

    return run


def broken(system):
    return f"second = Workload('broken/it', {system}, Talker, loop=closed_loop(1, seconds=1))\n"


def test_a_program_that_is_not_there(fails):
    fails(
        broken("Command('no-such-program --port {port}')"),
        says="can't start no-such-program --port .*No such",
    )


def test_a_program_that_may_not_be_run(fails):
    fails(broken("Command('/etc/passwd')"), says="can't start /etc/passwd: .*Permission denied")


def test_a_program_that_ends_at_once(fails):
    fails(
        broken("""Command([sys.executable, "-c", "print('no licence'); raise SystemExit(9)"])"""),
        says=r"the system would not start: .* ended with status 9; its last output: no licence",
    )


def test_a_system_that_is_never_ready(fails):
    fails(
        broken("""Command([sys.executable, "-c", "import time; time.sleep(60)"], deadline="0.5s")"""),
        says=r".* was not ready within 0.5 s \(.*refused",
    )


def test_a_port_that_is_taken(fails):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        fails(
            broken(f"Command('sleep 60', port={port})"),
            says=f"port {port} is already taken .*; stop what listens there, or leave port= out",
        )


def test_a_target_where_nothing_answers(command):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    load = command.example("load_echo.py")
    words = ["-k", "closed", "--target", f"http://127.0.0.1:{port}", "--rounds", 1]
    begun = time.monotonic()
    said = command("run", load, *words)
    assert said.code == 4
    assert f"nothing answers at http://127.0.0.1:{port}; is it running?" in said.out
    assert time.monotonic() - begun < 30


# --- what was measured stays, however the command ends


@pytest.mark.parametrize(
    ("fault", "code", "says"),
    [
        (ConfigurationError("this makes no sense"), 2, "suite: this makes no sense\n"),
        (StoreError("can't write there"), 2, "suite: can't write there\n"),
        (RunInterrupted(signal.SIGINT, None), 130, ""),
        (RunInterrupted(signal.SIGTERM, make_run(error=Failure("interrupted", "x"))), 143, ""),
        (Interrupted(signal.SIGINT), 130, ""),
    ],
)
def test_a_fault_in_the_second_workload_keeps_the_first(command, engine, fault, code, says):
    engine.answers = {"counter/watch": fault}
    said = command("run", command.example("load_counter.py"), "--json", "out.json")
    assert (said.code, said.err) == (code, says)
    assert "counter/click" in said.out
    result = json.loads((command.folder / "out.json").read_text())
    assert result["exit_code"] == code
    assert result["results"][0]["workload"] == "counter/click"
    assert command("show", "counter/click").out.count("counter/click") == 1


def test_a_store_that_fails_still_prints_and_tries_the_other_one(command, engine, monkeypatch):
    def fail(path, data):
        raise StoreError(f"can't write {path.name[-5:]}: the disk is full; free some space")

    monkeypatch.setattr("suite.commands.output.write_document", fail)
    said = command("run", command.example("load_counter.py"))
    assert (said.code, said.err) == (2, "suite: can't write .json: the disk is full; free some space\n")
    assert "response.p99" in said.out
    assert said.out.splitlines()[-1] == "CONFIGURATION ERROR  1 passed; 1 without a document"
    assert command("show").out.count("counter/click") == 1
    assert list(engine.asked) == ["counter/click"]


def test_a_fault_of_ours_is_owned_up_to(capfd, command, engine):
    engine.answers = {"counter/watch": ZeroDivisionError("oh")}
    with pytest.raises(AssertionError, match="Traceback"):
        command("run", command.example("load_counter.py"))
    assert command("show", "counter/click").code == 0


SLOW = """
from load_echo import *
first = Workload("slow/first", echo_server(), Talker, loop=closed_loop(1, seconds={}))
second = Workload("slow/second", echo_server(), Talker, loop=closed_loop(1, seconds=60))
del echo, long, endless, opened, mixed, dead, hanging
"""


def in_full_swing(suite):
    """Whether a worker of the command is there and has users."""
    wait_for(lambda: suite.files("kept.jsonl"))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), exhaustive(signal.SIGTERM, 143)])
def test_an_interrupt_during_the_second_workload(tmp_path, command, number, code):
    command.example("load_echo.py")
    load = command.file("load_slow.py", SLOW.format(0.1))
    suite = Suite(tmp_path, "run", load, "--rounds", "1", "--json", "out.json")
    wait_for(lambda: list(tmp_path.glob("results/runs/*.json")))
    in_full_swing(suite)
    os.killpg(suite.process.pid, number)
    assert suite.finish() == code, suite.err
    assert suite.err == ""
    assert "INTERRUPTED  1 passed" in suite.out
    result = json.loads((tmp_path / "out.json").read_text())
    assert (result["exit_code"], [run["workload"] for run in result["results"]]) == (code, ["slow/first"])
    assert command("show").out.count("slow/first") == 1
    assert suite.left_behind() == []


@pytest.mark.exhaustive
def test_an_interrupt_during_the_first_workload(tmp_path, command):
    command.example("load_echo.py")
    load = command.file("load_slow.py", SLOW.format(60))
    suite = Suite(tmp_path, "run", load, "--rounds", "1", "--json", "out.json")
    in_full_swing(suite)
    os.killpg(suite.process.pid, signal.SIGINT)
    assert suite.finish() == 130, suite.err
    assert (suite.err, "INTERRUPTED  nothing ran" in suite.out) == ("", True)
    assert json.loads((tmp_path / "out.json").read_text())["results"] == []
    assert suite.left_behind() == []


def test_rounds_that_were_complete_are_kept_of_an_interrupted_workload(tmp_path, command):
    command.example("load_echo.py")
    load = command.file("load_slow.py", SLOW.format(0.4))
    suite = Suite(tmp_path, "run", load, "-k", "first", "--rounds", "200", "--json", "out.json")
    for _ in range(3):  # the scratch directory of a round comes and goes
        wait_for(lambda: suite.files("kept.jsonl"))
        wait_for(lambda: not suite.files("kept.jsonl"))
    os.killpg(suite.process.pid, signal.SIGINT)
    assert suite.finish() == 130, suite.err
    (run,) = json.loads((tmp_path / "out.json").read_text())["results"]
    assert run["error"]["kind"] == "interrupted"
    assert run["rounds"] >= 1
    assert run["outcomes"]["ok"] > 0
    assert command("show", "slow/first").out.count("slow/first") == 1


def test_an_interrupt_while_a_load_file_is_imported(tmp_path, command):
    load = command.file("load_it.py", "open('here', 'w').close()\nimport time\ntime.sleep(60)")
    suite = Suite(tmp_path, "run", load)
    wait_for((tmp_path / "here").exists)
    os.killpg(suite.process.pid, signal.SIGINT)
    assert suite.finish() == 130
    assert "Traceback" not in suite.err
    assert suite.err.strip() == ""


# --- stdout


def suite_to(stdout, *words, cwd):
    return subprocess.Popen(
        [sys.executable, "-m", "suite.cli", *map(str, words)],
        cwd=cwd, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.exhaustive
def test_a_reader_that_leaves_does_not_end_the_run(command):
    load = command.example("load_counter.py")
    reader, writer = os.pipe()
    os.close(reader)
    process = suite_to(writer, "run", load, "--rounds", 1, cwd=command.folder)
    os.close(writer)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert len(command.saved()) == 2


@pytest.mark.parametrize("words", [["list"], ["--help"], ["run", "--help"]])
def test_a_reader_that_leaves_causes_no_noise(command, words):
    reader, writer = os.pipe()
    os.close(reader)
    process = suite_to(writer, *words, cwd=command.folder)
    os.close(writer)
    _, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    assert "Exception" not in err
    assert len(err.splitlines()) <= 1


@pytest.mark.parametrize("words", [["list"], exhaustive(["list", "--json"]), ["show", "--help"]])
def test_a_full_stdout_is_one_clear_line(command, words):
    with open("/dev/full", "w") as full:
        process = suite_to(full, *words, cwd=command.folder)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    (line,) = err.splitlines()
    assert re.search("No space left|disk is full", line)
