"""Loads of the DICOM gateway."""

from __future__ import annotations

from typing import Any

from benchmarks import TIMEOUT as _TIMEOUT
from benchmarks import _Leaks, _Load
from benchmarks import measure as _measure
from benchmarks import search as _search

_NAN = float("nan")


class Receive(_Load):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("dicom/receive")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]


class Receive512k(_Load):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("dicom/receive-512k")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]


class ReceiveConcurrent(_Load):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("dicom/receive-concurrent")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]


class Forward(_Load):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("dicom/forward")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]

    def track_forward_time_per_operation(self, result: dict[str, Any]) -> Any:
        return result.get("time_per_operation@forward", _NAN)

    def track_forward_p50(self, result: dict[str, Any]) -> Any:
        return result.get("response.p50@forward", _NAN)

    def track_forward_p95(self, result: dict[str, Any]) -> Any:
        return result.get("response.p95@forward", _NAN)

    track_forward_time_per_operation.unit = "seconds"  # type: ignore[attr-defined]
    track_forward_p50.unit = "seconds"  # type: ignore[attr-defined]
    track_forward_p95.unit = "seconds"  # type: ignore[attr-defined]


class FileIo(_Load):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("dicom/file-io")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]


class ReceiveLeaks(_Leaks):
    def setup_cache(self) -> dict[str, Any]:
        return _search("dicom/receive")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]
