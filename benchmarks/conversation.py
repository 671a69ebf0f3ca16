"""Loads of the conversation manager."""

from __future__ import annotations

from typing import Any

from benchmarks import Costs, Leaks, Limited, Load


class FiftyUsers(Limited):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("conversation/fifty-users")


class Mixed(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("conversation/mixed")


class GlobalLimit(Limited):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("conversation/global-limit")


class UserLimit(Limited):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("conversation/user-limit")


class RapidCycles(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("conversation/rapid-cycles")


class RapidCyclesLeaks(Leaks):
    def setup_cache(self) -> dict[str, Any]:
        return self.search("conversation/rapid-cycles")


class RapidCyclesCosts(Costs):
    def setup_cache(self) -> dict[str, Any]:
        return self.count("conversation/rapid-cycles")
