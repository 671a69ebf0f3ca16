"""Rows of a piece by the group that each belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt


def by_group(group: npt.NDArray[Any], *columns: npt.NDArray[Any]) -> Iterator[tuple[Any, ...]]:
    """Each number in `group`, from 0 to 65,535, with what of each column belongs to it, in order."""
    if not len(group):
        return
    low, high = int(group.min()), int(group.max())
    if low == high:
        yield low, *columns
        return
    order = np.argsort(group.astype(np.uint16), kind="stable")  # a radix sort for 16 bits
    bounds = np.searchsorted(group[order], np.arange(low, high + 2))
    sorted_columns = [column[order] for column in columns]
    for number, first, last in zip(range(low, high + 1), bounds[:-1], bounds[1:], strict=True):
        if first < last:
            yield number, *(column[first:last] for column in sorted_columns)
