"""Failures made on purpose, for `Workload(faults=[...])`: between two parties, and of their processes."""

from suite.contract.fault import At, Fault
from suite.faults.bandwidth import Bandwidth
from suite.faults.black_hole import BlackHole
from suite.faults.kill import Kill
from suite.faults.latency import Latency
from suite.faults.loss import Loss
from suite.faults.partition import Partition
from suite.faults.pause import Pause
from suite.faults.requests import Every, First
from suite.faults.reset import Reset
from suite.faults.slice import Slice
from suite.faults.slow_close import SlowClose
from suite.faults.time_out import TimeOut

__all__ = [
    "At", "Bandwidth", "BlackHole", "Every", "Fault", "First", "Kill", "Latency", "Loss", "Partition",
    "Pause", "Reset", "Slice", "SlowClose", "TimeOut",
]  # fmt: skip
