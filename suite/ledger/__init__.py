"""The ledger: every result in one database, and what can be asked of its history."""
