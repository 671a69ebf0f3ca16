"""What memory this process holds."""

from __future__ import annotations


def held_memory() -> int | None:
    """Anonymous memory of this process in bytes, what it shares counted in part; None if unreadable."""
    try:
        with open("/proc/self/smaps_rollup") as lines:
            found = dict(line.split(":", 1) for line in lines if ":" in line[:20])
        return int(found["Pss_Anon"].split()[0]) * 1024
    except (OSError, KeyError):
        return None
