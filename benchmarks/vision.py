"""Loads of the home-camera pipeline."""

from __future__ import annotations

from typing import Any

from benchmarks import TIMEOUT as _TIMEOUT
from benchmarks import _Leaks, _Load
from benchmarks import measure as _measure
from benchmarks import search as _search


class Match500(_Load):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("vision/match-500")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]


class FrameBuffer(_Load):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("vision/frame-buffer")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]


class FrameBufferFour(_Load):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("vision/frame-buffer-four")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]


class FrameAdd(_Load):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("vision/frame-add")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]


class Match500Leaks(_Leaks):
    def setup_cache(self) -> dict[str, Any]:
        return _search("vision/match-500")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]
