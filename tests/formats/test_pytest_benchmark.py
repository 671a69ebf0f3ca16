"""Reports of pytest-benchmark: what it says where it knows no commit and no branch."""

import pytest

from suite.formats.pytest_benchmark import runs_of_pytest_benchmark
from suite.records.classes import machine_class
from suite.report.words import short_id

STATS = {"min": 0.1, "max": 0.3, "mean": 0.2, "median": 0.2, "ops": 5.0}


def report(commit, python="3.12.1"):
    return {
        "machine_info": {"machine": "x86_64", "python_version": python, "python_implementation": "CPython"},
        "commit_info": commit,
        "datetime": "2024-01-01T00:00:00+00:00",
        "benchmarks": [{"fullname": "t.py::test_a", "stats": STATS}],
    }


@pytest.mark.parametrize(
    ("commit", "wanted"),
    [
        ({"id": "unversioned", "branch": "(unknown)", "dirty": False}, (None, None)),
        ({"unversioned": True}, (None, None)),
        ({"id": "ab" * 20, "branch": "(detached head)"}, ("ab" * 20, None)),
        ({"id": "ab" * 20, "branch": "main"}, ("ab" * 20, "main")),
    ],
)
def test_words_for_nothing_are_no_commit_and_no_branch(commit, wanted):
    [run] = runs_of_pytest_benchmark(report(commit))
    assert (run.commit, run.branch) == wanted


def test_pythons_are_kept_apart_and_their_patches_are_not():
    classes = {
        python: machine_class(runs_of_pytest_benchmark(report({}, python))[0].environment)
        for python in ("3.12.1", "3.12.4", "3.13.0")
    }
    assert classes["3.12.1"] == classes["3.12.4"] != classes["3.13.0"]


def test_ids_of_imported_runs_are_told_apart_when_shortened():
    assert short_id("pytest-benchmark-1a90f9c623596b93") == "pytest-benchmark-1a90f9c6"
    assert short_id("asv-4ae32e9fc54780b7") == "asv-4ae32e9f"
    assert short_id("4ae32e9fc547") == "4ae32e9f"


def test_a_password_among_the_parameters_of_a_test_is_not_kept():
    data = report({"id": "ab" * 20})
    data["benchmarks"][0]["fullname"] = "t.py::test_a[redis://:hunter2@h/0]"
    data["benchmarks"][0]["extra_info"] = {"redis://:hunter2@h/0": 5, "rows": 7}
    (run,) = runs_of_pytest_benchmark(data)
    assert run.workload == "t.py::test_a[redis://***@h/0]"
    assert {"redis://***@h/0", "rows"} <= set(run.metrics)
    assert "hunter2" not in repr(run)
