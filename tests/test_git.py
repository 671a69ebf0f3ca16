"""Questions to git change nothing, and run nothing."""

import subprocess
from pathlib import Path

from suite.git import git


def test_a_repository_that_names_a_program_does_not_have_it_run(tmp_path: Path) -> None:
    program = tmp_path / "monitor"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o755)
    for words in (["init", "-q"], ["config", "core.fsmonitor", str(program)]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    assert git(tmp_path, "status", "--porcelain")
    assert not (tmp_path / "ran").exists()
