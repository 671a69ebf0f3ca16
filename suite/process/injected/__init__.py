"""Not imported by us: the folder that goes first on PYTHONPATH of the system under test."""
