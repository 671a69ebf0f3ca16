"""The engine: workloads into rounds, rounds into Runs. Workers import parts of it, so this one is empty."""
