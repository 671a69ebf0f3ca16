"""Writing a file whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

from suite.history.faults import disk_faults


def write_text(path: Path, text: str) -> None:
    """Replace the file at `path` by `text` (UTF-8) in one step; its folder is made if need be.

    A reader finds the old content or the new, and after a failure the old is still there. Something
    that is no plain file (a device, a pipe) is written to and never replaced. Raises StoreError.
    """
    with disk_faults(path):
        target = path.resolve()  # a link stays a link
        if target.exists() and not target.is_file():
            with target.open("w", encoding="utf-8") as device:
                device.write(text)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{uuid4().hex}.tmp")
        try:
            with draft.open("x", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)


def check_writable(path: Path) -> None:
    """Raise the StoreError that `write_text` would, as far as it can be known before."""
    with disk_faults(path):
        target = path.resolve()
        if target.exists() and not target.is_file():
            target.open("w").close()
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{uuid4().hex}.tmp")
        try:
            draft.touch(exist_ok=False)
        finally:
            draft.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    # Without it a power cut could undo the renaming.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
