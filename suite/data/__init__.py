"""Seeded generators of test data, one home each."""
