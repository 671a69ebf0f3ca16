"""Loadledger: load benchmarks that keep a history."""

from suite.contract.address import Address
from suite.contract.command import Command
from suite.contract.component import Component
from suite.contract.loop import closed_loop, open_loop
from suite.contract.metric import Metric
from suite.contract.remote import Remote
from suite.contract.server import Server
from suite.contract.system import System
from suite.contract.threshold import Threshold
from suite.contract.user import User, operation
from suite.contract.workload import Row, Workload
from suite.errors import Rejected

__all__ = [
    "Address", "Command", "Component", "Metric", "Rejected", "Remote", "Row", "Server",
    "System", "Threshold", "User", "Workload", "closed_loop", "open_loop", "operation",
]  # fmt: skip
__version__ = "0.2.0.dev0"
