"""Leaks: found by counters, decided by a rule on windows of operations, named by recorded call stacks."""
