"""Which other Python of those that we promise is here, for tox: "py313 /usr/bin/python3.13"; or nothing.

The newest one, on the path or as pyenv keeps them.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PROMISED = ("3.14", "3.13", "3.12", "3.11")


def candidates(version: str) -> Iterator[str]:
    """Programs that may be a Python of this version, the newest patch first."""
    if found := shutil.which(f"python{version}"):
        yield found
    folders = (Path.home() / ".pyenv" / "versions").glob(f"{version}.*")
    numbered = [
        (int(folder.name.rpartition(".")[2]), folder) for folder in folders if folder.name[-1].isdigit()
    ]
    yield from (str(folder / "bin" / "python") for _, folder in sorted(numbered, reverse=True))


def runs(program: str, version: str) -> bool:
    """Whether it does, and is of this version: pyenv has stand-ins for what is not chosen."""
    asked = [program, "-c", "import sys, venv; print('%d.%d' % sys.version_info[:2])"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.strip() == version


if __name__ == "__main__":
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    for version in PROMISED:
        there = next((each for each in candidates(version) if version != own and runs(each, version)), None)
        if there is not None:
            sys.stdout.write(f"py{version.replace('.', '')} {there}\n")
            break
