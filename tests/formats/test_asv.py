"""asv's files as Runs: what asv keeps apart stays apart, and a file is damaged only where it is."""

import math
from types import SimpleNamespace

import pytest

from suite.errors import StoreError
from suite.formats.asv import asv_files, is_asv, runs_of_asv
from suite.formats.asv_result import setting_of
from suite.integrations.asv_results import _setting, workload_of
from suite.records.classes import machine_class

COLUMNS = ["result", "params", "version", "started_at", "duration", "samples"]


def result(results, **more):
    """A file of asv's."""
    return {
        "commit_hash": "ab" * 20, "env_name": "v", "date": 1700000000000, "python": "3.12",
        "params": {"machine": "box", "python": "3.12"}, "requirements": {}, "env_vars": {},
        "result_columns": COLUMNS, "results": results, "durations": {}, "version": 2, **more,
    }  # fmt: skip


def row(values, params=(), version="1", samples=None):
    return [values, list(params), version, 1700000000000, 1.0, samples]


def runs(results, benchmarks=None, **more):
    return runs_of_asv(result(results, **more), benchmarks or {}, workload_of)


def values(results, benchmarks=None, **more):
    """By workload and metric."""
    return {
        run.workload: {name: one.value for name, one in run.metrics.items()}
        for run in runs(results, benchmarks, **more)
    }


@pytest.mark.parametrize(
    ("results", "wanted"),
    [
        ({"time_module_level": row([0.2])}, {"benchmarks": {"time_module_level": 0.2}}),
        ({"mod.time_f": row([0.2])}, {"mod": {"time_f": 0.2}}),
        ({"a.P.time_x": row([math.nan, 0.5, None], [["1", "2", "3"]])}, {"a/p": {"time_x(2)": 0.5}}),
        (
            {"a.P.time_x": row([1, 2, 3, 4], [["1", "2"], ["'a'", "'b'"]])},
            {"a/p": {"time_x(1, 'a')": 1, "time_x(1, 'b')": 2, "time_x(2, 'a')": 3, "time_x(2, 'b')": 4}},
        ),
        ({"a.P.time_x": row([0.1], [["1", "2"]])}, {"a/p": {"time_x(1)": 0.1}}),
        ({"a.P.time_x": row([0.1, 0.2])}, {"a/p": {"time_x": 0.1}}),
        ({"a.P.time_x": 0.25, "a.P.time_y": [[0.3]]}, {"a/p": {"time_x": 0.25, "time_y": 0.3}}),
        (
            {"a.P.time_x": row([0.1]), "a.P.track_time_x": row([5])},
            {"a/p": {"time_x": 0.1, "a.P.track_time_x": 5}},
        ),
        (
            {
                "a.P.time_failed": row(None, [["1"]]), "a.P.time_none": None, "a.P.time_empty": row([]),
                "a.P.time_inf": row([math.inf]), "a.P.track_bool": row([True]), "a.P.track_text": row(["12"]),
            },
            {},
        ),
    ],
    ids=[
        "no dot", "no class", "some failed", "two parameters", "fewer", "more", "bare", "one name", "none",
    ],
)  # fmt: skip
def test_odd_results_damage_nothing_else(results, wanted):
    ok = {"z.Z.time_z": row([1.0])}
    assert values({**results, **ok}) == {**wanted, "z/z": {"time_z": 1.0}}


def test_parameters_that_combine_without_end_are_as_many_as_there_are_values():
    """Ten values of each of twelve: a file of two kilobytes took hours."""
    ten = [str(number) for number in range(10)]
    found = values({"a.P.time_x": row([0.1], [ten] * 12)})
    assert found == {"a/p": {f"time_x({', '.join('0' * 12)})": 0.1}}


def test_samples_that_are_no_numbers_are_left_out():
    samples = {"a.P.time_x": row([0.2], samples=[[0.19, 0.2, None]])}
    several = {"b.P.time_x": row([0.2, 0.3], [["1", "2"]], samples=[[0.19, 0.2], None])}
    one, two = runs({**samples, **several})
    assert one.metrics["time_x"].values == (0.19, 0.2)
    assert [measured.values for measured in two.metrics.values()] == [(0.19, 0.2), ()]


def test_a_file_from_before_format_2_is_read():
    old = result(
        {
            "a.P.time_plain": 0.1,
            "a.P.time_object": {"result": [0.2], "samples": [0.19, 0.21], "stats": [{"n": 2}]},
            "a.P.time_params": {"result": [0.3, None], "params": [["1", "2"]], "samples": [[0.29], None]},
            "a.P.time_failed": None,
        },
        version=1,
        benchmark_version={"a.P.time_plain": "7"},
    )
    del old["result_columns"], old["env_vars"], old["durations"]
    assert is_asv(old)
    [run] = runs_of_asv(old, {}, workload_of)
    found = {name: (one.value, one.values) for name, one in run.metrics.items()}
    assert found == {
        "time_plain": (0.1, ()),
        "time_object": (0.2, (0.19, 0.21)),
        "time_params(1)": (0.3, (0.29,)),
    }
    assert run.plan["versions"] == {"time_plain": "7"}


def test_a_newer_format_says_so():
    with pytest.raises(StoreError, match="format 3 of asv is newer than this: it reads up to 2"):
        runs({"a.P.time_x": row([1.0])}, version=3)


@pytest.mark.parametrize("change", [{"results": []}, {"date": "x"}, {"params": None}])
def test_a_damaged_file_says_so(change):
    with pytest.raises(StoreError, match="damaged"):
        runs_of_asv({**result({"a.P.time_x": row([1.0])}), **change}, {}, workload_of)


@pytest.mark.parametrize(
    "other",
    [
        {"params": {"machine": "windows-2022", "python": "3.12"}},
        {"python": "3.8", "params": {"machine": "box", "python": "3.8"}},
        {"requirements": {"numpy": "1.26"}},
        {"requirements": {"numpy": ""}},
        {"env_vars": {"THREADS": "4"}},
    ],
    ids=["machine", "python", "requirement", "any version of one", "variable"],
)
def test_what_asv_keeps_apart_is_another_machine_class(other):
    [one] = runs({"a.P.time_x": row([1.0])})
    [two] = runs({"a.P.time_x": row([1.0])}, **other)
    assert machine_class(one.environment) != machine_class(two.environment)
    assert machine_class(one.environment) == machine_class(runs({"a.P.time_y": row([2.0])})[0].environment)


def test_a_setting_is_told_in_words():
    told = result({}, requirements={"numpy": "1.26", "six": ""}, env_vars={"THREADS": "4"})
    assert setting_of(told) == "box, Python 3.12, env THREADS 4, numpy 1.26, six"


def test_a_password_that_asv_sets_as_a_variable_is_not_kept():
    """Documents, the ledger and pages are shown to others; that there is one is told."""
    variables = {"DB_PASSWORD": "hunter2hunter2", "URL": "redis://:hunter2hunter2@h/0", "THREADS": "4"}
    told = setting_of(result({}, env_vars=variables))
    assert told == "box, Python 3.12, env DB_PASSWORD ***, env THREADS 4, env URL redis://***@h/0"
    [run] = runs({"a.P.time_x": row([1.0])}, env_vars=variables)
    assert run.environment["variables"] == {
        "DB_PASSWORD": "***", "URL": "redis://***@h/0", "THREADS": "4",
    }  # fmt: skip
    assert "hunter2" not in repr(run)
    page = _setting(SimpleNamespace(params={"machine": "box"}, env_vars=variables))
    assert page == "asv on box, DB_PASSWORD ***, THREADS 4, URL redis://***@h/0"


FETCHED = {
    "shop @ https://hunter2@host/shop.whl": "",
    "pip+git+https://oauth2:hunter2@host/mail": "git+ssh://git@host/mail",
    "secretstorage": "3.3",
    "token": "hunter2",
}


def test_who_fetches_a_package_is_not_kept():
    """asv keeps requirements twice, once among the machine's; a package may be called as a secret is."""
    params = {"machine": "https://hunter2@box", "python": "3.12", **FETCHED}
    some = {"params": params, "requirements": FETCHED}
    words = (
        "https://***@box, Python 3.12, pip+git+https://***@host/mail git+ssh://git@host/mail, "
        "secretstorage 3.3, shop @ https://***@host/shop.whl, token ***"
    )
    assert setting_of(result({}, **some)) == words
    [run] = runs({"a.P.time_x": row([1.0])}, **some)
    assert run.environment["packages"] == {
        "shop @ https://***@host/shop.whl": "",
        "pip+git+https://***@host/mail": "git+ssh://git@host/mail",
        "secretstorage": "3.3",
        "token": "***",
    }
    assert "hunter2" not in repr(run)
    page = _setting(SimpleNamespace(params=params, env_vars={}))
    assert page.startswith("asv on https://***@box, pip+git+https://***@host/mail git+ssh://git@host/mail")
    assert "hunter2" not in page


def test_a_parameter_of_a_benchmark_is_kept_without_its_password_and_apart_from_others():
    urls = ["'redis://:hunter2@h/0'", "'redis://:hunter3@h/0'", "'redis://h/0'"]
    [run] = runs({"a.P.time_x": row([1.0, 2.0, 3.0], [urls])})
    assert {name: one.value for name, one in run.metrics.items()} == {
        "time_x('redis://***@h/0')": 1.0,
        "time_x('redis://***@h/0' 2)": 2.0,
        "time_x('redis://h/0')": 3.0,
    }


def test_each_benchmark_has_its_version():
    long = "0123456789abcdef" * 4
    [run] = runs({"a.P.time_x": row([1.0], version=long), "a.P.time_y": row([1.0], version="2")})
    assert run.plan == {"loop": "asv", "versions": {"time_x": "0123456789ab", "time_y": "2"}}


def test_versions_go_back_to_asv():
    old, new = (runs({"a.P.time_x": row([1.0], version=version)})[0] for version in ("1", "2"))
    files, _ = asv_files([new, old])
    [one] = [data for name, data in files.items() if "existing" in name]
    assert one["results"]["a.P.track_time_x"][2] in ("1", "2")
    assert files["benchmarks.json"]["a.P.track_time_x"]["version"] == one["results"]["a.P.track_time_x"][2]
