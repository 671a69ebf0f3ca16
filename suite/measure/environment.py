"""The machine and the software that a Run was measured on."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psutil

from suite.git import git
from suite.measure.packages import packages

_CODE = re.compile(
    r"\.(py[ixd]?|ipynb|c|cc|cpp|cu|h|hpp|rs|go|java|kt|scala|m?js|ts|rb|php|cs|ex|so|sh|sql|proto"
    r"|toml|cfg|ini|ya?ml)$"
)
"""Endings of what a system may be made of; other files are taken for results and notes."""
_RESULTS = ("results/", ".asv/")
_ENVIRONMENT = ("pyvenv.cfg", "conda-meta/history")


def fingerprint() -> dict[str, Any]:
    """Plain values for a document: hardware, kernel, container class, Python, packages.

    Nothing in it names the machine: `host` is a hash that only tells machines apart. What can't be
    read is None.
    """
    memory = psutil.virtual_memory().total
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "affinity": len(os.sched_getaffinity(0)),
        "governor": _text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "memory": memory,
        "machine": platform.machine(),
        "kernel": platform.release(),
        "container": _container(),
        "host": hashlib.sha256(socket.gethostname().encode()).hexdigest()[:12],
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "packages": packages(Path.cwd()),
    }


def commit(cwd: str | os.PathLike[str]) -> tuple[str | None, str | None, bool]:
    """(commit, branch, whether the code differs from it) of the git work tree around `cwd`.

    It does if tracked files differ, or if there is code that git neither tracks nor ignores, outside of
    results/, .asv/ and virtual environments. (None, None, False) where there is no work tree, or no git;
    the branch is None for a detached head.
    """
    sha = git(cwd, "rev-parse", "--verify", "HEAD").text
    if not sha:
        return None, None, False
    branch = git(cwd, "symbolic-ref", "--short", "--quiet", "HEAD").text or None
    changed = git(cwd, "status", "--porcelain", "--untracked-files=no").text
    return sha, branch, bool(changed) or any(_code(_untracked(cwd)))


def untold(cwd: str | os.PathLike[str]) -> str | None:
    """Why git does not tell the commit of the checkout around `cwd`; None if it would, or there is none.

    It refuses a checkout that another user owns ("dubious ownership"), for one.
    """
    here = Path(cwd).resolve()
    if not any((folder / ".git").exists() for folder in (here, *here.parents)):
        return None
    return git(here, "rev-parse", "--git-dir").fault


def _untracked(cwd: str | os.PathLike[str]) -> list[str]:
    """Files that git neither tracks nor ignores, as seen from `cwd`."""
    return git(cwd, "ls-files", "--others", "--exclude-standard", "-z", "--", ":/").text.split("\0")


def _code(files: Iterable[str]) -> Iterator[str]:
    """Those of `files` that may be code of the project."""
    files = list(files)
    others = tuple(
        name.removesuffix(end) for name in files for end in _ENVIRONMENT if name.endswith(f"/{end}")
    )
    for name in files:
        if _CODE.search(name) and not name.startswith((*_RESULTS, *others)):
            yield name


def _cpu_model() -> str | None:
    for line in (_text("/proc/cpuinfo") or "").splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("model name", "Model", "cpu model"):
            return value.strip()
    return platform.processor() or None


def _container() -> str:
    """What kind of machine this looks like: it decides speed and noise, so Runs of different kinds differ."""
    vendor = (_text("/sys/class/dmi/id/sys_vendor") or "").lower()
    product = (_text("/sys/class/dmi/id/product_name") or "").lower()
    groups = _text("/proc/1/cgroup") or ""
    if os.environ.get("KUBERNETES_SERVICE_HOST"):
        return "kubernetes"
    if Path("/.dockerenv").exists() or "docker" in groups:
        return "docker"
    if Path("/run/.containerenv").exists() or "libpod" in groups:
        return "podman"
    if "gvisor" in (_text("/proc/version") or "").lower():
        return "gvisor"
    if "firecracker" in vendor + product or "-fc" in platform.release():
        return "firecracker"
    for sign in ("amazon", "google", "microsoft", "qemu", "kvm", "vmware", "xen"):
        if sign in vendor or sign in product:
            return sign
    return "virtual" if " hypervisor" in (_text("/proc/cpuinfo") or "") else "none"


def _text(path: str) -> str | None:
    try:
        return Path(path).read_text(errors="replace").strip() or None
    except OSError:
        return None
