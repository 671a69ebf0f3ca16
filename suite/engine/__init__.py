"""The engine: workloads into rounds, rounds into Runs."""

from suite.engine.coordinator import run

__all__ = ["run"]
