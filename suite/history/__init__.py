"""The memory: every Run in one ledger, and what can be asked of it."""
