"""A disk that fills: a file system of its own, or what stands in for it."""

import errno
import subprocess
import sys

import pytest

from suite.reference.dicom import disk

SIZE = 1_000_000
FILL = f"""
import os, sys
from pathlib import Path
from suite.reference.dicom import disk

folder = Path(sys.argv[1])
quota, written = disk.limit(folder, {SIZE}), 0
if quota:
    sys.exit(f"quota {{quota}}")
with open(folder / "file", "wb", buffering=0) as file:
    try:
        while True:
            written += file.write(bytes(10_000))
    except OSError as error:
        print(error.errno, written, flush=True)
print((disk.seen(folder, os.getpid()) / "file").stat().st_size, flush=True)
sys.stdin.read()
"""


def filled(folder):
    """A process that fills the disk that it gave `folder`; it lives until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", FILL, str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_it_fills_and_only_who_made_it_sees_it_there(tmp_path):
    folder = tmp_path / "instances"
    folder.mkdir()
    with filled(folder) as child:
        said = child.stdout.readline()
        if not said:
            assert f"quota {SIZE}" in child.stderr.read()
            pytest.skip("this machine lets nobody have a mount namespace")
        number, written = map(int, said.split())
        assert number == errno.ENOSPC
        assert SIZE - 10_000 <= written <= SIZE + 4_096
        assert int(child.stdout.readline()) == written
        assert [path.name for path in disk.seen(folder, child.pid).iterdir()] == ["file"]
        assert list(folder.iterdir()) == []
        assert disk.kind(folder) == "a tmpfs of its own: 1,000,000 bytes"
        child.stdin.close()


def test_where_it_may_not_be_made_a_quota_stands_in_and_says_so(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(disk, "_call", refuse)
    folder = tmp_path / "instances"
    assert disk.limit(folder, SIZE) == SIZE
    assert disk.kind(folder) == (
        "a quota, for want of a file system of its own (Operation not permitted): 1,000,000 bytes"
    )
    assert disk.seen(folder, 1) == folder


def test_without_a_limit_nothing_is_said(tmp_path):
    assert disk.kind(tmp_path / "instances") == ""
