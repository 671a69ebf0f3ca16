"""Loads of the hotel's voice-call backend."""

from __future__ import annotations

from typing import Any

from benchmarks import Costs, Leaks, Load, tracked


class CallCreation(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("hotel/call-creation")


class CallSpeech(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("hotel/call-speech")

    track_first_p50 = tracked("first.p50", "seconds")
    track_first_p95 = tracked("first.p95", "seconds")


class DatabaseConsistency(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("hotel/database-consistency")


class PmsLookups(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("hotel/pms-lookups")


class PmsPartition(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("hotel/pms-partition")

    track_recovery = tracked("recovery.time", "seconds")
    track_breaker_open = tracked("pms.breaker_open", "seconds")


class CallCreationLeaks(Leaks):
    def setup_cache(self) -> dict[str, Any]:
        return self.search("hotel/call-creation")


class CallCreationCosts(Costs):
    def setup_cache(self) -> dict[str, Any]:
        return self.count("hotel/call-creation")
