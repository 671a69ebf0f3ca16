"""memray's flame graph of a recording: a page that needs no network."""

from __future__ import annotations

import contextlib
import html
import os
import re
import subprocess
import sys
from pathlib import Path

from suite.errors import StoreError
from suite.process.redaction import redacted, shown_command

_DEADLINE = 120.0
_COMMAND = re.compile(r"(?<=Command line: <code>).*?(?=</code>)", re.DOTALL)
"""Of the process, with all its arguments; it stands once in a page."""


def save_flame_graph(recording: Path, target: Path) -> None:
    """Write what `recording` tells of memory that was never freed to `target`, as HTML of some 5 MB, in which
    the process's command line is without secrets.

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
        page, found = _COMMAND.subn(_shown, unfinished.read_text(encoding="utf-8"))
        if found != 1:
            raise StoreError(f"no flame graph of {recording.name}: this memray shows arguments elsewhere")
        unfinished.write_text(page, encoding="utf-8")
        unfinished.replace(target)
    except subprocess.TimeoutExpired as error:
        raise StoreError(f"no flame graph of {recording.name}: not done after {_DEADLINE:g} s") from error
    except OSError as error:
        raise StoreError(f"no flame graph at {target}: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()


def _shown(command: re.Match[str]) -> str:
    return html.escape(redacted(shown_command(html.unescape(command[0]).split()), os.environ))


def _reason(complaint: str) -> str:
    """The last thing it said; a traceback ends with its error."""
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "memray gives no reason"
