"""A small disk for the files of a gateway that really fills: a file system of its own, where one may be."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000  # CLONE_NEWNS, CLONE_NEWUSER
_PRIVATE, _RECURSIVE = 1 << 18, 1 << 14  # MS_PRIVATE, MS_REC
_KIND = ".disk"
_TMPFS = "a tmpfs of its own"


def limit(folder: Path, size: int) -> int:
    """Give `folder` a file system of `size` bytes; 0, or the quota that must stand in for it.

    It is a tmpfs in a mount namespace of this process and those that it starts, and gone with them: call it
    from the main thread, before there are others. Where neither root nor a user may have such a namespace
    there is none.
    """
    try:
        _mount(folder, size)
    except OSError as error:
        quota, kind = size, f"a quota, for want of a file system of its own ({error.strerror})"
    else:
        quota, kind = 0, _TMPFS
    _note(folder).write_text(f"{kind}: {size:,} bytes", encoding="utf-8")
    return quota


def kind(folder: Path) -> str:
    """What limits `folder`, in words; "" if nothing does."""
    note = _note(folder)
    return note.read_text(encoding="utf-8") if note.exists() else ""


def seen(folder: Path, pid: int) -> Path:
    """`folder` as others see it that `pid` has given a file system of its own, as long as it runs."""
    return Path(f"/proc/{pid}/root{folder.absolute()}") if kind(folder).startswith(_TMPFS) else folder


def _mount(folder: Path, size: int) -> None:
    user, group = os.getuid(), os.getgid()
    try:
        _call("unshare", _NEW_MOUNTS)
    except PermissionError:
        _call("unshare", _NEW_USER | _NEW_MOUNTS)
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    _call("mount", None, b"/", None, ctypes.c_ulong(_RECURSIVE | _PRIVATE), None)  # else others would see it
    options = f"size={size},mode=700".encode("ascii")
    _call("mount", b"tmpfs", os.fsencode(folder), b"tmpfs", ctypes.c_ulong(0), options)


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _note(folder: Path) -> Path:
    return folder.with_name(folder.name + _KIND)
