"""An environment of its own for a commit: made by virtualenv, filled by pip."""

from __future__ import annotations

import hashlib
import json
import site
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from suite.ab.cache import digest
from suite.ab.roots import installed
from suite.errors import ConfigurationError, SystemFailed, require
from suite.files import copy_folder
from suite.process.child import Child, start_command

OURS = "loadledger"
_TAIL, _LOOKED_AT = 8, 1000
_LONGEST = 1800.0
_ANSWERS = 30.0
"""Seconds for a Python to say its version."""
_UNREACHED = ("NewConnectionError", "ConnectTimeoutError", "(from versions: none)")
"""What pip says where it has no index to ask."""
_NOT_SOURCES = (".*", "build", "dist", "results", "tests", "*.egg-info", "__pycache__")


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds environments with the interpreter `python`; `scratch` takes logs and copies."""

    python: str
    extras: str
    scratch: Path

    def key(self, project: Path, *, brings_suite: bool) -> str:
        """What decides about an environment, as one short name."""
        asked = [self.python, "-c", "import sys; print(sys.version, sys.prefix)"]
        try:
            done = subprocess.run(
                asked, capture_output=True, text=True, check=True, timeout=_ANSWERS, stdin=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired as error:
            raise ConfigurationError(
                f"--python: {self.python} has not said its version in {_ANSWERS:g} s; does it run by itself?"
            ) from error
        except (OSError, subprocess.CalledProcessError) as error:
            raise ConfigurationError(f"--python: {self.python} is no Python that runs") from error
        ours = "" if brings_suite else _suite_digest()
        decisive = "\0".join((digest(project), done.stdout, self.extras, ours))
        return hashlib.sha256(decisive.encode()).hexdigest()[:16]

    def build(self, place: Path, project: Path, name: str, *, brings_suite: bool) -> str:
        """Install `project`, and beside it the running Loadledger unless it is that; a note, or "".

        Where pip has no index to ask, the dependencies are those of the running environment. Raises
        ConfigurationError with the tail of pip's output, MissingExtra without virtualenv.
        """
        require("ab", "virtualenv")
        made = self._ran([sys.executable, "-m", "virtualenv", "--quiet", "--no-periodic-update",
                          "--python", self.python, str(place)])  # fmt: skip
        if made.exit_status:
            raise ConfigurationError(f"can't make an environment for {name}:\n{_tail(made)}")
        what = [f"{project}[{self.extras}]" if self.extras else str(project)]
        if not brings_suite:
            what.append(self._suite())
        pip = [
            str(place / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-input",
        ]
        done = self._ran([*pip, "--retries", "1", "--timeout", "15", *what])
        note = ""
        if done.exit_status and self.python == sys.executable and _unreached(done):
            _borrow(place)
            note = "pip could reach no index: dependencies are those of the running environment"
            done = self._ran([*pip, "--no-build-isolation", "--no-deps", str(project)])
        if done.exit_status:
            raise ConfigurationError(f"{name} does not build:\n{_tail(done)}")
        return note

    def _suite(self) -> str:
        """What to tell pip, so that it installs the Loadledger that is running."""
        source = _suite_source()
        if source is None:
            return _suite_requirement()
        copy = self.scratch / OURS
        if not copy.exists():  # building would leave its own folders where the sources are
            copy_folder(source, copy, *_NOT_SOURCES)
        return str(copy)

    def _ran(self, argv: Sequence[str]) -> Child:
        log, clean = self.scratch / "build.log", {"PYTHONPATH": ""}
        try:
            child = start_command(argv, log=log, env=clean, cwd=self.scratch)
        except SystemFailed as error:
            raise ConfigurationError(str(error)) from error
        try:
            if not child.wait(_LONGEST):
                said = f"{Path(argv[0]).name} had not come to an end in {_LONGEST:g} s; its last output:"
                raise ConfigurationError(f"{said}\n{_tail(child)}")
        finally:
            child.stop()
        return child


def _borrow(place: Path) -> None:
    """Let an environment see the packages of the running one, after its own."""
    (own,) = place.glob("lib/python*/site-packages")
    lines = [f"import site; site.addsitedir({folder!r})" for folder in site.getsitepackages()]
    (own / "borrowed.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _unreached(done: Child) -> bool:
    said = done.tail(_LOOKED_AT)
    return any(sign in said for sign in _UNREACHED)


def _tail(done: Child) -> str:
    return "\n".join(f"  {line}" for line in done.tail(_TAIL).splitlines())


def _direct_url() -> dict[str, object]:
    found = installed(OURS)
    text = found.read_text("direct_url.json") if found is not None else None
    return json.loads(text) if text else {}


def _suite_source() -> Path | None:
    """The folder of sources that the running Loadledger was installed from, None for an index or a file."""
    url = _direct_url()
    if "dir_info" not in url:
        return None
    return Path(unquote(urlsplit(str(url["url"])).path))


def _suite_requirement() -> str:
    found, url = installed(OURS), _direct_url().get("url")
    if url is not None:
        return f"{OURS} @ {url}"
    return f"{OURS}=={found.version}" if found is not None else OURS


def _suite_digest() -> str:
    source = _suite_source()
    return _suite_requirement() if source is None else digest(source / "suite")
