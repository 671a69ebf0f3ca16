"""Loadledger: load benchmarks that keep a history."""

from suite.errors import Rejected
from suite.loop import closed_loop, open_loop
from suite.metric import Metric
from suite.system import Address, Command, Component, Remote, Server, System
from suite.threshold import Threshold
from suite.user import User, operation
from suite.workload import Row, Workload

__all__ = [
    "Address", "Command", "Component", "Metric", "Rejected", "Remote", "Row", "Server",
    "System", "Threshold", "User", "Workload", "closed_loop", "open_loop", "operation",
]  # fmt: skip
__version__ = "0.1.0"
