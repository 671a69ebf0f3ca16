"""What recordings by memray add up to, by the line that allocates. `python -m` reads them, alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from suite.leaks.site import Raw, Sites
from suite.process.reading import answer, read_apart

_FREED = frozenset({1, 5, 15})
"""memray.AllocatorType: PYMALLOC_FREE, FREE, MUNMAP."""
_DEPTH = 40
_NAMELESS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>", "<lambda>"})

Sum = tuple[Raw, int, int]
"""A function, its file as others tell it and a line of it; how many allocations; their bytes."""


def read_sums(recordings: Mapping[int, Path], roots: Sequence[Path]) -> dict[int, list[Sum] | str]:
    """What each recording, by pid, adds up to, files told from `roots`; a str says why it can't be read."""
    files = [recordings[pid] for pid in sorted(recordings)]
    told = read_apart("suite.costs.allocation_sums", files, [str(root) for root in roots])
    return {
        pid: one if isinstance(one, str) else [((row[0], row[1], row[2]), row[3], row[4]) for row in one]
        for pid, one in zip(sorted(recordings), told, strict=True)
    }


def _sums(recording: Path, roots: Sequence[str]) -> list[tuple[Any, ...]]:
    """As rows. What one tells that broke off counts."""
    import memray  # takes long to import

    memray.set_log_level(50)  # type: ignore[attr-defined]
    sites = Sites([Path(root) for root in roots])
    known: dict[int, Raw] = {}
    times, sizes = Counter[Raw](), Counter[Raw]()
    with memray.FileReader(str(recording)) as reader:
        for record in reader.get_allocation_records():
            if record.allocator in _FREED:
                continue
            if record.stack_id not in known:
                known[record.stack_id] = _place(record.stack_trace(max_stacks=_DEPTH), sites)
            place = known[record.stack_id]
            times[place] += record.n_allocations
            sizes[place] += record.size
    return [(*place, times[place], sizes[place]) for place in times]


def _place(stack: Sequence[Raw], sites: Sites) -> Raw:
    """Where a stack (innermost first) allocates. What has no name of its own has that of who calls it too."""
    raw = sites.of(stack)
    if raw is None:
        return "?", "?", 0
    function, file, line = raw
    if function in _NAMELESS:
        callers = stack[stack.index(raw) + 1 :]
        outer = next((name for name, where, _ in callers if where == file and name not in _NAMELESS), None)
        function = function if outer in (None, "<module>") else f"{outer}.<locals>.{function}"
    return function, sites.place(file)[1], line


if __name__ == "__main__":
    answer(_sums)
