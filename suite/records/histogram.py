"""Mergeable counts of times in HDR buckets, with a place for times that are only known to be longer."""

from __future__ import annotations

import math
import struct
import zlib
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
from hdrh.histogram import HdrHistogram

from suite.errors import StoreError
from suite.records.buckets import DIGITS, HIGHEST_NS, MOST, Counts, indices, upper

Packed = list[Any]
"""Low, high and total, then the buckets that are filled and their counts."""
_CHUNK = 1 << 16
"""Values bucketed at a time: temporaries stay in the cache, and a sum of them fits 64 bits."""
_HEAD = struct.Struct(">IIIIQQd")
"""Of HDR V2: cookie, length, offset, digits, lowest, highest, ratio."""
_EMPTY: Counts = np.zeros(0, np.int64)


def rank(quantile: float, count: int) -> int:
    """The nearest rank (1..count) of `quantile` among `count` values, `count` above 0."""
    # q * n of 0.07 * 100 is a hair above 7; without the allowance it would be rank 8.
    return min(max(math.ceil(quantile * count - 1e-6), 1), count)


class Histogram:
    """Times of operations that ended (`ok`) and lower bounds of those that did not (`beyond`).

    Immutable. Three significant digits from 1 ns to 24 hours (after Gil Tene's HdrHistogram); minimum,
    maximum and mean are exact. Longer times count as 24 hours, negative ones as 0.
    """

    __slots__ = ("_beyond", "_ok")

    def __init__(self, ok: HistogramPart, beyond: HistogramPart) -> None:
        self._ok = ok
        self._beyond = beyond

    @classmethod
    def of(cls, ok_ns: Counts, beyond_ns: Counts = _EMPTY) -> Histogram:
        """From times in integer nanoseconds, in any order."""
        return cls(HistogramPart.of(ok_ns), HistogramPart.of(beyond_ns))

    @classmethod
    def merged(cls, histograms: Iterable[Histogram]) -> Histogram:
        """As if all values had been counted in one; of nothing, an empty one."""
        all_of_them = list(histograms)
        return cls(
            HistogramPart.merged([h._ok for h in all_of_them]),
            HistogramPart.merged([h._beyond for h in all_of_them]),
        )

    @property
    def count(self) -> int:
        """How many values there are, lower bounds included."""
        return self._ok.count + self._beyond.count

    @property
    def beyond_count(self) -> int:
        """How many of them are lower bounds."""
        return self._beyond.count

    @property
    def mean(self) -> float | None:
        """Mean of the ok values in seconds."""
        return self._ok.total / self._ok.count / 1e9 if self._ok.count else None

    @property
    def min(self) -> float | None:
        """Smallest ok value in seconds."""
        return self._ok.low / 1e9 if self._ok.count else None

    @property
    def max(self) -> float | None:
        """Largest value in seconds, lower bounds included; then the truth is at least this."""
        return max(self._ok.high, self._beyond.high) / 1e9 if self.count else None

    def percentile(self, quantile: float) -> tuple[float | None, bool]:
        """Seconds at `quantile` (0..1) by nearest rank, and whether it is only a lower bound.

        All ok values rank first, then the lower bounds in their order: nothing that did not end can
        be shorter than what did. (None, False) if there are no values.
        """
        if not self.count:
            return None, False
        place = rank(quantile, self.count)
        if place <= self._ok.count:
            return self._ok.at(place) / 1e9, False
        return max(self._beyond.at(place - self._ok.count), self._ok.high) / 1e9, True

    def over(self, seconds: float) -> int:
        """How many values are above `seconds`, all lower bounds among them."""
        return sum(count for time, count in self._ok.times() if time > seconds) + self._beyond.count

    def encode(self) -> str:
        """As text: `low,high,total,<HDR V2, base64>` in ns for ok, a semicolon, the same for beyond."""
        return f"{self._ok.encode()};{self._beyond.encode()}"

    @classmethod
    def decode(cls, text: str) -> Histogram:
        """What `encode` gave. Raises StoreError for anything else."""
        try:
            ok, beyond = text.split(";")
            return cls(HistogramPart.decode(ok), HistogramPart.decode(beyond))
        except Exception as error:  # hdrh, zlib, base64 and int() each have their own
            raise StoreError(f"a stored histogram can't be read: {error}") from error

    def pack(self) -> list[Packed]:
        """As plain data: quicker than `encode`, and shorter where few values are in it. For messages."""
        return [self._ok.pack(), self._beyond.pack()]

    @classmethod
    def unpack(cls, packed: Sequence[Packed]) -> Histogram:
        """What `pack` gave. Raises StoreError for anything else."""
        try:
            ok, beyond = packed
            return cls(HistogramPart.unpack(ok), HistogramPart.unpack(beyond))
        except (TypeError, ValueError, IndexError, OverflowError) as error:
            raise StoreError(f"a packed histogram can't be read: {error}") from error

    def buckets(self) -> Iterator[tuple[float, int]]:
        """Seconds, and how many took so long: first the ok values, then the lower bounds."""
        for part in (self._ok, self._beyond):
            yield from part.times()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Histogram):
            return NotImplemented
        return self._ok.same(other._ok) and self._beyond.same(other._beyond)

    def __hash__(self) -> int:
        return hash((self._ok.count, self._ok.total, self._beyond.count, self._beyond.total))

    def __reduce__(self) -> tuple[Any, ...]:
        return Histogram.decode, (self.encode(),)

    def __repr__(self) -> str:
        return f"<Histogram of {self._ok.count} values and {self._beyond.count} lower bounds>"


class HistogramPart:
    """The HDR indices that are filled, in order, with their counts, and what the buckets would blur."""

    __slots__ = ("count", "filled", "found", "high", "low", "total")

    def __init__(self, counts: Counts, low: int, high: int, total: int) -> None:
        """Of `counts` by index: what lies between those that are filled takes no memory for good."""
        self.filled = np.flatnonzero(counts).astype(np.int32)
        self.found = counts[self.filled]
        self.found.flags.writeable = False
        self.count = int(self.found.sum())
        self.low = low
        self.high = high
        self.total = total

    @classmethod
    def of(cls, values: Counts) -> HistogramPart:
        if not len(values):
            return cls(_EMPTY, 0, 0, 0)
        low, high, total = HIGHEST_NS, 0, 0
        counts = _EMPTY
        for start in range(0, len(values), _CHUNK):
            chunk = np.clip(values[start : start + _CHUNK], 0, HIGHEST_NS)
            low = min(low, int(chunk.min()))
            high = max(high, int(chunk.max()))
            total += int(chunk.sum())
            counts = _sum(counts, np.bincount(indices(chunk)))
        return cls(counts, low, high, total)

    def counts(self) -> Counts:
        """By index, up to the last that is filled."""
        counts = np.zeros(int(self.filled[-1]) + 1 if len(self.filled) else 0, np.int64)
        counts[self.filled] = self.found
        return counts

    def times(self) -> Iterator[tuple[float, int]]:
        """Seconds, the upper end of a bucket as HDR has it, and how many took so long; in order."""
        for index, count in zip(self.filled.tolist(), self.found.tolist(), strict=True):
            yield self._time(index) / 1e9, count

    def pack(self) -> Packed:
        return [self.low, self.high, self.total, self.filled.tolist(), self.found.tolist()]

    @classmethod
    def unpack(cls, packed: Packed) -> HistogramPart:
        low, high, total, filled, found = packed
        last = max(filled, default=-1)
        if last >= MOST or min(filled, default=0) < 0:
            raise ValueError("a bucket that there is not")
        counts = np.zeros(last + 1, np.int64)
        counts[filled] = found
        return cls._checked(counts, int(low), int(high), int(total))

    @classmethod
    def merged(cls, parts: list[HistogramPart]) -> HistogramPart:
        parts = [part for part in parts if part.count]
        last = max((int(part.filled[-1]) for part in parts), default=-1)
        counts = np.zeros(last + 1, np.int64)
        for part in parts:
            counts[part.filled] += part.found
        low = min((part.low for part in parts), default=0)
        high = max((part.high for part in parts), default=0)
        return cls(counts, low, high, sum(part.total for part in parts))

    def at(self, place: int) -> int:
        """The value of rank `place` (1..count) in ns: the upper end of its bucket, as HDR has it."""
        return self._time(int(self.filled[np.searchsorted(np.cumsum(self.found), place)]))

    def same(self, other: HistogramPart) -> bool:
        mine, theirs = (self.low, self.high, self.total), (other.low, other.high, other.total)
        alike = np.array_equal(self.filled, other.filled) and np.array_equal(self.found, other.found)
        return mine == theirs and alike

    def encode(self) -> str:
        if not self.count:
            return _nothing()
        hdr = HdrHistogram(1, HIGHEST_NS, DIGITS)
        np.frombuffer(hdr.counts, np.int64)[self.filled] = self.found
        hdr.set_internal_tacking_values(-1, int(self.filled[-1]), self.count)
        return f"{self.low},{self.high},{self.total},{hdr.encode().decode()}"

    @classmethod
    def decode(cls, text: str) -> HistogramPart:
        if text == _nothing():
            return cls(_EMPTY, 0, 0, 0)
        low, high, total, code = text.split(",")
        _check_size(code)
        counts = np.frombuffer(HdrHistogram.decode(code).counts, np.int64)
        return cls._checked(counts, int(low), int(high), int(total))

    def _time(self, index: int) -> int:
        return min(max(upper(index), self.low), self.high)

    @classmethod
    def _checked(cls, counts: Counts, low: int, high: int, total: int) -> HistogramPart:
        """Of what may come from anywhere. Raises ValueError for what no values give."""
        count = float(counts.sum(dtype=np.float64))
        right = (counts >= 0).all() and count < 2**62
        if not (right and 0 <= low <= high <= HIGHEST_NS and 0 <= total <= count * HIGHEST_NS):
            raise ValueError("its figures do not fit one another")
        return cls(counts, low, high, total)


@cache
def _nothing() -> str:
    """No values, as text: of most operations none is beyond."""
    return f"0,0,0,{HdrHistogram(1, HIGHEST_NS, DIGITS).encode().decode()}"


def _check_size(code: str) -> None:
    """Raise ValueError unless it unpacks to our buckets: few bytes may hold gigabytes, or ask for them."""
    unpacking = zlib.decompressobj()
    inner = unpacking.decompress(b64decode(code)[8:], 10 * MOST)
    if unpacking.unconsumed_tail or len(inner) < _HEAD.size:
        raise ValueError("it is larger than a histogram can be")
    *_, digits, lowest, highest, _ = _HEAD.unpack_from(inner)
    if (digits, lowest, highest) != (DIGITS, 1, HIGHEST_NS):
        raise ValueError("its buckets are not ours")


def _sum(one: Counts, other: Counts) -> Counts:
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    total = longer.astype(np.int64)
    total[: len(shorter)] += shorter
    return total
