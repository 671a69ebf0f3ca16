"""What CI asks of asv's results: a number for all that is tracked, believed, in time; which tests are run."""

import configparser
import itertools
import json
import math
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from _pytest.mark.expression import Expression

NUMBERS = Path(__file__).parent.parent / ".ci" / "asv_numbers.py"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
GOOD = {
    "conversation.Mixed.track_failures": 0.0,
    "conversation.Mixed.track_response_p99": 0.1,
    "dicom.Receive.track_failures": 0.0,
    "dicom.Receive.track_response_p99": 0.02,
    "vision.Match500.track_failures": 0.0,
    "harness.Clock20000.track_lateness_p50": math.nan,
}


@pytest.fixture
def judged(tmp_path):
    """`judged(values)`: how the program ends and what it says, of a commit with these values."""

    def judge(values, seconds=100.0):
        document = {
            "result_columns": ["result", "params", "version", "started_at", "duration"],
            "results": {name: [[value], [], "1", 0, 0.2] for name, value in values.items()},
            "durations": {"<build>": 900.0, "<setup_cache dicom:14>": seconds},
        }
        (tmp_path / f"{COMMIT[:8]}-virtualenv-py3.11.json").write_text(json.dumps(document))
        (tmp_path / "machine.json").write_text("{}")
        done = subprocess.run(
            [sys.executable, NUMBERS, tmp_path, COMMIT], capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout, done.stderr.strip()

    return judge


def test_all_has_a_number(judged):
    assert judged(GOOD) == (0, "", "")


def test_what_could_not_be_believed_is_to_be_measured_again(judged):
    busy = {name: math.nan for name in GOOD if name.startswith(("conversation", "vision"))}
    assert judged(GOOD | busy) == (3, "^(conversation[.]Mixed|vision[.]Match500)[.]", "")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"dicom.Receive.track_response_p99": math.nan}, "dicom.Receive has no number for some of what"),
        ({"dicom.Receive.track_response_p99": None}, "dicom.Receive failed"),
    ],
)
def test_what_a_second_try_does_not_mend_fails(judged, change, says):
    code, out, err = judged(GOOD | change)
    assert (code, out) == (1, "")
    assert err.startswith(says)


def test_a_commit_that_takes_long_is_told_and_fails_nothing(judged):
    """How long it takes depends on the machine."""
    assert judged(GOOD, 481) == (0, "", "a commit took 482 s, 480 s are wanted")


def test_a_system_without_results_fails(judged):
    code, _, err = judged({name: 1.0 for name in GOOD if not name.startswith("vision")})
    assert (code, err) == (1, "nothing of vision was measured")


def test_another_python_than_our_own_is_found(tmp_path):
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    other = next(version for version in ("3.13", "3.12") if version != own)
    for version, folder in ((own, f"{own}.9"), (other, f"{other}.2"), (other, f"{other}.10")):
        program = tmp_path / ".pyenv" / "versions" / folder / "bin" / "python"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
    stand_in = tmp_path / "bin" / f"python{other}"
    stand_in.parent.mkdir()
    stand_in.write_text("#!/bin/sh\nexit 127\n")
    stand_in.chmod(0o755)
    environment = {"HOME": str(tmp_path), "PATH": f"{tmp_path}/bin"}
    asked = [sys.executable, str(NUMBERS.with_name("other_python.py"))]
    done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"py{other.replace('.', '')} {tmp_path}/.pyenv/versions/{other}.10/bin/python\n"


@pytest.fixture
def asked_again(tmp_path):
    """`asked_again(failed)`: how the program ends and what it says, where these tests failed before."""
    program = tmp_path / ".tox" / "py" / "bin" / "pytest"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m pytest -p xdist -c none.ini --rootdir . "$@"\n')
    program.chmod(0o755)
    (tmp_path / "test_it.py").write_text("def test_well(): pass\ndef test_ill(): assert False\n")
    (tmp_path / "none.ini").write_text("")
    known = program.parents[1] / ".pytest_cache" / "v" / "cache" / "lastfailed"
    known.parent.mkdir(parents=True)

    def ask(*failed):
        known.write_text(json.dumps({f"test_it.py::{name}": True for name in failed}))
        again = [sys.executable, str(NUMBERS.with_name("again.py")), "py"]
        alone = {"PATH": os.environ["PATH"], "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        done = subprocess.run(again, cwd=tmp_path, env=alone, capture_output=True, text=True, check=False)
        print(done.stdout)  # noqa: T201 - what pytest shows of a test that fails
        return done.returncode, done.stderr.strip()

    return ask


def test_what_failed_once_is_named_and_asked_once_more(asked_again):
    assert asked_again("test_well") == (0, "asked once more: test_it.py::test_well")
    assert asked_again("test_well", "test_ill")[0] == 1


def test_where_no_test_or_more_than_a_few_failed_nothing_is_asked_again(asked_again):
    assert asked_again() == (1, "0 tests failed: not asked once more")
    assert asked_again(*map(str, range(6))) == (1, "6 tests failed: not asked once more")


COSTS = NUMBERS.with_name("costs.py")


@pytest.fixture
def gate(tmp_path, monkeypatch):
    """`gate(codes)`: how the gate on costs ends where `suite ab` ends so, and how often it asked."""
    asked = tmp_path / "asked"
    program = tmp_path / "suite"

    def ended(*codes, seconds=0):
        asked.write_text("")
        words = " ".join(map(str, codes))
        program.write_text(
            f'#!/bin/sh\necho "$@" >> {asked}\nset -- {words}\nshift $(($(wc -l < {asked}) - 1))\n'
            f"[ {seconds} = 0 ] || exec sleep {seconds}\nexit $1\n"
        )
        program.chmod(0o700)
        found = runpy.run_path(str(COSTS))
        found["main"].__globals__.update({"SUITE": str(program), "SECONDS": 0.2 if seconds else 30})
        return found["main"]("base", "head"), asked.read_text().splitlines()

    return ended


def test_costs_that_are_the_same_pass(gate):
    code, asked = gate(0)
    assert code == 0
    assert [line.split()[:4] for line in asked] == [["ab", "--costs", "base", "head"]]


def test_what_costs_more_has_to_do_so_twice(gate, capsys):
    code, asked = gate(1, 1)
    assert (code, len(asked)) == (1, 2)
    assert "costs-accepted.toml" in capsys.readouterr().err
    code, asked = gate(1, 0)
    assert (code, len(asked)) == (0, 2)


@pytest.mark.parametrize("code", [2, 3, 4, 70])
def test_what_can_not_be_told_is_said_and_refuses_nothing(gate, capsys, code):
    ended, asked = gate(code)
    assert (ended, len(asked)) == (0, 1)
    assert f"could not be told (exit code {code})" in capsys.readouterr().err


def test_a_comparison_that_takes_too_long_refuses_nothing(gate, capsys):
    ended, asked = gate(1, seconds=60)
    assert (ended, len(asked)) == (0, 1)
    assert "could not be told (exit code 124)" in capsys.readouterr().err


MARKS = ("exhaustive", "hypothesis", "load", "nightly", "rounds", "slow")


@pytest.mark.parametrize("has", [*itertools.product([False, True], repeat=len(MARKS))])
def test_whatever_its_marks_a_test_is_run_in_an_environment(has):
    """What CI leaves out is not left out at night."""
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(NUMBERS.parent.parent / "tox.ini")
    environments = ("testenv", "testenv:exhaustive", "testenv:nightly", "testenv:load")
    commands = "\n".join(tox[name]["commands"] for name in environments)
    chosen = [quoted or word for quoted, word in re.findall(r'-m (?:"([^"]*)"|(\w+))', commands)]
    assert len(chosen) == 7
    marks = dict(zip(MARKS, has, strict=True))

    def marked(name, /, **_):
        return marks[name]

    assert any(Expression.compile(one).evaluate(marked) for one in chosen)


STAND_IN = """#!/bin/bash
# Each program that CI calls: what it was called with, and whether that is to fail.
echo "$(basename "$0") $*" >> "$CALLS"
case "$*" in
"-m venv .venv") mkdir -p .venv/bin && for one in pip python suite tox; do cp "$0" .venv/bin/$one; done ;;
.ci/again.py*) exit 1 ;;
.ci/other_python.py) echo py399 /usr/bin/python3.99 ;;
*-) cat > /dev/null ;;
esac
[[ -z "$FAILING" || "$*" != *"$FAILING"* ]]
"""
FAILING = [
    "-m venv", "-e py,lint,types", "--notest -e exhaustive", "-e exhaustive", "-e micro", "-e leaks",
    "-e py399-quick", "install -q .[all]", "run conversation", "-e bench", ".ci/asv_numbers.py", "-",
    ".ci/costs.py",
]  # fmt: skip


@pytest.fixture
def ci(tmp_path):
    """`ci(failing)`: how CI ends where what is called with that fails, and all that it called."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "run").write_text(NUMBERS.with_name("run").read_text())
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("python3", "valgrind", "timeout", "git"):
        (programs / name).write_text(STAND_IN)
        (programs / name).chmod(0o755)

    def run(failing):
        calls = tmp_path / "calls"
        environment = {"PATH": f"{programs}:{os.environ['PATH']}", "CALLS": str(calls), "FAILING": failing}
        done = subprocess.run(
            ["bash", tmp_path / ".ci" / "run"], env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, calls.read_text().splitlines()

    return run


def test_ci_ends_well_where_all_does(ci):
    code, calls = ci("")
    assert code == 0
    for words in FAILING:
        assert any(words in call for call in calls), words


@pytest.mark.parametrize("failing", FAILING)
def test_whatever_fails_and_fails_again_fails_ci(ci, failing):
    """The tests of the README did not: bash goes on behind a group whose part before an && failed."""
    code, calls = ci(failing)
    assert code != 0
    assert failing in calls[-1] or calls[-1].endswith(".ci/again.py exhaustive") or "again.py py" in calls[-1]
