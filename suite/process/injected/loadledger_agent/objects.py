"""What Python holds in this process, by where it was made."""

# ruff: noqa: BLE001, S110, PTH120  (no error of ours may show; nothing is imported without need)
from __future__ import annotations

import gc
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_DICTS = 20_000  # some 0.1 ms each is what it takes to ask for the traces of a dict


class Objects:
    """What Python's allocators handed out and did not get back, by traceback, as tracemalloc knows it.

    Changes from mark to mark go to a file per process, `<pid>.objects`, a line each.
    """

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self._first = True
        self._held: dict[Any, tuple[int, int, int]] = {}  # bytes asked for, blocks, bytes given
        self._frames: dict[Any, Any] = {}
        self._given = _Given()
        self._table = _table_tracer()

    def mark(self) -> None:
        """Write down what changed since the mark before; of the first one there is nothing to tell."""
        collecting = gc.isenabled()
        gc.disable()  # so many tuples would have all objects looked at again and again: half of the time
        try:
            import _json
            import _tracemalloc

            if not _tracemalloc.is_tracing():
                return  # the process stopped it: all traces are gone
            sizes = self._sizes(_tracemalloc._get_traces())
            tables = self._tables(_tracemalloc._get_object_traceback)
            changes = self._changes(sizes, tables)
            if self._first:
                self._first = False
                return
            quoted = _json.encode_basestring_ascii  # of json's own modules none is imported
            rows = []
            for stack, (asked, blocks, given) in changes:
                frames = ",".join([f"[{quoted(file)},{line}]" for file, line in stack])
                rows.append(f"[{asked},{blocks},{given},[{frames}]]")
            with open(f"{self.directory}/{os.getpid()}.objects", "a", encoding="ascii") as out:
                out.write(f'{{"at":{time.time()!r},"changes":[{",".join(rows)}]}}\n')
        except Exception:
            pass
        finally:
            if collecting:
                gc.enable()

    def _sizes(self, traces: Any) -> dict[Any, list[int]]:
        """The sizes of all blocks by traceback. It makes no object but lists, for each is traced."""
        ours = os.path.dirname(__file__)
        sizes: dict[Any, list[int]] = {}
        known = sizes.get
        for trace in traces:
            if trace[0] == 0:  # not numpy's, say
                stack = trace[2]
                same = known(stack)
                if same is not None:
                    same.append(trace[1])
                elif not stack[0][0].startswith(ours):
                    sizes[stack] = [trace[1]]
        return sizes

    def _tables(self, made: Callable[[Any], Any]) -> dict[Any, int]:
        """By traceback, how many tables of small dicts were made for another's dict (less than 0), or are
        in its own dicts but made elsewhere.

        CPython moves the trace of an object that it takes from a freelist, but not that of a dict's table.
        A table belongs to its dict.
        """
        moved: dict[Any, int] = {}
        table = self._table
        if table is None:
            return moved
        small, size = sys.getsizeof({"": 0}), sys.getsizeof
        tracked = gc.get_objects()
        both = (tracked, gc.get_referents(*tracked))  # a dict without containers is not tracked
        dicts = {
            id(each): each for some in both for each in some if type(each) is dict and size(each) == small
        }
        del tracked, both
        if self._first and len(dicts) > _DICTS:
            self._table = None
            return moved
        for address, each in dicts.items():
            there, here = table(address), made(each)
            if there is not None and here is not None and there != here:
                moved[here] = moved.get(here, 0) + 1
                moved[there] = moved.get(there, 0) - 1
        return moved

    def _changes(self, sizes: dict[Any, list[int]], tables: dict[Any, int]) -> list[Any]:
        """Pairs of a traceback and its changes since the last time."""
        from _operator import sub

        table = sys.getsizeof({"": 0}) - sys.getsizeof({})
        given = self._given.__getitem__
        frames = self._frames
        held = self._held
        none = (0, 0, 0)
        changes = []
        for stack, all_sizes in sizes.items():
            more = tables.get(stack, 0)
            asked = sum(all_sizes) + more * table
            now = (asked, len(all_sizes) + more, sum(map(given, all_sizes)) + more * given(table))
            before = held.get(stack, none)
            if now != before:
                if before is none:  # most have most of their frames in common
                    stack = tuple([frames.setdefault(frame, frame) for frame in stack])
                held[stack] = now
                changes.append((stack, tuple(map(sub, now, before))))
        gone = [stack for stack in held if stack not in sizes]
        changes += [(stack, tuple(map(sub, none, held.pop(stack)))) for stack in gone]
        return changes


class _Given(dict):  # type: ignore[type-arg]
    """Bytes that pymalloc, or malloc for what is larger, takes for a block."""

    def __missing__(self, size: int) -> int:
        self[size] = given = (size + (15 if size <= 512 else 23)) // 16 * 16
        return given


def _table_tracer() -> Callable[[int], Any] | None:
    """A function that tells for the address of a dict where its table of keys was made; None for one that
    it shares with others. There is none where CPython can't be asked."""
    try:
        import ctypes

        ask = ctypes.PyDLL(None)._PyTraceMalloc_GetTraceback
        ask.restype, ask.argtypes = ctypes.py_object, [ctypes.c_uint, ctypes.c_size_t]
        word = ctypes.c_size_t.from_address
        probe = {number: number for number in range(100)}
        fields = range(16, dict.__basicsize__ - 8, 8)
        at = next(field for field in fields if ask(0, word(id(probe) + field).value) is not None)
    except Exception:
        return None

    def made(address: int) -> Any:
        shared = word(address + at + 8).value  # with the dicts of other objects of its class
        return None if shared else ask(0, word(address + at).value)

    return made
