"""File input and output alone: instances written and read as the gateway does it, nothing around."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

from suite import User, operation
from suite.data.ct import ct
from suite.reference.dicom import files


class Cabinet:
    """A folder for `count` instances of `size` bytes that are written and read over and over.

    The folder lies where temporary files do and is removed at the end. Reads find their data in the page
    cache, as a gateway does that forwards at once. `fsync` as for the gateway.
    """

    def __init__(self, *, size: int, seed: int = 1, count: int = 64, fsync: bool = False) -> None:
        template = ct(size, seed)
        self.fsync = fsync
        self.folder = Path(tempfile.mkdtemp(prefix="loadledger-files-"))
        self.sop_class, self.transfer_syntax = template.sop_class, template.transfer_syntax
        self.instances = {uid: template.instance(uid) for uid in (template.uid(0, n) for n in range(count))}
        for uid in self.instances:
            self.write(uid)

    def path(self, uid: str) -> Path:
        """Where instance `uid` lies."""
        return self.folder / f"{uid}.dcm"

    def write(self, uid: str) -> int:
        """Write instance `uid`, replacing it; the size of its file."""
        header = files.header(self.sop_class, uid, self.transfer_syntax)
        return files.write(self.path(uid), header, self.instances[uid], durable=self.fsync)

    def read(self, uid: str) -> files.Instance:
        """Read instance `uid`."""
        return files.read(self.path(uid))

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


class Clerk(User):
    """Writes and reads instances, each in turn."""

    def connect(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet
        self._to_write, self._to_read = cycle(cabinet.instances), cycle(cabinet.instances)

    @operation(tags={"write"})
    def write(self) -> None:
        """Write one instance."""
        self._cabinet.write(next(self._to_write))

    @operation(tags={"read"})
    def read(self) -> None:
        """Read one instance."""
        self._cabinet.read(next(self._to_read))


def files_hold_what_was_written(cabinet: Cabinet, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """Each file holds its instance, byte for byte, and no temporary file is left."""
    for uid, dataset in cabinet.instances.items():
        found = cabinet.read(uid)
        assert (found.uid, found.dataset) == (uid, dataset), f"{uid} is not what was written"
    names = {path.name for path in cabinet.folder.iterdir()}
    extra = names - {f"{uid}.dcm" for uid in cabinet.instances}
    assert not extra, f"left behind: {', '.join(sorted(extra))}"
    return f"{len(cabinet.instances)} of {len(cabinet.instances)}"
