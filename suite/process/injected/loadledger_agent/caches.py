"""Containers with a bound that are not full yet: what they take looks like a leak until they are."""

# ruff: noqa: BLE001  (no error of ours may show)
from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_MOST = 40
"""So many are told of, those with most entries: what holds few makes no leak."""


def filling() -> bytes:
    """As JSON: [identity, entries, bound] of each. Only types that answer without running anybody's code."""
    try:
        kinds, found = _kinds(), []
        for each in gc.get_objects():
            ask = kinds.get(type(each))
            if ask is not None:
                size, bound = ask(each)
                if bound is not None and 0 < size < bound:
                    found.append((int(size), int(bound), id(each)))
        found.sort(reverse=True)
        return b"[%s]" % b", ".join(b"[%d, %d, %d]" % (who, size, most) for size, most, who in found[:_MOST])
    except Exception:
        return b"[]"


def _kinds() -> dict[type, Callable[[Any], tuple[float, float | None]]]:
    """How to ask instances of a type for entries and bound, as far as their modules are loaded."""
    kinds: dict[type, Callable[[Any], tuple[float, float | None]]] = {}
    functools, collections = sys.modules.get("functools"), sys.modules.get("collections")
    cachetools = sys.modules.get("cachetools")
    if functools is not None:
        kinds[functools._lru_cache_wrapper] = lambda one: one.cache_info()[3:1:-1]
    if collections is not None:
        kinds[collections.deque] = lambda one: (len(one), one.maxlen)
    own: list[type] = [] if cachetools is None else _below(cachetools.Cache)
    for kind in own:
        if kind.__module__.partition(".")[0] == "cachetools":
            kinds[kind] = lambda one: (one.currsize, one.maxsize)
    return kinds


def _below(kind: type) -> list[type]:
    found = [kind]
    deeper: type
    for deeper in type.__subclasses__(kind):
        found += _below(deeper)
    return found
