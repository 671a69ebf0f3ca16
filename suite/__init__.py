"""Loadledger: load benchmarks that keep a history."""

from suite.contract.loop import closed_loop, open_loop
from suite.contract.metric import Metric
from suite.contract.system import Address, Command, Component, Remote, Server, System
from suite.contract.threshold import Threshold
from suite.contract.user import User, operation
from suite.contract.workload import Row, Workload
from suite.errors import Rejected

__all__ = [
    "Address", "Command", "Component", "Metric", "Rejected", "Remote", "Row", "Server",
    "System", "Threshold", "User", "Workload", "closed_loop", "open_loop", "operation",
]  # fmt: skip
__version__ = "0.1.0"
