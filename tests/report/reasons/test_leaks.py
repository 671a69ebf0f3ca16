"""What a search for leaks found, in words."""

from __future__ import annotations

import pytest

from suite.records.leak import Growth, LeakVerdict
from suite.records.reason import Figure, Reason
from suite.report.reasons import verdict_words, words

_SAID: list[tuple[str, dict[str, Figure], str]] = [
    ("restless", {"counter": "malloc", "process": "all"}, "malloc's bytes in all never became quiet"),
    ("restless", {"counter": "blocks", "process": "7"}, "Python's blocks of process 7 never became quiet"),
    (
        "bad_operations",
        {"bad": 5, "operations": 1000, "cause.reset": 3, "cause.{x}": 2},
        "5 of 1,000 operations did not end well: 3 reset, 2 {x}",
    ),
    ("no_answer", {"process": 12, "error": "it is not Python"}, "process 12: it is not Python"),
    (
        "recording_stopped",
        {"processes": 3, "bytes": 1.2e6, "limit": 1e6},
        "recording stopped: 3 processes have written 1.2 MB, more than the limit of 1 MB; fewer operations "
        "per window need less",
    ),
    (
        "memray_failed",
        {"objects": False, "error": "no thank you"},
        "no call site is named: the system failed under memray: no thank you",
    ),
    (
        "gave_back",
        {"function": "warm_up", "file": "/app.py", "bytes": 100.0},
        "warm_up (/app.py) gave back 100 B per operation meanwhile: a suspect of that size may only have "
        "taken its place",
    ),
]


@pytest.mark.parametrize(("kind", "figures", "said"), _SAID)
def test_what_is_said_of_a_search_for_leaks(kind: str, figures: dict[str, Figure], said: str) -> None:
    assert words(Reason(kind, figures)) == said


_GROWTHS = (
    Growth("12", "blocks", 100, (1.0, 2.0), 1.0),
    Growth("all", "blocks", 100, (1.0, 2.0), 1.0),
    Growth("all", "resident", 100, (1.0, 2.0), 1.0),
)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (
            LeakVerdict("no growth", 2000, detectable=8.0),
            "no growth in 2,000 operations, from 8 B/operation on it would have shown",
        ),
        (
            LeakVerdict("bounded", 4500, reasons=(Reason("filled", {"bytes": 3e6}),)),
            "filled, bounded at about 3 MB after 4,500 operations",
        ),
        (
            LeakVerdict("bounded", 4500, held=True, reasons=(Reason("filled"), Reason("processes_changed"))),
            "filled while connections are held, bounded at about what it had after 4,500 operations; "
            "processes came and went meanwhile",
        ),
        (
            LeakVerdict("released", 700, reasons=(Reason("retained", {"seconds": 5.0}),)),
            "retained for up to 5 s, then released, in 700 operations",
        ),
        (
            LeakVerdict("unbounded", 3700, 64.0, 1.0, growths=_GROWTHS),
            "unbounded up to 3,700 operations at 64 B/operation (1 blocks): Python's blocks and "
            "resident memory of process 12 rose",
        ),
        (
            LeakVerdict("unbounded", 3700, 64.0, growths=_GROWTHS[1:2], reasons=(Reason("not_python"),)),
            "unbounded up to 3,700 operations at 64 B/operation: Python's blocks of all "
            "processes together rose; of processes that aren't Python only resident memory is known, with "
            "wider floors",
        ),
        (
            LeakVerdict("sporadic", 900, 8.0),
            "sporadic: grew irregularly, about 8 B/operation in 900 operations; needs more",
        ),
        (
            LeakVerdict("unsettled", 0, reasons=(Reason("nothing_readable"),)),
            "could not settle after 0 operations: no process of the system could be read",
        ),
        (LeakVerdict("unbounded", 9, reasons=(Reason.of_text("it leaks"),)), "it leaks"),
    ],
)
def test_a_search_for_leaks_says_in_a_line_what_it_found(verdict: LeakVerdict, said: str) -> None:
    assert verdict_words(verdict) == said
