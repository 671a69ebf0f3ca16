"""Loads of the DICOM gateway."""

from __future__ import annotations

from typing import Any

from benchmarks import TIMEOUT as _TIMEOUT
from benchmarks import _Load
from suite.integrations.asv import measure as _measure


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


class FileIo(_Load):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("dicom/file-io")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]
