"""The folders of a process's control groups."""

import os
from pathlib import Path

from suite.measure.control_groups import group_folders


def test_a_group_whose_name_is_no_text_is_one_like_others(tmp_path: Path) -> None:
    groups = tmp_path / "cgroup"
    groups.write_bytes(b"0::/\xff/inner\n")
    place = tmp_path / "root" / os.fsdecode(b"\xff") / "inner"
    place.mkdir(parents=True)
    assert next(group_folders("cpu", tmp_path / "root", groups)) == place
