"""`python -m suite.reference.conversation`."""

import re
import subprocess
import sys


def demo(*words):
    done = subprocess.run(
        [sys.executable, "-m", "suite.reference.conversation", *words],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_explains_itself():
    assert "--max-concurrent" in demo("--help")


def test_it_shows_refusals_and_counters():
    shown = demo("--starts", "6", "--max-concurrent", "4", "--users", "3")
    assert shown.count("refused, global limit of 4 reached") == 2
    counters = dict(re.findall(r"^ *(\w+) (\d+)$", shown, re.MULTILINE))
    assert (counters["started"], counters["ended"], counters["rejected_global"]) == ("4", "4", "2")
