"""What must be true of every load of a backend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def none_failed(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """Nobody was refused and nothing failed: every operation ended well."""
    counts = recording.loop_only().counts()
    bad = {name: count for name, count in counts.items() if count and name != "ok"}
    assert counts["ok"], "nothing was done"
    assert not bad, f"of {sum(counts.values())}: " + ", ".join(f"{n} {name}" for name, n in bad.items())
    return f"{counts['ok']} of {counts['ok']}"
