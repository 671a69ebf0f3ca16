"""What a load comes to in a test."""

from __future__ import annotations

from _pytest.outcomes import Failed  # as pytest.fail.Exception, which has no type


class InvalidLoad(Failed):
    """What was measured can't be believed: it neither passed nor failed."""

    __module__ = "builtins"  # as pytest's own, shown without a path
