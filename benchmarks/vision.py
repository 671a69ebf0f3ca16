"""Loads of the home-camera pipeline."""

from __future__ import annotations

from typing import Any

from benchmarks import Leaks, Load


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


class Match500Leaks(Leaks):
    def setup_cache(self) -> dict[str, Any]:
        return self.search("vision/match-500")
