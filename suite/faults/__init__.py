"""Failures made on purpose, for `Workload(faults=[...])`: between two parties, and of their processes."""

from suite.contract.fault import At, Fault
from suite.faults.kill import Kill
from suite.faults.latency import Latency
from suite.faults.partition import Partition
from suite.faults.pause import Pause
from suite.faults.requests import Every, First
from suite.faults.reset import Reset

__all__ = ["At", "Every", "Fault", "First", "Kill", "Latency", "Partition", "Pause", "Reset"]
