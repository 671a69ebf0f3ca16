"""A load file that makes no sense, or can't be loaded: one clear line says where, and nothing runs."""

import re

import pytest


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("import no_such_thing", "line 1: ModuleNotFoundError: No module named 'no_such_thing'"),
        ("from json import nope", "line 1: ImportError: cannot import name 'nope' from 'json' .*"),
        ("x = 1\nx = (", r"line 2: SyntaxError: '\(' was never closed .*"),
        ("import os\n\n1 / 0", "line 3: ZeroDivisionError: division by zero"),
        ("def f():\n    raise OSError('a\\nb')\nf()", "line 2: OSError: a b"),
        ("import sys\nsys.exit(3)", "line 2: SystemExit: 3"),
        (
            "raise OSError('no postgres://ann:secret@db/x')",
            r"line 1: OSError: no postgres://\*\*\*@db/x",
        ),
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
