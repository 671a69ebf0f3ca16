"""What a search for leaks found, and what keeps it from telling more."""

from __future__ import annotations

from suite.records.leak import LeakVerdict
from suite.report.reasons.template import Figures, Kinds, number
from suite.report.words import many
from suite.units import format_quantity

_THINGS = ("descriptors", "sockets", "threads")
_COUNTERS = {
    "blocks": "Python's blocks",
    "malloc": "malloc's bytes",
    "resident": "resident memory",
    **{name: name for name in _THINGS},
}
_NAMED = 5
"""So many processes are named."""
_ALL, _CHANGING = "all", "started or ended"
ASIDE = ("still_growing", "cache_fills", "processes_changed", "not_python")
"""What is to be known besides, whatever the outcome."""


def outcome_words(verdict: LeakVerdict, why: str) -> str:
    """The outcome with its figures, and `why` where that belongs."""
    far, held = many(verdict.operations, "operation"), " while connections are held" if verdict.held else ""
    match verdict.outcome:
        case "no growth":
            least = verdict.detectable
            return f"no growth in {far}" + (f", from {_bytes(least)} on it would have shown" if least else "")
        case "bounded":
            return f"filled{held}, bounded at about {why or 'what it had'} after {far}"
        case "released":
            return f"retained{held} for up to {why}, then released, in {far}"
        case "unbounded":
            return f"unbounded{held} up to {far} at {_rate(verdict)}: {_risen(verdict)} rose"
        case "sporadic":
            return f"sporadic{held}: grew irregularly, about {_rate(verdict)} in {far}; needs more"
        case "unsettled":
            return f"could not settle{held} after {far}: {why or 'no reason given'}"


def _bytes(size: float | None) -> str:
    return f"{format_quantity(size, 'B')}/operation"


def _rate(verdict: LeakVerdict) -> str:
    blocks = verdict.blocks_per_operation
    counted = f" ({format_quantity(blocks, '1')} blocks)" if blocks and blocks > 0 else ""
    things = [
        f"{format_quantity(growth.per_operation, '1')} {growth.counter}"
        for growth in verdict.growths
        if growth.counter in _THINGS and growth.process == _ALL
    ]
    memory = (
        [_bytes(verdict.bytes_per_operation) + counted] if verdict.bytes_per_operation or not things else []
    )
    return ", ".join([*memory, *(f"{thing}/operation" for thing in things)])


def _risen(verdict: LeakVerdict) -> str:
    """Which counters of whom: "Python's blocks and resident memory of process 12"."""
    there = {growth.counter for growth in verdict.growths}
    counters = [name for counter, name in _COUNTERS.items() if counter in there]
    processes = {growth.process for growth in verdict.growths}
    pids = sorted(processes - {_CHANGING, _ALL})
    more = f" and {len(pids) - _NAMED} more" if len(pids) > _NAMED else ""
    whose = [f"process{'es' if len(pids) > 1 else ''} {', '.join(pids[:_NAMED])}{more}"] if pids else []
    if _CHANGING in processes:
        whose.append("processes that started meanwhile")
    return f"{_listed(counters) or 'memory'} of {' and of '.join(whose or ['all processes together'])}"


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _filled(figures: Figures) -> str:
    if "bytes" in figures:
        return "{bytes:B}"
    return "{blocks:1} blocks" if "blocks" in figures else "what it had"


def _restless(figures: Figures) -> str:
    who = "in all" if figures["process"] == _ALL else "of process {process}"
    return f"{_COUNTERS.get(str(figures['counter']), '{counter}')} {who} never became quiet"


def _bad_operations(figures: Figures) -> str:
    causes = [
        f"{number(count):,.0f} {name.removeprefix('cause.')}"
        for name, count in figures.items()
        if name.startswith("cause.")
    ]
    said = ", ".join(causes).replace("{", "{{").replace("}", "}}")
    return "{bad:,} of {operations:,} operations did not end well" + (f": {said}" if said else "")


def _memray_failed(figures: Figures) -> str:
    less = "only Python's own objects are looked at" if figures["objects"] else "no call site is named"
    return f"{less}: the system failed under memray: {{error}}"


KINDS: Kinds = {
    "unfinished_window": "window {number}",
    "filled": _filled,
    "retained": "{seconds:s}",
    "nothing_readable": "no process of the system could be read",
    "no_whole_counter": "no counter could be read at all marks",
    "search_cut_short": "the search ended early, after {windows:,} windows",
    "processes_replaced": "processes were replaced all the time",
    "growing_replaced": "processes that grew were replaced",
    "restless": _restless,
    "still_growing": "if something may keep more than it got, look further with --operations {window}",
    "cache_fills": "a cache with a bound fills, and will be full after {left:,} operations more: look "
    "further with --operations {window}",
    "processes_changed": "processes came and went meanwhile",
    "not_python": "of processes that aren't Python only resident memory is known, with wider floors",
    "memory_unreadable": "its memory can't be read: {error}",
    "no_answer": "process {process}: {error}",
    "bad_operations": _bad_operations,
    "no_memory_grows": "what grows is no memory, so that no allocation tells where it comes from",
    "memray_failed": _memray_failed,
    "tracemalloc_failed": "call sites are memray's alone: the system failed under tracemalloc: {error}",
    "no_objects_grow": "call sites are memray's alone: tracemalloc saw none that grows",
    "recordings_useless": "the recordings break off before anything can be told from them",
    "recordings_short": "the recordings break off: only the first {windows} of {of} windows are looked at",
    "recordings_cut": "{recordings} recordings break off (the first of process {process}): "
    "these processes count as ended there",
    "recording_stopped": "recording stopped: {processes} processes have written {bytes:B}, more than the "
    "limit of {limit:B}; fewer operations per window need less",
    "recording_unreadable": "the recording of process {process} can't be read: {error}",
    "nameless_growth": "{bytes:B} per operation were asked for while no Python code ran; "
    "a recording of C stacks (--native) may tell where",
    "gave_back": "{function} ({file}) gave back {bytes:B} per operation meanwhile: "
    "a suspect of that size may only have taken its place",
}
