"""What is run for a commit's environment may never come to an end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from suite.ab import build
from suite.ab.build import Builder
from suite.errors import ConfigurationError


def test_a_python_that_does_not_say_its_version_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was waited for without end."""
    monkeypatch.setattr(build, "_ANSWERS", 0.1)
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexec sleep 60\n")
    python.chmod(0o755)
    with pytest.raises(ConfigurationError, match=r"python has not said its version in 0\.1 s; does it run"):
        Builder(str(python), "", tmp_path).key(tmp_path, brings_suite=True)


def test_a_build_that_never_ends_says_how_long_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "_LONGEST", 0.1)
    builder = Builder(sys.executable, "", tmp_path)
    with pytest.raises(
        ConfigurationError, match=r"^sleep had not come to an end in 0\.1 s; its last output:"
    ):
        builder._ran(["sleep", "60"])
