"""The machine and the software that a Run was measured on."""

from __future__ import annotations

import hashlib
import os
import platform
import socket
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from suite.process.git import git

_PACKAGES = ("loadledger", "uvloop", "httptools", "numpy", "hdrhistogram", "multiprocess", "sqlalchemy")


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
        "packages": {name: found for name in _PACKAGES if (found := _version(name)) is not None},
    }


def commit(cwd: str | os.PathLike[str]) -> tuple[str | None, str | None, bool]:
    """(commit, branch, whether tracked files differ from it) of the git work tree around `cwd`.

    (None, None, False) where there is none, or no git; the branch is None for a detached head.
    """
    sha = git(cwd, "rev-parse", "--verify", "HEAD").text
    if not sha:
        return None, None, False
    branch = git(cwd, "symbolic-ref", "--short", "--quiet", "HEAD").text or None
    return sha, branch, bool(git(cwd, "status", "--porcelain", "--untracked-files=no").text)


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


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _text(path: str) -> str | None:
    try:
        return Path(path).read_text(errors="replace").strip() or None
    except OSError:
        return None
