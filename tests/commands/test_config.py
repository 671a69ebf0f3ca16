"""`suite config`: what workloads would run with."""

import json


def test_each_value_with_where_it_comes_from(command):
    (command.folder / "load.json").write_text('{"concurrent_users": 3, "max_error_rate": 0.05}')
    said = command("config", command.example("load_counter.py"), "-k", "click", "--config", "load.json")
    assert (said.code, said.err) == (0, "")
    assert "configuration  load.json" in said.out
    rows = [line.strip().split(maxsplit=2) for line in said.out.splitlines() if line.startswith("  ")]
    assert ["users", "3", "load.json"] in rows
    assert ["thresholds.failures.critical", "0.05", "load.json"] in rows
    assert ["workers", "1", "the default"] in rows
    assert not (command.folder / "results").exists()  # nothing ran


def test_for_a_script(command):
    said = command("config", command.example("load_counter.py"), "-k", "click", "--users", 5, "--json")
    told = json.loads(said.out)
    assert told["configuration"] is None
    (rows,) = told["workloads"].values()
    assert {"name": "users", "value": 5, "source": "the command line"} in rows


def test_what_run_would_refuse_is_refused(command):
    said = command("config", command.example("load_counter.py"), "--max-error-rate", "often")
    assert said.code == 2
    assert "max_error_rate: 'often' is not a quantity" in said.err


def test_of_two_ways_to_end_each_workload_takes_its_own_and_the_other_is_told(command):
    words = ("--requests-per-user", 3, "--test-duration", "1s")
    said = command("config", command.example("load_counter.py"), "-k", "click", *words)
    assert said.code == 0
    assert "seconds (test_duration) has no effect on what is counted: counter/click" in said.err


def test_where_nothing_is_chosen_it_is_the_quick_loop_as_with_run(command):
    command.example("load_counter.py")
    rows = [line.strip().split(maxsplit=2) for line in command("config").out.splitlines()]
    assert ["rounds", "1", "the default"] in rows
    assert next(row[2] for row in rows if row[:1] == ["think"]) == "its quick loop"


def test_any_end_and_rate_of_a_loop_is_told(command):
    said = command("config", command.example("load_counter.py"), "-k", "click", "--operations", 7)
    assert ["operations", "7", "the command line"] in [
        line.strip().split(maxsplit=2) for line in said.out.splitlines()
    ]
