"""Loadledger: load benchmarks that keep a history."""

from typing import TYPE_CHECKING, Any

from suite.contract.address import Address
from suite.contract.category import Category
from suite.contract.command import Command
from suite.contract.component import Component
from suite.contract.loop import closed_loop, open_loop
from suite.contract.metric import Metric
from suite.contract.observe import Observe
from suite.contract.remote import Remote
from suite.contract.replay import replay
from suite.contract.retry import Retry
from suite.contract.secret import Secret
from suite.contract.server import Server
from suite.contract.system import System
from suite.contract.threshold import Threshold
from suite.contract.user import User, operation
from suite.contract.workload import Workload
from suite.errors import Rejected
from suite.records.row import Row

if TYPE_CHECKING:
    from suite.records.recording import Recording

__all__ = [
    "Address", "Category", "Command", "Component", "Metric", "Observe", "Recording", "Rejected",
    "Remote", "Retry", "Row", "Secret", "Server", "System", "Threshold", "User", "Workload", "closed_loop",
    "open_loop", "operation", "replay",
]  # fmt: skip
__version__ = "0.2.0.dev0"


def __getattr__(name: str) -> Any:
    if name == "Recording":  # numpy comes with it: a load file that only names it in a check does without
        from suite.records.recording import Recording

        return Recording
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
