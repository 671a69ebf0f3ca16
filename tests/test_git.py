"""Questions to git change nothing, and run nothing."""

from support.histories import git as made
from support.histories import repository

from suite.git import git


def test_a_repository_that_names_a_program_does_not_have_it_run(tmp_path):
    repository(tmp_path, 1)
    program = tmp_path / "monitor"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o755)
    made(tmp_path, "config", "core.fsmonitor", str(program))
    assert git(tmp_path, "status", "--porcelain")
    assert not (tmp_path / "ran").exists()
