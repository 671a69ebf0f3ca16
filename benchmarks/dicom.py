"""Loads of the DICOM gateway."""

from __future__ import annotations

from typing import Any

from benchmarks import Costs, Leaks, Load, tracked


class Receive(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("dicom/receive")


class Receive512k(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("dicom/receive-512k")


class ReceiveConcurrent(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("dicom/receive-concurrent")


class Forward(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("dicom/forward")

    track_forward_time_per_operation = tracked("time_per_operation@forward", "seconds")
    track_forward_p50 = tracked("response.p50@forward", "seconds")
    track_forward_p95 = tracked("response.p95@forward", "seconds")


class FileIo(Load):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("dicom/file-io")


class ReceiveLeaks(Leaks):
    def setup_cache(self) -> dict[str, Any]:
        return self.search("dicom/receive")


class ReceiveCosts(Costs):
    def setup_cache(self) -> dict[str, Any]:
        return self.count("dicom/receive")
