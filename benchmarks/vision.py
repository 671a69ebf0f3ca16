"""Loads of the home-camera pipeline."""

from __future__ import annotations

from typing import Any

from benchmarks import Costs, Leaks, Load, tracked


class Match500(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("vision/match-500")


class FrameBuffer(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("vision/frame-buffer")


class FrameBufferFour(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("vision/frame-buffer-four")


class FrameAdd(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("vision/frame-add")


class Household(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("vision/household")


class SharedFrames(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("vision/shared-frames")

    track_memory_overhead = tracked("memory.overhead", "ratio")
    track_hand_over_p50 = tracked("response.p50@hand-over", "seconds")


class Pipeline(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("vision/pipeline")

    track_dropped = tracked("frames.dropped", "ratio")


class Match500Leaks(Leaks):
    def setup_cache(self) -> dict[str, Any]:
        return self.search("vision/match-500")


class Match500Costs(Costs):
    def setup_cache(self) -> dict[str, Any]:
        return self.count("vision/match-500")
