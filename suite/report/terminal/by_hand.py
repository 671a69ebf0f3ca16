"""What `suite faults` says while it runs."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from suite.contract.address import Address
from suite.faults.running_fault import RunningFault
from suite.foreign_text import clean
from suite.report.words import FAINT
from suite.units import format_quantity


def print_listening(console: Console, port: int, target: Address, *, answers: bool) -> None:
    """Where connections come in, and where they go."""
    where = clean(f"{target.host}:{target.port}")
    yet = "" if answers else ", where nothing answers yet"
    console.print(Text.assemble("127.0.0.1:", str(port), (" leads to ", FAINT), where, yet))


def print_change(console: Console, seconds: float, running: RunningFault) -> None:
    """A fault that has begun, or ended."""
    fault = running.fault
    what = "begins" if running.ended is None else f"ends, it met {running.struck:,}"
    settings = ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in fault.settings().items()
    )
    more = f" ({settings})" if running.ended is None else ""
    moment = (f"{format_quantity(seconds, 's'):>8}  ", FAINT)
    console.print(Text.assemble(moment, f"{fault.kind} {what}", more))
