"""Test data: seeded generators, one home each, and rows of a file for each user."""

from suite.data.user_rows import rows

__all__ = ["rows"]
