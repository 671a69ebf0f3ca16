"""Immutable plain data: what was measured, searched and compared."""
