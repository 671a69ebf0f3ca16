"""Loads of the conversation manager."""

from __future__ import annotations

from typing import Any

from benchmarks import TIMEOUT as _TIMEOUT
from benchmarks import _Leaks, _Limited, _Load
from benchmarks import measure as _measure
from benchmarks import search as _search


class FiftyUsers(_Limited):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("conversation/fifty-users")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]


class Mixed(_Load):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("conversation/mixed")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]


class GlobalLimit(_Limited):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("conversation/global-limit")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]


class UserLimit(_Limited):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("conversation/user-limit")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]


class RapidCycles(_Load):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("conversation/rapid-cycles")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]


class RapidCyclesLeaks(_Leaks):
    def setup_cache(self) -> dict[str, Any]:
        return _search("conversation/rapid-cycles")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]
