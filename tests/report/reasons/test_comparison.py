"""Why sides can or can't be compared, in words."""

from __future__ import annotations

import pytest

from suite.records.reason import Figure, Reason
from suite.report.reasons import words

_SAID: list[tuple[str, dict[str, Figure], str]] = [
    ("other_hardware", {"fact": "cpu", "base": "EPYC", "head": None}, "CPU: EPYC v unknown"),
    ("other_hardware", {"fact": "cores", "base": 8, "head": 4}, "cores: 8 v 4"),
    ("other_hardware", {"fact": "affinity", "base": 8, "head": 2}, "usable cores: 8 v 2"),
    (
        "other_hardware",
        {"fact": "container", "base": "docker", "head": "none"},
        "container class: docker v none",
    ),
    (
        "other_hardware",
        {"fact": "machine", "base": "x86_64", "head": "aarch64"},
        "architecture: x86_64 v aarch64",
    ),
    (
        "other_hardware",
        {"fact": "memory", "base": 32_000_000_000, "head": 16_000_000_000, "passes": "anywhere"},
        "memory: 32.0 GB v 16.0 GB; --anywhere compares them all the same",
    ),
    ("other_software", {"fact": "kernel", "base": "6.1", "head": "6.6"}, "kernel: 6.1 v 6.6"),
    ("other_software", {"fact": "python", "base": "3.11", "head": "3.12"}, "Python: 3.11 v 3.12"),
    (
        "other_software",
        {"fact": "governor", "base": None, "head": "performance"},
        "CPU governor: unknown v performance",
    ),
    ("other_package", {"fact": "uvloop", "base": "0.20", "head": "0.21"}, "package uvloop: 0.20 v 0.21"),
    ("other_packages", {"more": 4}, "and 4 more packages differ"),
    ("other_load", {"fact": "users", "base": 8, "head": 16}, "load, users: 8 v 16"),
    ("other_plan", {"fact": "seconds", "base": 10.0, "head": 30.0}, "seconds: 10.0 v 30.0"),
    ("other_parameter", {"fact": "{limit}", "base": None, "head": 6}, "parameter {limit}: unknown v 6"),
    ("other_rounds", {"base": 3, "head": 1}, "rounds: 3 v 1"),
    (
        "other_workload",
        {"base": "dicom/receive", "head": "api/steady"},
        "workload: dicom/receive v api/steady",
    ),
    (
        "other_loop",
        {"base": "closed", "head": "open"},
        "loop: closed v open; closed and open loops measure different things",
    ),
    ("uncommitted", {"side": "head"}, "head had changes that were not committed"),
    ("invalid_runs", {"side": "base", "invalid": 6, "of": 14}, "base: 6 of 14 runs invalid, not counted"),
    ("no_value", {"side": "both"}, "no value in base and head"),
    (
        "no_value",
        {"metric": "response.p99", "side": "head", "note": "needs 1,000 samples, has 8"},
        "response.p99: no value in head (needs 1,000 samples, has 8)",
    ),
    ("no_valid_run", {"metric": "response.p50", "side": "head"}, "response.p50: no valid run of head"),
    ("few_base_runs", {"runs": 1, "wanted": 8}, "1 run of base, 8 tell its spread; use suite ab"),
    (
        "few_head_runs",
        {"runs": 1, "rounds": 3, "wanted_runs": 3, "wanted_rounds": 5},
        "1 run, 3 rounds of head; 3 runs and 5 rounds make a verdict on a change",
    ),
    (
        "few_head_runs",
        {"runs": 2, "rounds": 2, "wanted_runs": 1, "wanted_rounds": 3},
        "2 runs, 2 rounds of head; 3 rounds make a verdict on a change",
    ),
    (
        "few_moments",
        {"moments": 1, "wanted": 8, "allowed": 0.05},
        "base ran at 1 moment: 5 % is allowed for how others are; 8 of them, or suite ab, tell more",
    ),
    ("within_minimum", {"minimum": 0.001, "relative": False, "unit": "ratio"}, "within ±0.1 points"),
    (
        "no_clear_change",
        {"minimum": 0.05, "relative": True, "unit": "s"},
        "no clear change, nor within ±5 %",
    ),
    ("no_runs", {"workload": "shop/new", "side": "base"}, "shop/new: no runs in base"),
    (
        "no_search",
        {"workload": "shop/new", "side": "base"},
        "shop/new: its capacity was not searched for in base",
    ),
    (
        "left_out",
        {"side": "base", "runs": 2},
        "base: 2 runs left out: other machine, plan or code, or not valid",
    ),
    (
        "neighbours",
        {"commit": "0123456789abcdef", "own": 1, "others": 7},
        "base: 1 run of 0123456789ab and 7 of its neighbours",
    ),
    ("nothing_compared", {"workload": "a/b"}, "a/b: nothing could be compared"),
    ("nothing_compared", {}, "nothing was compared"),
    ("machine_shifted", {"canary/cpu": 0.3, "workload": "a/b"}, "the machine shifted (canary/cpu +30 %)"),
    ("check_broken", {"side": "head", "check": "all is stored"}, "head: check failed: all is stored"),
    ("failures", {"base": 0.0, "head": 0.25}, "failures: 0 % v 25 %"),
    (
        "failures_rise",
        {"base": 0.0, "head": 0.25},
        "more fails, 0 % v 25 %: what is left may only seem better",
    ),
]


@pytest.mark.parametrize(("kind", "figures", "said"), _SAID)
def test_what_is_said_of_a_comparison(kind: str, figures: dict[str, Figure], said: str) -> None:
    assert words(Reason(kind, figures)) == said
