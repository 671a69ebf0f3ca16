"""Loads of the therapy-session backend."""

from __future__ import annotations

from typing import Any

from benchmarks import Costs, Leaks, Load


class Health(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("api/health")


class SessionReads(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("api/session-reads")


class HealthLeaks(Leaks):
    def setup_cache(self) -> dict[str, Any]:
        return self.search("api/health")


class HealthCosts(Costs):
    def setup_cache(self) -> dict[str, Any]:
        return self.count("api/health")
