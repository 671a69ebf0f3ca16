"""What all tests share."""

import os

from hypothesis import settings
from support.command import command, engine

__all__ = ["command", "engine"]

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")
