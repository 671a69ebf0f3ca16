"""A program of others, or of ours, that sends or receives."""

import os
import shutil
import sysconfig
from dataclasses import dataclass
from typing import Any

PATH = os.pathsep.join(
    folder
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep)
    if os.path.realpath(folder) != os.path.realpath(sysconfig.get_path("scripts"))
)
"""Without our own scripts: pynetdicom installs a `storescp` and a `storescu` that are not dcmtk's."""


@dataclass(frozen=True)
class DicomPeer:
    """`start` gives what runs it; `program` must be on PATH, `package` brings it."""

    name: str
    start: Any
    program: str = ""
    package: str = ""
    nodelay: bool = True
    """Whether TCP_NODELAY=1 stands in its environment, which is what dcmtk and Orthanc's dcmtk heed."""
    tells: bool = False
    """Whether it prints what its sending cost, see `told`."""

    def missing(self):
        """Why it can't take part; None if it can."""
        if not self.program or shutil.which(self.program, path=PATH):
            return None
        return f"{self.program} (apt install {self.package})"
