"""The parts of the hotel's load tests."""

from __future__ import annotations

from suite import Category

CALLS = Category("calls", "Concurrent Call Simulation", ("concurrent calls",))
PMS = Category("pms", "PMS Connector Load Testing", ("PMS connector",))
AUTHENTICATION = Category("authentication", "Authentication System Load Testing")
MEMORY = Category("memory", "Memory Performance")
DATABASES = Category("database", "Database and Redis Performance", ("database and Redis",))
NETWORK = Category("network", "Network Failure Simulation", ("network failures",))
