"""A command line that makes no sense: one clear line per fault, and nothing runs."""

import pytest


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "--hlep"], r"No such option: --hlep.* \(see: suite run --help\)"),
        (["list", "--quikc"], r"No such option: --quikc.* \(see: suite list --help\)"),
        (["rnu"], r"No such command 'rnu'.* \(see: suite --help\)"),
        (["run", "--users", "0"], r"Invalid value for '--users' / .*1.* \(see: suite run --help\)"),
        (["run", "--users", "many"], r"Invalid value for '--users' / .* \(see: suite run --help\)"),
        (["run", "--rounds"], r"Option '--rounds' requires an argument \(see: suite.* --help\)"),
        (["show", "--limit", "0"], r"Invalid value for '--limit': .*"),
        (["show", "--limit", "9" * 20], r"Invalid value for '--limit': .*less than or equal to 1000000000.*"),
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
        (["run", "-k", "zzz"], r"no workload is left after the filters; see: suite list"),
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
        (
            ["--target", "http://x:port"],
            r"'http://x:\*\*\*' is no address; write it like http://host:8000 .*",
        ),
        (["--target", "http://"], "'http://' is no address; .*"),
        (["--target", ""], "--target is followed by nothing: is a variable not set.*"),
        (["--target", "8000"], "'8000' is no address; .*"),
        (["--target", "http://a..b"], "'http://a..b' is no address; .*"),
    ],
)
def test_options_that_do_not_fit_an_open_loop(refused, words, says):
    refused("run", refused.example("load_echo.py"), "-k", "open", *words, says=says)
