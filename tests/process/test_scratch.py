"""Temporary directories of rounds: of one nothing is left, whenever a signal comes."""

import os
import tempfile
from pathlib import Path

import pytest

from suite.errors import Interrupted
from suite.process.scratch import scratch_directory


def test_a_signal_that_comes_as_a_directory_is_made_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was left, without the mark by which others know it as ours."""
    make = os.mkdir

    def interrupted(*how: object) -> None:
        make(*how)  # type: ignore[arg-type]
        raise Interrupted(15)

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(os, "mkdir", interrupted)
    with pytest.raises(Interrupted), scratch_directory():
        pass
    assert list(tmp_path.iterdir()) == []
