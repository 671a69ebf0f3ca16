"""memray's flame graph of a recording: a page that needs no network."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

from suite.errors import StoreError

_DEADLINE = 120.0


def save_flame_graph(recording: Path, target: Path) -> None:
    """Write what `recording` tells of memory that was never freed to `target`, as HTML of some 5 MB.

    Raises StoreError if memray can't read the one or the other can't be written, or in 120 s not.
    """
    unfinished = target.with_name(f"{target.name}.part")
    command = [sys.executable, "-m", "memray", "flamegraph", "--leaks", "--no-web", "--force"]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [*command, "--output", str(unfinished), str(recording)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_DEADLINE,
            check=False,
        )
        if done.returncode:
            raise StoreError(f"no flame graph of {recording.name}: {_reason(done.stderr or done.stdout)}")
        unfinished.replace(target)
    except subprocess.TimeoutExpired as error:
        raise StoreError(f"no flame graph of {recording.name}: not done after {_DEADLINE:g} s") from error
    except OSError as error:
        raise StoreError(f"no flame graph at {target}: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()


def _reason(complaint: str) -> str:
    """The last thing it said; a traceback ends with its error."""
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "memray gives no reason"
